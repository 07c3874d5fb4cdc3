"""A customer's file reaches those who may see the conversation, and runs nothing (C14)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from conversations.media import shelf
from conversations.models import Attachment
from tests.conversations.cast import Cast, api, code_of, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    return make_cast()


def stored(cast: Cast, content_type: str, filename: str = "file") -> str:
    row = Attachment.objects.create(
        message=cast.hello, status="stored", sha256="cd" * 32, content_type=content_type, filename=filename
    )
    path = shelf.path_of(row.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"contents")
    return f"/media/{row.pk}/"


def test_a_picture_is_shown(cast: Cast) -> None:
    response = api(cast.ben).get(stored(cast, "image/jpeg", "vaso rotto.jpg"))
    assert b"".join(response.streaming_content) == b"contents"  # type: ignore[attr-defined]
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="vaso rotto.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")
    assert response["Content-Length"] == "8"


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xml", "text/javascript", "application/zip", ""]
)
def test_what_might_run_is_saved(cast: Cast, kind: str) -> None:
    response = api(cast.ben).get(stored(cast, kind))
    assert response["Content-Disposition"].startswith("attachment")


def test_who_may_have_it(cast: Cast) -> None:
    url = stored(cast, "application/pdf")
    browser = Client()
    assert browser.get(url).status_code == 401
    browser.force_login(cast.carla)
    assert browser.get(url).status_code == 200
    assert code_of(api(cast.dan).get(url)) == (404, "not_found")
    assert code_of(api(cast.analyst).get(url)) == (403, "not_allowed")


def test_one_that_is_not_stored_is_not_there(cast: Cast) -> None:
    row = Attachment.objects.create(message=cast.hello, status="pending")
    assert code_of(api(cast.ben).get(f"/media/{row.pk}/")) == (404, "not_found")


def test_an_unchanged_file_is_not_sent_twice(cast: Cast) -> None:
    url = stored(cast, "image/png")
    etag = api(cast.ben).get(url)["ETag"]
    assert api(cast.ben).get(url, headers={"If-None-Match": etag}).status_code == 304
