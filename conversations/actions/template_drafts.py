"""Templates as staff write them: drafts, what was submitted, edited and deleted, and where values come from (C23)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from conversations import clock
from conversations.actions.template_lists import take
from conversations.actions.templates import set_components
from conversations.actor import Actor
from conversations.errors import Invalid, NotTransition
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel, Template, TemplateFill
from conversations.templates import states
from conversations.templates.definition import Json
from conversations.templates.writing import Draft, components

FORGET_EDITS = timedelta(days=30)


@transaction.atomic
def keep(*, channel: Channel, draft: Draft, by: Actor, template: Template | None = None) -> Template:
    """A new draft, or a draft changed. Raises Invalid when the channel has this name in this language already."""
    row = template or Template(channel=channel, status=states.DRAFT)
    if row.status != states.DRAFT:
        raise NotTransition
    row.channel, row.name, row.language, row.category = channel, draft.name, draft.language, draft.category
    row.parameter_format, row.ttl_seconds = draft.parameter_format, draft.ttl
    set_components(row, components(draft))
    columns = ["channel", "name", "language", "category", "parameter_format", "ttl_seconds", "components", "body"]
    try:
        with transaction.atomic():
            if template is None:
                row.save(force_insert=True)
            else:
                row.save(update_fields=columns)
    except IntegrityError:
        raise Invalid(_("This number has a template of this name in this language already.")) from None
    return row


@transaction.atomic
def discard(*, template: Template, by: Actor) -> None:
    """A draft that nobody has submitted."""
    deleted, _rows = Template.objects.filter(pk=template.pk, status=states.DRAFT).delete()
    if not deleted:
        raise NotTransition


@transaction.atomic
def note_submitted(*, template: Template, answer: Json, by: Actor, at: datetime) -> None:
    """Meta took it for review. A webhook may have been faster: then only what it could not know is added."""
    row = Template.objects.select_for_update().get(pk=template.pk)
    row.meta_id = str(answer.get("id") or "")[:64]
    row.submitted_at, row.recommendation = at, ""
    if row.status == states.DRAFT:
        row.status, row.status_at = states.said(str(answer.get("status") or "PENDING")), at
    category = str(answer.get("category") or "")
    if category in Template.Category.values:
        row.category, row.category_at = category, at
    row.components_at = at
    row.save(
        update_fields=[
            "meta_id", "submitted_at", "recommendation", "status", "status_at", "category", "category_at", "components_at",
        ]
    )  # fmt: skip
    record(Kind.TEMPLATE_SUBMITTED, by=by, channel=row.channel, template=row.pk, edit=False)


@transaction.atomic
def note_edited(*, template: Template, one: Json, by: Actor, at: datetime) -> None:
    """Meta took the edit; `one` is the template as it says it is now."""
    row = Template.objects.select_for_update().get(pk=template.pk)
    if row.status == "APPROVED":
        row.edits = [*recent_edits(row, at), at.isoformat()]
    row.submitted_at, row.recommendation = at, ""
    row.save(update_fields=["edits", "submitted_at", "recommendation"])
    take(row=row, one=one, at=at, by=by)
    record(Kind.TEMPLATE_SUBMITTED, by=by, channel=row.channel, template=row.pk, edit=True)


def recent_edits(template: Template, now: datetime) -> list[str]:
    """Of the last 30 days."""
    return [edit for edit in template.edits if datetime.fromisoformat(edit) > now - FORGET_EDITS]


@transaction.atomic
def note_deleted(*, template: Template, by: Actor, all_languages: bool = False) -> int:
    """On every number of the account, in this language or in all. Messages that were sent with it keep it."""
    rows = Template.objects.filter(channel__waba_id=template.channel.waba_id, name=template.name)
    rows = rows.exclude(status__in=[states.DRAFT, "DELETED"])
    if not all_languages:
        rows = rows.filter(language=template.language)
    gone = list(rows.select_related("channel"))
    at = clock.now()
    Template.objects.filter(pk__in=[row.pk for row in gone]).update(status="DELETED", status_at=at)
    for row in gone:
        record(Kind.TEMPLATE_DELETED, by=by, channel=row.channel, template=row.pk)
    return len(gone)


@transaction.atomic
def set_fills(*, template: Template, fills: Mapping[str, tuple[str, str]], by: Actor) -> None:
    """Where each slot's value comes from: slot's key -> (source, text). One by one: history keeps each. Raises ValidationError."""
    known = {fill.slot: fill for fill in template.fills.select_for_update()}
    for slot, (source, text) in fills.items():
        fill = known.get(slot)
        if fill is None:
            fill = TemplateFill(template=template, slot=slot, source=source, text=text)
            fill.full_clean()
            fill.save(force_insert=True)
        elif (fill.source, fill.text) != (source, text):
            fill.source, fill.text = source, text
            fill.full_clean()
            fill.save(update_fields=["source", "text"])
