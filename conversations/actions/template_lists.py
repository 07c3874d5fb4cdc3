"""What Meta's list of a business account's templates says, written down for each of its channels (C23)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from conversations import clock
from conversations.actions.templates import META, known_category, set_components
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record_all
from conversations.models import Channel, Event, Template, TemplateFill, TemplateSync
from conversations.news import is_news
from conversations.templates import states
from conversations.templates.definition import Json, objects, text_of
from conversations.whatsapp import json_text

COLUMNS = [
    "meta_id", "status", "status_at", "reason", "quality", "quality_at", "category", "category_at", "next_category",
    "components", "body", "components_at", "parameter_format", "ttl_seconds", "paused_until", "missing_since",
]  # fmt: skip
TIMES = ("status_at", "quality_at", "category_at", "components_at")
LONGEST_NAME, LONGEST_LANGUAGE = 512, 16


@transaction.atomic
def store(*, channel: Channel, listed: list[Json], at: datetime, by: Actor = META) -> int:
    """Make the channel's rows say what the list says that was asked for at `at`; returns how many changed. Safe to repeat.

    What webhooks told since then stays. What is not on the list any more is marked, never deleted: messages refer to it.
    """
    clean = [json_text.clean(one) for one in objects(listed)]
    named = {(text_of(one.get("name")), text_of(one.get("language"))): one for one in clean}
    named = {key: one for key, one in named.items() if _fits(*key)}
    no_key = connection.features.has_select_for_no_key_update
    rows = {
        (row.name, row.language): row
        for row in Template.objects.filter(channel=channel).select_for_update(no_key=no_key).order_by("pk")
    }
    for row in rows.values():
        row.channel = channel
    events: list[Event] = []
    changed = [rows[key] for key, one in named.items() if key in rows and _take(rows[key], one, at, by, events)]
    changed += [row for key, row in rows.items() if key not in named and _is_missed(row, at, by, events)]
    update_rows(changed, COLUMNS)
    fresh = [_new(channel, one, at) for key, one in named.items() if key not in rows]
    _add(channel, fresh)
    now = clock.machine_now()
    listed_rows = Template.objects.filter(channel=channel, missing_since__isnull=True).exclude(status=states.DRAFT)
    listed_rows.update(synced_at=now)
    for time in TIMES:  # older webhooks that come late are no news any more
        listed_rows.filter(Q(**{time: None}) | Q(**{f"{time}__lte": at})).update(**{time: at})
    TemplateSync.objects.update_or_create(
        channel=channel,
        defaults={"synced_at": now, "due_at": None, "count": len(named), "problem_code": "", "problem": "", "failed_at": None},
    )  # fmt: skip
    record_all(events)
    return len(changed) + len(fresh)


@transaction.atomic
def take(*, row: Template, one: Json, at: datetime, by: Actor) -> None:
    """The same for one template that was asked for after we changed it. The row must be locked."""
    events: list[Event] = []
    if _take(row, json_text.clean(one), at, by, events, asked=False):
        row.save(update_fields=COLUMNS)
    record_all(events)


def failed(*, channel: Channel, code: str, detail: str) -> None:
    """The list could not be read; what we knew stays."""
    TemplateSync.objects.update_or_create(
        channel=channel,
        defaults={
            "due_at": None,
            "failed_at": clock.machine_now(),
            "problem_code": code[:40],
            "problem": detail[:500],
        },
    )


def _fits(name: str, language: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and 0 < len(language) <= LONGEST_LANGUAGE


def _new(channel: Channel, one: Json, at: datetime) -> Template:
    row = Template(channel=channel, name=one["name"], language=one["language"])
    row.category = Template.Category.UTILITY
    _copy(row, one, at)
    return row


def _take(row: Template, one: Json, at: datetime, by: Actor, events: list[Event], *, asked: bool = True) -> bool:
    """Whether anything differs now. A new id is another template of the same name: all of it counts."""
    before = {name: getattr(row, name) for name in COLUMNS}
    if row.meta_id != text_of(str(one.get("id") or "")):
        row.status_at = row.quality_at = row.category_at = row.components_at = None
    _copy(row, one, at, asked=asked)
    row.missing_since = None
    moved = [what for what in ("status", "category", "quality") if before[what] != getattr(row, what)]
    events += [_event(row, by, what, before[what], getattr(row, what)) for what in moved]
    if before["components"] != row.components:
        events.append(_event(row, by, "components", "", "edited"))
    return any(before[name] != getattr(row, name) for name in COLUMNS if name not in TIMES)


def _copy(row: Template, one: Json, at: datetime, *, asked: bool = True) -> None:
    row.meta_id = str(one.get("id") or "")[:64]
    if is_news(row.status_at, at, asked=asked):
        status = states.said(text_of(one.get("status")) or "PENDING")
        if status != row.status:
            row.paused_until = None
        reason = text_of(one.get("rejected_reason"))
        row.status, row.status_at = status, at
        row.reason = "" if reason.upper() == "NONE" else reason[:300]
    if is_news(row.category_at, at, asked=asked):
        row.category = known_category(text_of(one.get("category"))) or row.category
        row.next_category = known_category(text_of(one.get("correct_category"))) or row.next_category
        row.next_category = "" if row.next_category == row.category else row.next_category
        row.category_at = at
    if is_news(row.quality_at, at, asked=asked):
        row.quality, row.quality_at = _quality(one.get("quality_score")), at
    if is_news(row.components_at, at, asked=asked):
        row.components_at = at
        set_components(row, objects(one.get("components")))
    shown = text_of(one.get("parameter_format")).upper()
    row.parameter_format = shown if shown in Template.Format.values else Template.Format.POSITIONAL
    ttl = one.get("message_send_ttl_seconds")
    row.ttl_seconds = ttl if isinstance(ttl, int) and abs(ttl) < 2**31 else None


def _quality(value: Any) -> str:
    """{"score": "GREEN", "date": …}, or the word alone."""
    score = value.get("score") if isinstance(value, dict) else value
    return (text_of(score).upper() or "UNKNOWN")[:12]


def _is_missed(row: Template, at: datetime, by: Actor, events: list[Event]) -> bool:
    """Drafts were never there; what was submitted after the list was asked for cannot be on it."""
    late = row.submitted_at is not None and row.submitted_at > at
    if row.status in (states.DRAFT, "DELETED") or row.missing_since is not None or late:
        return False
    row.missing_since = clock.now()
    events.append(_event(row, by, "status", row.status, "missing"))
    return True


def _event(row: Template, by: Actor, what: str, was: str, now: str) -> Event:
    return draft(Kind.TEMPLATE_CHANGED, by=by, channel=row.channel, template=row.pk, what=what, was=was, now=now)


def _add(channel: Channel, fresh: list[Template]) -> None:
    """With the sources of its values as in another language, or on another number of the account."""
    if not fresh:
        return
    made = Template.objects.bulk_create(fresh)
    names = {row.name for row in made}
    alike = Template.objects.filter(channel__waba_id=channel.waba_id, name__in=names, fills__isnull=False)
    models = {row.name: row for row in alike.exclude(pk__in=[row.pk for row in made]).distinct()}
    for row in made:
        if (model := models.get(row.name)) is not None:
            copy_fills(model, row)


def copy_fills(model: Template, row: Template) -> None:
    """One by one: history keeps each."""
    slots = {slot.key for slot in row.definition.slots}
    for fill in model.fills.all():
        if fill.slot in slots:
            TemplateFill.objects.create(template=row, slot=fill.slot, source=fill.source, text=fill.text)
