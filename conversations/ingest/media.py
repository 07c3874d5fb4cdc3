"""Fetch customers' files at once, check them, and keep them under the hash of their content (C14)."""

from __future__ import annotations

import base64
import logging
import threading
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from conversations import clock, wake
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.media import shelf, sniff
from conversations.models import Attachment
from conversations.reach import access_to
from conversations.whatsapp.client import CloudApi
from conversations.whatsapp.transport import ApiError, NotSent, Unanswered

logger = logging.getLogger("sportello.media")

LARGEST = 100 * 1024 * 1024  # Meta's limit for incoming files (131052)
META_HOSTS = ("fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net")
TRIES = 8
LEASE = timedelta(minutes=3)
INGEST = Actor.system("ingest")


class Refused(Exception):
    """Too large, or not what it claims to be: keeping on trying does not help."""


_one = threading.Lock()


def fetch_due(*, limit: int = 50) -> int:
    """Fetch what is due, one at a time per process: a slow file keeps one thread busy, never all of them."""
    if not _one.acquire(blocking=False):
        return 0
    try:
        return _fetch_due(limit)
    finally:
        _one.release()


def _fetch_due(limit: int) -> int:
    """Claimed by moving `due_at` on, so that two workers never fetch one file at once."""
    done = 0
    now = clock.machine_now()
    due = Attachment.objects.filter(status=Attachment.Status.PENDING, due_at__lte=now).select_related(
        "message__channel__portfolio", "message__conversation"
    )
    for attachment in due.order_by("due_at")[:limit]:
        claimed = Attachment.objects.filter(
            pk=attachment.pk, status=Attachment.Status.PENDING, due_at=attachment.due_at
        ).update(due_at=now + LEASE, tries=attachment.tries + 1)
        if claimed:
            attachment.tries += 1
            _fetch(attachment)
            done += 1
    return done


def _fetch(attachment: Attachment) -> None:
    try:
        sha256, size, content_type = _download(attachment)
    except Refused as problem:
        _end(attachment, Attachment.Status.REFUSED, str(problem))
    except (ApiError, NotSent, Unanswered) as problem:
        _again(attachment, str(problem))
    except OSError as problem:  # the disk: ours to mend, so it is tried again
        _again(attachment, type(problem).__name__)
    else:
        with transaction.atomic():
            attachment.sha256, attachment.size, attachment.content_type = sha256, size, content_type
            attachment.status, attachment.problem, attachment.due_at = Attachment.Status.STORED, "", None
            attachment.save(update_fields=["sha256", "size", "content_type", "status", "problem", "due_at"])
            record(
                Kind.ATTACHMENT_STORED,
                by=INGEST,
                conversation=attachment.message.conversation,
                attachment=attachment.pk,
                size=size,
            )


def _download(attachment: Attachment) -> tuple[str, int, str]:
    """Hash, size and type by content of the file, once it is on the shelf."""
    api = CloudApi(access_to(attachment.message.channel))
    url = attachment.url if attachment.tries == 1 and _is_metas(attachment.url, api.access.base_url) else ""
    if not url:
        found = api.media(attachment.media_id)
        url = str(found.get("url") or "")
        if not url:
            raise Refused(_("no link"))
    try:
        draft = shelf.draft(api.download(url), largest=LARGEST)
    except shelf.TooLarge:
        raise Refused(_("larger than %s MB") % (LARGEST // 1024 // 1024)) from None
    try:
        if draft.size == 0:
            raise NotSent(_("an empty file"))
        if not _hash_fits(attachment.declared_sha256, draft.sha256):
            raise NotSent(_("the hash does not fit: cut short on the way"))
        draft.keep()
    finally:
        draft.discard()
    return draft.sha256, draft.size, sniff.content_type(draft.start)


def _is_metas(url: str, base_url: str) -> bool:
    """The channel's token goes with the request: only to Meta's own hosts, whatever a webhook says."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    own = (parts.scheme, parts.netloc) == urlsplit(base_url)[:2]
    return own or (parts.scheme == "https" and any(host == name or host.endswith(f".{name}") for name in META_HOSTS))


def _hash_fits(declared: str, sha256: str) -> bool:
    """Meta declares hex in some places and base64 in others."""
    if not declared:
        return True
    as_base64 = base64.b64encode(bytes.fromhex(sha256)).decode()
    return declared.lower() == sha256 or declared.rstrip("=") == as_base64.rstrip("=")


def _again(attachment: Attachment, problem: str) -> None:
    if attachment.tries >= TRIES:
        _end(attachment, Attachment.Status.LOST, problem)
        return
    attachment.due_at = clock.machine_now() + timedelta(seconds=2**attachment.tries)
    attachment.problem = problem[:200]
    attachment.save(update_fields=["due_at", "problem"])


def _end(attachment: Attachment, status: Attachment.Status, problem: str) -> None:
    with transaction.atomic():
        attachment.status, attachment.problem, attachment.due_at = status, problem[:200], None
        attachment.save(update_fields=["status", "problem", "due_at"])
        record(
            Kind.ATTACHMENT_LOST,
            by=INGEST,
            conversation=attachment.message.conversation,
            attachment=attachment.pk,
            status=str(status),
        )
    logger.warning("media.ended", extra={"attachment": attachment.pk, "status": str(status)})


def fetch_again(*, attachment: Attachment, by: Actor) -> bool:
    """A person asks for a lost file once more."""
    done = Attachment.objects.filter(pk=attachment.pk, status=Attachment.Status.LOST).update(
        status=Attachment.Status.PENDING, tries=1, due_at=clock.machine_now(), problem=""
    )
    if done:
        wake.on_commit(wake.Bell.MEDIA)
    return bool(done)
