"""Files of outgoing messages: `{"upload": 7}` anywhere in a message's content becomes Meta's `{"id": "…"}` (C34).

A content is uploaded once per channel and month, however often it is sent. Uploading is harmless when it is done twice, so it needs no
attempt of its own; a message whose file did not get up has not been sent.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from conversations import clock
from conversations.media import shelf
from conversations.models import Channel, MediaHandle, Upload
from conversations.whatsapp.client import CloudApi
from conversations.whatsapp.transport import NotSent, Unanswered

Json = dict[str, Any]

KEPT = timedelta(days=30)  # by Meta (facts §8)
MARGIN = timedelta(days=1)
CACHE_MISS = frozenset({100, 131009, 131052, 131053})  # how Meta says that it does not know a media id


class FileGone(ValueError):
    """The file is not on our shelf any more."""


@dataclass(slots=True)
class File:
    """One file of one message, and the place in the request where its id belongs."""

    upload: Upload
    place: Json
    media_id: str = ""
    is_fresh: bool = False  # uploaded just now: to be written down

    def put(self) -> None:
        self.place["id"] = self.media_id


def find(channel: Channel, contents: Iterable[Json]) -> dict[int, Upload]:
    """The uploads that these messages name."""
    named = {place["upload"] for content in contents for place in _places(content)}
    return Upload.objects.in_bulk([pk for pk in named if isinstance(pk, int)]) if named else {}


def handles(channel: Channel, uploads: Iterable[Upload]) -> dict[tuple[str, str], str]:
    """(content hash, type) -> Meta's id, of those that are valid for a while."""
    hashes = {upload.sha256 for upload in uploads}
    if not hashes:
        return {}
    rows = MediaHandle.objects.valid(clock.machine_now()).filter(channel=channel, sha256__in=hashes)
    return {(sha256, kind): media for sha256, kind, media in rows.values_list("sha256", "content_type", "media_id")}


def prepare(body: Json, uploads: dict[int, Upload], known: dict[tuple[str, str], str]) -> tuple[Json, list[File]]:
    """The request with the ids that are known, and its files. Raises FileGone."""
    if not any(True for _place in _places(body)):
        return body, []
    filled = copy.deepcopy(body)
    found = []
    for place in list(_places(filled)):
        upload = uploads.get(place.pop("upload"))
        if upload is None or not shelf.path_of(upload.sha256).is_file():
            raise FileGone
        file = File(upload, place, known.get((upload.sha256, upload.content_type), ""))
        if file.media_id:
            file.put()
        found.append(file)
    return filled, found


def send_up(api: CloudApi, files: Iterable[File]) -> None:
    """In a sender thread: no database. Raises ApiError or NotSent: whatever happens here, the message itself has not left."""
    for file in files:
        if file.media_id:
            continue
        content = shelf.path_of(file.upload.sha256).read_bytes()
        try:
            file.media_id = api.upload(
                content=content, content_type=file.upload.content_type, filename=file.upload.filename or "file"
            )
        except Unanswered as problem:
            raise NotSent(f"the file did not get up: {problem}") from problem
        if not file.media_id:
            raise NotSent("an upload without an id")
        file.is_fresh = True
        file.put()


def remember(channel: Channel, files: Iterable[File]) -> None:
    """Keep the ids of what was uploaded."""
    fresh = {(file.upload.sha256, file.upload.content_type): file.media_id for file in files if file.is_fresh}
    if not fresh:
        return
    expires = clock.machine_now() + KEPT - MARGIN
    rows = [
        MediaHandle(channel=channel, sha256=sha256, content_type=kind, media_id=media, expires_at=expires)
        for (sha256, kind), media in sorted(fresh.items())
    ]
    MediaHandle.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["channel", "sha256", "content_type"],
        update_fields=["media_id", "expires_at"],
    )


def forget(channel: Channel, files: Iterable[File], code: int) -> bool:
    """Meta does not know an id we kept: True when another upload may help."""
    stale = [file.media_id for file in files if file.media_id and not file.is_fresh]
    if code not in CACHE_MISS or not stale:
        return False
    return bool(MediaHandle.objects.filter(channel=channel, media_id__in=stale).delete()[0])


def _places(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        if "upload" in node:
            yield node
        for inner in list(node.values()):
            yield from _places(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _places(inner)
