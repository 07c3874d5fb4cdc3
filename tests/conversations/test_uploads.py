"""Files out (C34): uploaded by an agent, checked before anything is queued, on the customer's phone; and Meta's copy used again."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rest_framework.test import APIClient

from conversations import clock
from conversations.media import kinds, pictures, sniff
from conversations.media.kinds import MB
from conversations.models import Attachment, Conversation, MediaHandle, Message, Upload
from conversations.outbox import deliver
from tests.conversations.cast import api, code_of
from tests.desk import Desk
from tests.makers import make_agent, make_department

PDF = b"%PDF-1.7\n" + b"x" * 100
OGG = b"OggS" + b"\x00" * 60


def picture(size: tuple[int, int] = (1600, 1200), form: str = "JPEG", **more: Any) -> bytes:
    into = io.BytesIO()
    Image.effect_noise(size, 80).convert(more.pop("mode", "RGB")).save(into, form, **more)
    return into.getvalue()


def office(folder: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr(f"{folder}document.xml", "<x/>")
    return into.getvalue()


@pytest.fixture
def talk(desk: Desk) -> Conversation:
    desk.channel.default_department = make_department("Orders")
    desk.channel.save(update_fields=["default_department"])
    desk.customer("Asha").writes("Avete una foto?")
    desk.settle()
    return Conversation.objects.select_related("department").get()


@pytest.fixture
def ben(talk: Conversation) -> APIClient:
    return api(make_agent("ben", talk.department))  # type: ignore[arg-type]


def upload(ben: APIClient, talk: Conversation, content: bytes, name: str = "file") -> Any:
    path = f"/api/v1/conversations/{talk.pk}/uploads/"
    return ben.post(path, {"file": SimpleUploadedFile(name, content)}, format="multipart")


def send(ben: APIClient, talk: Conversation, **body: Any) -> Any:
    return ben.post(f"/api/v1/conversations/{talk.pk}/messages/", body, format="json")


def on_the_phone(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.control(f"received?to={desk.customer('Asha').number}")["messages"]
    return found


def test_a_picture_is_made_smaller_and_reaches_the_phone(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    given = upload(ben, talk, picture(), "vaso.png").json()
    assert (given["kind"], given["content_type"], given["filename"]) == ("image", "image/jpeg", "vaso.jpg")
    answer = send(ben, talk, upload=given["id"], caption="Il vaso")
    assert answer.status_code == 201, answer.content
    [attachment] = answer.json()["attachments"]
    shown = ben.get(attachment["url"])
    with Image.open(io.BytesIO(b"".join(shown.streaming_content))) as seen:  # type: ignore[attr-defined]
        assert seen.size == (800, 600)
    desk.settle()
    [message] = [one for one in on_the_phone(desk) if one["type"] == "image"]
    assert message["text"] == "Il vaso"
    assert Message.objects.get(type="image").status in {"sent", "delivered", "read"}


def test_a_content_is_uploaded_once_and_again_when_meta_has_forgotten_it(
    desk: Desk, talk: Conversation, ben: APIClient
) -> None:
    for _time in range(2):
        send(ben, talk, upload=upload(ben, talk, PDF, "listino.pdf").json()["id"])
        desk.settle()
    assert Upload.objects.count() == 2
    first = MediaHandle.objects.get()
    MediaHandle.objects.update(media_id="999999")  # an id that Meta does not know (any more)
    send(ben, talk, upload=upload(ben, talk, PDF, "listino.pdf").json()["id"])
    desk.settle()
    assert [one["type"] for one in on_the_phone(desk)] == ["document"] * 3
    assert MediaHandle.objects.get().media_id not in {first.media_id, "999999"}


def test_an_expired_copy_is_not_used(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    send(ben, talk, upload=upload(ben, talk, PDF, "listino.pdf").json()["id"])
    desk.settle()
    first = MediaHandle.objects.get().media_id
    MediaHandle.objects.update(expires_at=clock.machine_now() - timedelta(seconds=1))
    send(ben, talk, upload=upload(ben, talk, PDF, "listino.pdf").json()["id"])
    desk.settle()
    assert MediaHandle.objects.get().media_id != first


def test_voice_and_documents_keep_what_they_are(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    send(ben, talk, upload=upload(ben, talk, OGG, "nota.ogg").json()["id"], voice=True)
    send(ben, talk, upload=upload(ben, talk, office("xl/"), "prezzi.xlsx").json()["id"], caption="I prezzi")
    desk.settle()
    voice, sheet = on_the_phone(desk)[-2:]
    assert voice["type"] == "audio"
    assert (sheet["type"], sheet["text"]) == ("document", "I prezzi")
    assert Message.objects.get(type="audio").payload["voice"] is True
    assert Message.objects.get(type="document").payload["filename"] == "prezzi.xlsx"
    assert set(Attachment.objects.values_list("status", flat=True)) == {"stored"}


def test_a_file_that_is_gone_fails_in_words(desk: Desk, talk: Conversation, ben: APIClient, settings: Any) -> None:
    given = upload(ben, talk, PDF, "listino.pdf").json()
    settings.MEDIA_ROOT = Path(settings.MEDIA_ROOT) / "elsewhere"
    send(ben, talk, upload=given["id"])
    deliver.drain_outbox()
    message = Message.objects.outbound().latest("pk")
    assert (message.status, message.error_code) == ("failed", "file_gone")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.txt", "file_refused"),
        (b"MZ\x90\x00" + b"\x00\x01\x02", "photo.jpg", "file_refused"),
        (b"<html><script>alert(1)</script></html>\xff\xfe\x00", "page.html", "file_refused"),
        (picture((20, 20), "GIF", mode="P"), "dance.gif", "file_refused"),
        (b"\xff\xd8\xff" + b"junk" * 50, "broken.jpg", "file_refused"),
        (b"PK\x03\x04" + b"\x00" * 100, "archive.zip", "file_refused"),
    ],
)
def test_what_whatsapp_does_not_take_is_refused_before_anything_is_queued(
    talk: Conversation, ben: APIClient, content: bytes, name: str, code: str
) -> None:
    refusal = upload(ben, talk, content, name)
    assert code_of(refusal) == (400, code)
    assert not Upload.objects.exists()


def test_somebody_elses_upload_cannot_be_sent(talk: Conversation, ben: APIClient) -> None:
    given = upload(ben, talk, PDF).json()
    carla = api(make_agent("carla", talk.department))  # type: ignore[arg-type]
    assert code_of(send(carla, talk, upload=given["id"])) == (400, "invalid")


def test_limits_by_kind() -> None:
    def at(name: str, content_type: str, size: int, **more: Any) -> str:
        return kinds.problem(kinds.Kind(name, content_type), size, **more)

    assert at("video", "video/mp4", 16 * MB) == ""
    assert "at most 16.0 MB" in at("video", "video/mp4", 16 * MB + 1)
    assert at("sticker", "image/webp", 400_000, animated=True) == ""
    assert at("sticker", "image/webp", 400_000) != ""
    assert at("document", "application/pdf", 100 * MB) == ""


def test_a_photo_loses_where_it_was_taken_and_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of somebody"  # turned by a quarter; make
    file = tmp_path / "photo"
    file.write_bytes(picture((400, 300), exif=exif))
    made = pictures.recompressed(file, longest=800)
    assert made is not None
    with Image.open(io.BytesIO(made)) as seen:
        assert seen.size == (300, 400)
        assert not seen.getexif()


def test_a_small_picture_stays_as_it_is_and_a_bomb_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(picture((640, 480)))
    assert pictures.recompressed(file, longest=800) is None
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    with pytest.raises(pictures.NotAPicture):
        pictures.recompressed(file, longest=800)


def test_a_large_picture_fits_into_whatsapps_limit(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(picture((5000, 4000), quality=100))
    made = pictures.recompressed(file, longest=0, largest=2 * MB)
    assert made is not None
    assert file.stat().st_size > 2 * MB


@given(st.binary(max_size=600))
def test_any_bytes_are_of_some_kind(content: bytes) -> None:
    found = sniff.content_type(content)
    assert found not in {"text/html", "image/svg+xml"}
