"""Reading templates: may this one be sent with these values, and what fills it for a conversation (C22, C23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from conversations.models import Channel, Conversation, Identity, Template, TemplateFill, Upload
from conversations.templates import checks, filling, refusals, states
from conversations.templates.definition import Definition, Json, text_of

LONGEST = 60  # characters of a name put into a template: it must not push the text over its limit


class Usable(NamedTuple):
    template: Template
    text: str
    """The filled words, as thread and search read them."""


def require_usable(channel: Channel, content: Json) -> Usable:
    """The template that Meta's object names, if it may go to a customer like this.

    Raises TemplateRefused with a code per fault: template_unknown, template_not_approved, template_paused, template_disabled,
    template_gone, template_parameters, template_parameter_empty, template_parameter_text, template_header, template_button,
    template_too_long.
    """
    template = find(channel, content)
    require_sendable(template)
    definition = template.definition
    found = checks.faults(definition, content)
    if found:
        first = found[0]
        more: dict[str, Any] = {"faults": [shown_fault(fault) for fault in found]} if len(found) > 1 else {}
        raise refusals.BY_CODE[first.code](
            first.sentence, slot=first.slot, template=template.pk, **first.numbers, **more
        )
    values = filling.values_of(definition, content)
    _require_fitting_file(template, definition, values)
    return Usable(template, filling.show(definition, values).text)


def _require_fitting_file(template: Template, definition: Definition, values: Mapping[str, Any]) -> None:
    """An upload of ours in the header must be of the header's kind. Raises TemplateHeader."""
    upload = values.get("header", {}).get("upload") if isinstance(values.get("header"), dict) else None
    if upload is None or definition.header is None:
        return
    if not Upload.objects.filter(pk=upload, kind=definition.header.kind).exists():
        raise refusals.TemplateHeader(checks.media_needed(definition.header.kind), slot="header", template=template.pk)


def find(channel: Channel, content: Json) -> Template:
    """Raises TemplateUnknown."""
    language = content.get("language")
    code = text_of(language.get("code")) if isinstance(language, dict) else ""
    name = text_of(content.get("name"))
    found = Template.objects.filter(channel=channel, name=name, language=code).exclude(status=states.DRAFT).first()
    if found is not None:
        return found
    others = Template.objects.filter(channel=channel, name=name).exclude(status=states.DRAFT)
    languages = sorted(others.values_list("language", flat=True))
    if languages:
        raise refusals.TemplateUnknown(
            _("This template is not there in the language “%(code)s”, only in: %(languages)s.")
            % {"code": code, "languages": ", ".join(languages)},
            hint=_("Choose one of these languages, or submit the template in the one you need."),
            languages=languages,
        )
    raise refusals.TemplateUnknown


def require_sendable(template: Template) -> None:
    """Its state alone: raises TemplateNotApproved, TemplatePaused, TemplateDisabled or TemplateGone."""
    code = template.refusal
    if not code:
        return
    hint = " ".join(filter(None, [states.why_rejected(template.reason), states.advice(template.status)]))
    if code == "template_not_approved":
        message = _("This template is not approved: %(status)s.") % {"status": template.shown_status}
        raise refusals.TemplateNotApproved(message, hint=hint, template=template.pk, status=template.status)
    raise refusals.BY_CODE[code](hint=hint, template=template.pk, status=template.status)


def shown_fault(fault: checks.Fault) -> dict[str, Any]:
    return {"code": fault.code, "slot": fault.slot, "message": fault.sentence}


# --- filled from the conversation -------------------------------------------------------------------------------------------


def content_for(
    template: Template, *, conversation: Conversation, agent: User | None = None, given: Mapping[str, Any] | None = None
) -> Json:
    """Meta's object, filled as admin says and with what is `given` (slot's key -> value), which wins.

    Raises TemplateParameters for a key that the template does not have, TemplateParameterEmpty (`slots`) when something still has
    to be asked for.
    """
    values, asked = values_for(template, conversation=conversation, agent=agent, given=given)
    if asked:
        sentence = _("These values of the template are not known: %(slots)s.") % {"slots": ", ".join(asked)}
        raise refusals.TemplateParameterEmpty(sentence, slots=asked, slot=asked[0], template=template.pk)
    return filling.content(template.definition, name=template.name, language=template.language, values=values)


def content_of(
    conversation: Conversation, template: int, *, by: User | None = None, given: Mapping[str, Any] | None = None
) -> Json:
    """content_for the template of this id on the conversation's channel. Raises TemplateUnknown besides."""
    found = Template.objects.filter(pk=template, channel=conversation.channel_id).exclude(status=states.DRAFT)
    row = found.prefetch_related("fills").first()
    if row is None:
        raise refusals.TemplateUnknown
    return content_for(row, conversation=conversation, agent=by, given=given)


def values_for(
    template: Template, *, conversation: Conversation, agent: User | None = None, given: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[str]]:
    """What is known of each slot, and the keys of those that must be asked for. Raises TemplateParameters for an unknown key."""
    slots = [slot.key for slot in template.definition.slots]
    chosen = dict(given or {})
    if strange := [key for key in chosen if key not in slots]:
        sentence = _("This template has no value “%(slot)s”.") % {"slot": strange[0]}
        hint = _("It has: %(slots)s.") % {"slots": ", ".join(slots) or "–"}
        raise refusals.TemplateParameters(sentence, hint=hint, slot=strange[0], slots=slots)
    known = {
        fill.slot: value
        for fill in template.fills.all()
        if fill.slot in slots and fill.slot not in chosen and (value := _source(fill, conversation, agent))
    }
    values = {**known, **chosen}
    return values, [key for key in slots if values.get(key) in (None, "", {})]


def _source(fill: TemplateFill, conversation: Conversation, agent: User | None) -> str:
    """The source's value, else the fill's own text."""
    contact, source = conversation.contact, TemplateFill.Source(fill.source)
    name = tidy(contact.own_name) if contact else ""
    if source == TemplateFill.Source.CONTACT_NAME:
        return name or fill.text
    if source == TemplateFill.Source.CONTACT_FIRST_NAME:
        first = name.split(" ")[0]
        return (first if any(sign.isalpha() for sign in first) else "") or fill.text
    if source == TemplateFill.Source.CONTACT_NUMBER:
        return _number(conversation) or fill.text
    if source == TemplateFill.Source.AGENT_NAME:
        return tidy(agent.first_name if agent else "") or fill.text
    if source == TemplateFill.Source.CHANNEL_NAME:
        return tidy(conversation.channel.name)
    if source == TemplateFill.Source.CONVERSATION_NUMBER:
        return str(conversation.number)
    return fill.text if source == TemplateFill.Source.FIXED else ""


def _number(conversation: Conversation) -> str:
    kinds = [Identity.Kind.PHONE, Identity.Kind.WA_ID]
    found = Identity.objects.current().filter(
        contact=conversation.contact_id, portfolio=conversation.channel.portfolio_id, kind__in=kinds
    )
    values = dict(found.values_list("kind", "value"))
    value = values.get(Identity.Kind.PHONE) or values.get(Identity.Kind.WA_ID) or ""
    return f"+{value.lstrip('+')}" if value else ""


def tidy(value: str) -> str:
    """On one line and short, as Meta wants a value to be."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())[:LONGEST].strip()
