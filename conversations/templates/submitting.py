"""Submitting, editing and deleting templates at Meta; what it refuses is told in words, next to the field it means (C23)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from conversations import clock
from conversations.actions import template_drafts as drafts
from conversations.actions.templates import ask_sync
from conversations.actor import Actor
from conversations.errors import MetaAway, MetaRefused, NotTransition
from conversations.models import Channel, Template
from conversations.reach import access_to
from conversations.templates import form_rules, refusals, states
from conversations.templates.definition import Json
from conversations.templates.writing import Draft, components, draft_of
from conversations.whatsapp.errors import TABLE, GraphError, describe
from conversations.whatsapp.management import Management
from conversations.whatsapp.registration import Registration
from conversations.whatsapp.transport import ApiError, NotSent, Unanswered

EDITABLE = ("APPROVED", "REJECTED", "PAUSED")  # Meta: templates/template-management
DAY, MOST_A_DAY, MOST_A_MONTH = timedelta(days=1), 1, 10
# Meta's subcode -> field of the form. Lengths (2388040) are of any: our own rules have named the field before.
FIELDS = {2388023: "name", 2388024: "name", 2388047: "header_kind", 2494102: "header_kind", 2388072: "body",
          2388293: "body", 2388299: "body", 2388073: "footer", 2388025: "category"}  # fmt: skip


def draft_from(template: Template) -> Draft:
    return draft_of(
        template.definition,
        name=template.name,
        language=template.language,
        category=template.category,
        ttl=template.ttl_seconds,
    )


def require_right(draft: Draft) -> None:
    """Raises TemplateForm with `fields`."""
    if found := form_rules.problems(draft):
        raise refusals.TemplateForm(fields=found)


def submit(*, template: Template, by: Actor) -> None:
    """A draft goes to Meta for review. Raises TemplateForm, MetaRefused (`field`), MetaAway."""
    if template.status != states.DRAFT:
        raise NotTransition
    draft = draft_from(template)
    require_right(draft)
    at = clock.now()
    body: Json = {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "parameter_format": draft.parameter_format,
        "components": components(draft),
    }
    if draft.ttl is not None:
        body["message_send_ttl_seconds"] = draft.ttl
    with _in_our_words(template.channel):
        answer = Management(access_to(template.channel)).create_template(body)
    drafts.note_submitted(template=template, answer=answer, by=by, at=at)
    ask_sync(waba_id=template.channel.waba_id)  # the account's other numbers have it too


def edit(*, template: Template, draft: Draft, by: Actor) -> None:
    """Replace all of its components. Raises TemplateForm, TemplateEditLimit, MetaRefused (`field`), MetaAway."""
    if template.status not in EDITABLE or not template.meta_id:
        raise NotTransition
    require_right(draft)
    require_edit_allowed(template)
    at = clock.now()
    body: Json = {"components": components(draft)}
    if template.status != "APPROVED":
        body["category"] = draft.category
    if draft.ttl is not None:
        body["message_send_ttl_seconds"] = draft.ttl

    meta = Management(access_to(template.channel))
    with _in_our_words(template.channel):
        meta.edit_template(template.meta_id, body)
        one = meta.template(template.meta_id)
    drafts.note_edited(template=template, one=one, by=by, at=at)
    ask_sync(waba_id=template.channel.waba_id)


def require_edit_allowed(template: Template) -> None:
    """Approved ones: once in 24 hours, ten times in 30 days, as far as we made the edits. Raises TemplateEditLimit with `again_at`."""
    again = next_edit(template, clock.now())
    if again is not None:
        raise refusals.TemplateEditLimit(again_at=again.isoformat())


def next_edit(template: Template, now: datetime) -> datetime | None:
    """When an approved template may be edited again; None: now."""
    if template.status != "APPROVED":
        return None
    edits = [datetime.fromisoformat(one) for one in drafts.recent_edits(template, now)]
    ends = [edit + DAY for edit in edits[-MOST_A_DAY:] if edit > now - DAY]
    if len(edits) >= MOST_A_MONTH:
        ends.append(edits[-MOST_A_MONTH] + drafts.FORGET_EDITS)
    return max(ends, default=None)


def delete(*, template: Template, by: Actor, all_languages: bool = False) -> None:
    """At Meta too; a draft only here. The name is blocked for 30 days. Raises MetaRefused, MetaAway."""
    if template.status == states.DRAFT:
        drafts.discard(template=template, by=by)
        return
    with _in_our_words(template.channel):
        Management(access_to(template.channel)).delete_template(
            template.name, "" if all_languages else template.meta_id
        )
    drafts.note_deleted(template=template, by=by, all_languages=all_languages)


def upload_sample(*, channel: Channel, content: bytes, content_type: str, filename: str) -> str:
    """The handle of a header's sample. Raises MetaRefused, MetaAway."""
    files = Registration(access_to(channel))
    with _in_our_words(channel):
        return files.handle_of(content=content, content_type=content_type, filename=filename or "sample")


@contextmanager
def _in_our_words(channel: Channel) -> Iterator[None]:
    """What comes of a call, as a refusal of ours. An answer that never came may have been a yes: the list is asked for."""
    try:
        yield
    except ApiError as refusal:
        raise _in_words(refusal.error) from refusal
    except NotSent as problem:
        raise MetaAway from problem
    except Unanswered as problem:
        ask_sync(waba_id=channel.waba_id)
        hint = _("It is not known whether WhatsApp got it. The list is read again: look there before you repeat it.")
        raise MetaAway(_("WhatsApp did not answer."), hint=hint) from problem


def _in_words(error: GraphError) -> MetaRefused:
    """Our sentence for the subcode or the code, and Meta's own words behind it."""
    code = error.subcode if error.subcode in TABLE or error.subcode in FIELDS else error.code
    own = error.details or error.message
    sentence = describe(str(code), own) if code in TABLE else own or describe(str(code))
    said = _("WhatsApp says: “%(words)s”") % {"words": own} if own and own not in sentence else ""
    return MetaRefused(sentence, hint=said, error=code, field=FIELDS.get(error.subcode, ""))
