"""Templates as Meta tells of them (webhooks, synchronisation) and as staff write them (C13, C23). The only writer of their rows.

Each piece of news carries the time at which it was true at Meta, and older news never overwrites newer, in whatever order it comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from conversations import clock, wake
from conversations.actions import alarms
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel, Message, MessageStatus, Template, TemplateSync
from conversations.news import is_news
from conversations.templates import states
from conversations.templates.definition import Json, objects, text_of

META = Actor.system("meta")
PAUSES = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}  # Meta: templates/template-pausing
STOPPED = ("PAUSED", "DISABLED")


@transaction.atomic
def update_status(
    *,
    waba_id: str,
    status: str,
    at: datetime,
    meta_id: str = "",
    name: str = "",
    language: str = "",
    reason: str = "",
    recommendation: str = "",
    title: str = "",
    by: Actor = META,
) -> int:
    """Field message_template_status_update: `status` is its event, `title` that of other_info. Returns how many rows it changed.

    A template nobody has heard of makes the account's templates be read anew.
    """
    rows = _rows(waba_id, meta_id, name, language)
    changed = 0
    for row in rows:
        if is_news(row.status_at, at):
            changed += _set_status(row, states.said(status), at, by, reason=reason, advice=recommendation, title=title)
    return changed


def _set_status(
    row: Template, status: str, at: datetime, by: Actor, *, reason: str = "", advice: str = "", title: str = ""
) -> int:
    was = row.status
    row.status, row.status_at = status, at
    row.reason = "" if reason.upper() == "NONE" else reason[:300]
    row.recommendation = advice[:1000]
    row.paused_until = at + PAUSES[title] if status == "PAUSED" and title in PAUSES else None
    if status != "DELETED":
        row.missing_since = None
    row.save(update_fields=["status", "status_at", "reason", "recommendation", "paused_until", "missing_since"])
    if status == was:
        return 0
    _tell(row, by, was=was, status=status)
    return 1


def _tell(row: Template, by: Actor, *, was: str, status: str) -> None:
    record(Kind.TEMPLATE_CHANGED, by=by, channel=row.channel, template=row.pk, what="status", was=was, now=status)
    key = f"template:{row.pk}"
    if status in STOPPED:
        alarms.raise_alarm(key=key, code="template_stopped", template=row.pk, channel=row.channel_id, status=status)
    elif was in STOPPED:
        alarms.clear_alarm(key=key)
        _let_go(row)


def _let_go(row: Template) -> None:
    """What was held back while it was paused is looked at now."""
    held = Message.objects.filter(status=MessageStatus.HELD, hold_code="template_paused", template=row)
    held.update(not_before=clock.now())


@transaction.atomic
def pause(*, template: Template, at: datetime, by: Actor = META) -> int:
    """Meta refused to send it because it is paused (132015)."""
    return _stop(template, "PAUSED", at, by)


@transaction.atomic
def disable(*, template: Template, at: datetime, by: Actor = META) -> int:
    """Meta refused to send it because it is disabled (132016)."""
    return _stop(template, "DISABLED", at, by)


def _stop(template: Template, status: str, at: datetime, by: Actor) -> int:
    rows = _locked(Template.objects.filter(pk=template.pk))
    if template.meta_id:  # the other numbers of the account have it too
        rows = _locked(Template.objects.filter(meta_id=template.meta_id, channel__waba_id=template.channel.waba_id))
    return sum(_set_status(row, status, at, by) for row in rows if is_news(row.status_at, at))


@transaction.atomic
def update_quality(
    *, waba_id: str, quality: str, at: datetime, meta_id: str = "", name: str = "", language: str = "", by: Actor = META
) -> int:
    """Field message_template_quality_update: GREEN, YELLOW, RED or UNKNOWN."""
    changed = 0
    for row in _rows(waba_id, meta_id, name, language):
        if is_news(row.quality_at, at):
            was, row.quality, row.quality_at = row.quality, quality.upper()[:12], at
            row.save(update_fields=["quality", "quality_at"])
            changed += _changed(row, by, "quality", was, row.quality)
    return changed


@transaction.atomic
def update_category(
    *,
    waba_id: str,
    category: str,
    at: datetime,
    meta_id: str = "",
    name: str = "",
    language: str = "",
    next_category: str = "",
    changes_at: datetime | None = None,
    by: Actor = META,
) -> int:
    """Field template_category_update. Before the change `new_category` is still the present one: give it as `category`,
    `correct_category` as `next_category` and its time as `changes_at` (facts §6)."""
    changed = 0
    for row in _rows(waba_id, meta_id, name, language):
        if is_news(row.category_at, at):
            was, row.category_at = row.category, at
            row.category = known_category(category) or row.category
            row.next_category, row.category_changes_at = known_category(next_category), changes_at
            row.save(update_fields=["category", "category_at", "next_category", "category_changes_at"])
            changed += _changed(row, by, "category", was, row.category)
    return changed


@transaction.atomic
def update_components(
    *,
    waba_id: str,
    at: datetime,
    meta_id: str = "",
    name: str = "",
    language: str = "",
    title: str | None = None,
    element: str | None = None,
    footer: str | None = None,
    buttons: Any = None,
    by: Actor = META,
) -> int:
    """Field message_template_components_update: the new texts; what it does not name stays as it was."""
    changed = 0
    for row in _rows(waba_id, meta_id, name, language):
        if is_news(row.components_at, at):
            components = _with_texts(row.components, title=title, element=element, footer=footer, buttons=buttons)
            differs, row.components_at = components != row.components, at
            set_components(row, components)
            row.save(update_fields=["components", "body", "components_at"])
            changed += _changed(row, by, "components", "", "" if not differs else "edited")
    return changed


def set_components(row: Template, components: list[Json]) -> None:
    """On the instance; the caller saves `components` and `body`."""
    row.components = components
    row.body = row.definition.body


def _with_texts(
    components: Any, *, title: str | None, element: str | None, footer: str | None, buttons: Any
) -> list[Json]:
    parts = {text_of(part.get("type")).upper(): dict(part) for part in objects(components)}
    for kind, words in (("HEADER", title), ("BODY", element), ("FOOTER", footer)):
        if words:
            fresh = {"format": "TEXT"} if kind == "HEADER" else {}
            parts[kind] = {**parts.get(kind, {"type": kind, **fresh}), "text": words}
    if isinstance(buttons, list) and buttons:
        before = objects(parts.get("BUTTONS", {}).get("buttons"))
        parts["BUTTONS"] = {"type": "BUTTONS", "buttons": _buttons(objects(buttons), before)}
    order = ("HEADER", "BODY", "FOOTER", "BUTTONS")
    return [parts[kind] for kind in (*order, *(kind for kind in parts if kind not in order)) if kind in parts]


def _buttons(told: list[Json], before: list[Json]) -> list[Json]:
    """As the webhook names their fields; examples and the like stay with the button of the same place and type."""
    made = []
    for index, one in enumerate(told):
        kind = text_of(one.get("message_template_button_type")).upper()
        button: Json = {"type": kind, "text": text_of(one.get("message_template_button_text"))}
        for field in ("url", "phone_number"):
            if words := text_of(one.get(f"message_template_button_{field}")):
                button[field] = words
        same = index < len(before) and text_of(before[index].get("type")).upper() == kind
        made.append({**before[index], **button} if same else button)
    return made


def _changed(row: Template, by: Actor, what: str, was: str, now: str) -> int:
    if was == now:
        return 0
    record(Kind.TEMPLATE_CHANGED, by=by, channel=row.channel, template=row.pk, what=what, was=was, now=now)
    return 1


def known_category(value: str) -> str:
    """Meta's category in capitals; "" for one that we do not know."""
    return value.upper() if value.upper() in Template.Category.values else ""


def _rows(waba_id: str, meta_id: str, name: str, language: str) -> list[Template]:
    """Locked: by Meta's id, else those of that name and language whose id we do not know yet. Asks for a synchronisation without."""
    mine = Template.objects.filter(channel__waba_id=waba_id)
    found = _locked(mine.filter(meta_id=meta_id)) if meta_id else []
    if not found and name:
        alike = Q(meta_id="") if meta_id else Q()
        found = _locked(mine.filter(alike, name=name, language=language.replace("-", "_")))
    if not found:
        ask_sync(waba_id=waba_id)
    return found


def _locked(rows: QuerySet[Template]) -> list[Template]:
    no_key = connection.features.has_select_for_no_key_update
    of = ("self",) if connection.features.has_select_for_update_of else ()
    return list(rows.select_related("channel").select_for_update(of=of, no_key=no_key).order_by("pk"))


@transaction.atomic
def ask_sync(*, waba_id: str) -> int:
    """Have the templates of this business account read from Meta soon."""
    channels = list(Channel.objects.filter(waba_id=waba_id, kind=Channel.Kind.WHATSAPP)) if waba_id else []
    for channel in channels:
        TemplateSync.objects.update_or_create(channel=channel, defaults={"due_at": clock.machine_now()})
    if channels:
        wake.on_commit(wake.Bell.TEMPLATES)
    return len(channels)
