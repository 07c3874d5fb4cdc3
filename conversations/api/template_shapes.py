"""How templates and their previews look in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.api.bounds import JsonField
from conversations.errors import DeskError
from conversations.models import Template, TemplateFill
from conversations.queries.templates import require_sendable
from conversations.templates.definition import HEADER_KINDS, Definition
from conversations.templates.filling import Shown
from conversations.whatsapp.formatting import html


class SlotShape(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="Names it in `parameters`: header, body.1, body.order, button.0.")
    kind = serializers.CharField(help_text="text, image, video, document, location, suffix (a link's end) or code.")
    example = serializers.CharField()
    filled_from = serializers.ChoiceField(choices=TemplateFill.Source.choices, help_text="Where its value comes from.")


class RefusalShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()


class HeaderShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=HEADER_KINDS)
    text = serializers.CharField()
    media = serializers.DictField(help_text="What the parameter gave: a file's id or link, or a place.")


class ButtonShape(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="quick_reply, url, phone_number, copy_code, otp, flow, catalog, …")
    text = serializers.CharField()
    url = serializers.CharField()
    phone = serializers.CharField()


class FaultShape(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Of docs/reference/errors.md.")
    slot = serializers.CharField()
    message = serializers.CharField()


class TemplateShape(serializers.ModelSerializer[Template]):
    next_category = serializers.CharField(read_only=True, help_text="Announced by Meta; empty when none is.")
    shown_status = serializers.CharField(read_only=True, help_text="The status in words.")
    usable = serializers.SerializerMethodField()
    refusal = serializers.SerializerMethodField(help_text="Why it may not be sent now; null when it may.")
    slots = serializers.SerializerMethodField(help_text="What is to be filled in, in reading order.")

    class Meta:
        model = Template
        fields = [
            "id",
            "channel",
            "name",
            "language",
            "category",
            "next_category",
            "category_changes_at",
            "status",
            "shown_status",
            "paused_until",
            "usable",
            "refusal",
            "quality",
            "parameter_format",
            "components",
            "slots",
        ]
        read_only_fields = fields

    def get_usable(self, row: Template) -> bool:
        return not row.refusal

    @extend_schema_field(RefusalShape(allow_null=True))
    def get_refusal(self, row: Template) -> dict[str, Any] | None:
        return refusal_of(row)

    @extend_schema_field(SlotShape(many=True))
    def get_slots(self, row: Template) -> list[dict[str, Any]]:
        sources = {fill.slot: fill.source for fill in row.fills.all()}
        return [
            {"key": slot.key, "kind": slot.kind, "example": slot.example,
             "filled_from": sources.get(slot.key, TemplateFill.Source.ASK)}
            for slot in row.definition.slots
        ]  # fmt: skip


def refusal_of(row: Template) -> dict[str, Any] | None:
    try:
        require_sendable(row)
    except DeskError as refusal:
        return {"code": refusal.code, "message": str(refusal.message), "hint": str(refusal.hint)}
    return None


class PreviewBody(serializers.Serializer[Any]):
    parameters = JsonField(
        required=False, help_text='Slot\'s key -> value, such as {"body.1": "Asha", "header": {"link": "https://…"}}.'
    )
    conversation = serializers.IntegerField(
        required=False, allow_null=True, help_text="Fill the rest from this conversation, as admin says."
    )


class PreviewShape(serializers.Serializer[Any]):
    header = HeaderShape(allow_null=True)
    body = serializers.CharField()
    html = serializers.CharField(help_text="The body with WhatsApp's formatting, safe for a page.")
    footer = serializers.CharField()
    buttons = ButtonShape(many=True)
    text = serializers.CharField(help_text="What the thread will read.")
    values = serializers.DictField(help_text="Slot's key -> value, as it would be sent.")
    missing = serializers.ListField(child=serializers.CharField(), help_text="Keys that still have to be asked for.")
    faults = FaultShape(many=True)
    refusal = RefusalShape(allow_null=True)


def shown(definition: Definition, found: Shown, values: dict[str, Any]) -> dict[str, Any]:
    """A filled template for PreviewShape, but for what is wrong with it."""
    header = {"kind": found.header_kind, "text": found.header_text, "media": found.header_media}
    return {
        "header": header if definition.header else None,
        "body": found.body,
        "html": html(found.body),
        "footer": found.footer,
        "buttons": [{"kind": one.kind, "text": one.text, "url": one.url, "phone": one.phone} for one in found.buttons],
        "text": found.text,
        "values": values,
        "missing": list(found.missing),
    }
