"""Customers' files: fetched, checked, kept by hash; what cannot be had ends in words, not in a loop (C14)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses

from conversations.actor import Actor
from conversations.ingest import media
from conversations.media import sniff
from conversations.media.shelf import path_of
from conversations.models import Attachment, Event
from tests import makers
from tests.conversations.sending import later

pytestmark = pytest.mark.django_db
API = "https://graph.facebook.com/v24.0"
LINK = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def meta() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


def attachment(**values: Any) -> Attachment:
    from conversations import clock

    channel = makers.make_channel()
    message = makers.make_inbound(makers.make_conversation(channel), type="image")
    return Attachment.objects.create(
        **{"message": message, "media_id": "1001", "due_at": clock.machine_now(), **values}
    )


def offers(wire: responses.RequestsMock, content: bytes = PNG, **more: Any) -> None:
    wire.add("GET", f"{API}/1001", json={"url": LINK, "mime_type": "image/png", "id": "1001"})
    wire.add("GET", LINK, body=content, **more)


def test_a_file_is_kept_under_its_hash_whatever_its_name(meta: responses.RequestsMock, shelf: Path) -> None:
    row = attachment(
        filename="../../etc/passwd", declared_sha256=base64.b64encode(hashlib.sha256(PNG).digest()).decode()
    )
    offers(meta)
    assert media.fetch_due() == 1
    row.refresh_from_db()
    assert (row.status, row.size, row.content_type) == ("stored", len(PNG), "image/png")
    assert path_of(row.sha256).read_bytes() == PNG
    assert [one.name for one in shelf.rglob("*") if one.is_file()] == [row.sha256]
    assert Event.objects.filter(kind="attachment.stored").count() == 1
    assert media.fetch_due() == 0


def test_equal_files_are_kept_once(meta: responses.RequestsMock, shelf: Path) -> None:
    offers(meta)
    attachment(), attachment()
    media.fetch_due()
    assert len([one for one in shelf.rglob("*") if one.is_file()]) == 1


@pytest.mark.parametrize("declared", ["image/png", "", "application/pdf"])
def test_a_lie_about_the_type_is_not_believed(meta: responses.RequestsMock, declared: str) -> None:
    row = attachment(declared_type=declared)
    offers(meta, HTML)
    media.fetch_due()
    row.refresh_from_db()
    assert row.content_type == "text/plain", "never one that a browser would run"


def test_the_webhooks_link_is_tried_first_and_a_dead_one_replaced(meta: responses.RequestsMock) -> None:
    row = attachment(url="https://lookaside.fbsbx.com/old")
    meta.add("GET", "https://lookaside.fbsbx.com/old", status=404)
    offers(meta)
    media.fetch_due()
    row.refresh_from_db()
    assert (row.status, row.tries) == ("pending", 1)
    with later(minutes=5):
        media.fetch_due()
    row.refresh_from_db()
    assert row.status == "stored"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://fbsbx.com.evil.example/",
        "file:///etc/passwd",
    ],
)
def test_the_token_goes_to_meta_only(meta: responses.RequestsMock, url: str) -> None:
    row = attachment(url=url)
    offers(meta)
    media.fetch_due()
    row.refresh_from_db()
    assert row.status == "stored"
    assert {call.request.url for call in meta.calls} == {
        f"{API}/1001?phone_number_id={row.message.channel.phone_number_id}",
        LINK,
    }


def test_a_file_cut_short_is_fetched_again(meta: responses.RequestsMock, shelf: Path) -> None:
    row = attachment(declared_sha256=hashlib.sha256(PNG).hexdigest())
    offers(meta, PNG[:50])
    media.fetch_due()
    row.refresh_from_db()
    assert (row.status, "hash" in row.problem) == ("pending", True)
    assert list(shelf.rglob("*")) == [], "nothing half is left"


def test_too_large_is_refused_at_once(
    meta: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, shelf: Path
) -> None:
    monkeypatch.setattr(media, "LARGEST", 50)
    row = attachment()
    offers(meta)
    media.fetch_due()
    row.refresh_from_db()
    assert row.status == "refused"
    assert list(shelf.rglob("*")) == []


@pytest.mark.parametrize(
    "answer", [{"status": 404, "json": {"error": {"code": 100}}}, {"status": 500, "body": "x"}, {"body": b""}]
)
def test_what_never_comes_is_lost_after_some_tries_and_can_be_asked_for(
    meta: responses.RequestsMock, answer: Any
) -> None:
    row = attachment()
    meta.add("GET", f"{API}/1001", **answer)
    for hours in range(media.TRIES + 2):
        with later(hours=hours):
            media.fetch_due()
    row.refresh_from_db()
    assert (row.status, row.tries) == ("lost", media.TRIES)
    assert Event.objects.filter(kind="attachment.lost").count() == 1
    assert media.fetch_again(attachment=row, by=Actor.system("test"))
    meta.reset()
    offers(meta)
    media.fetch_due()
    row.refresh_from_db()
    assert row.status == "stored"


def test_a_worker_that_died_leaves_it_to_the_next(
    meta: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = attachment()
    offers(meta)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(media, "_download", dies)
        with pytest.raises(KeyboardInterrupt):
            media.fetch_due()
    assert media.fetch_due() == 0, "another may be at it"
    with later(minutes=4):
        media.fetch_due()
    row.refresh_from_db()
    assert row.status == "stored"


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"OggS", "audio/ogg"), (b"%PDF-1.7", "application/pdf"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"), (b"\x00\x00\x00\x18ftypmp42", "video/mp4"), (b"ciao", "text/plain"),
        (b"\x00\x01\x02", "application/octet-stream"), (HTML, "text/plain"), (b"", "text/plain"), (b"\xff\xfe", "application/octet-stream"),
    ],
)  # fmt: skip
def test_types_by_content(start: bytes, found: str) -> None:
    assert sniff.content_type(start) == found
