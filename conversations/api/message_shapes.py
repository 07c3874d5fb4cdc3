"""How messages and notes look in the API."""

from __future__ import annotations

from typing import Any, cast

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations import notices
from conversations.api.directory_shapes import PersonShape
from conversations.models import Attachment, Attempt, Direction, Message, MessageStatus, Note, Origin, Reaction, Receipt
from conversations.outbox.caps import words
from conversations.queries.conversations import quoted
from conversations.queries.people import shown_name
from conversations.whatsapp.error_rules import Class
from conversations.whatsapp.errors import describe, rule_of

QUOTE = 200  # characters of a quoted message
HOPELESS = {"window_closed", "no_address"}  # of our own codes: the same message will never go


def may_help_to_retry(code: str) -> bool:
    """Whether sending it once more could work, now or after an administrator acted (C31)."""
    rule = rule_of(code)
    return rule.what != Class.NEVER if rule else code not in HOPELESS


class SenderShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Origin.choices)
    name = serializers.CharField()
    id = serializers.IntegerField(allow_null=True, help_text="Of the agent or contact; null for rules.")


class QuoteShape(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True)
    wamid = serializers.CharField()
    type = serializers.CharField()
    text = serializers.CharField()
    sender = serializers.CharField()


class ReactionShape(serializers.Serializer[Any]):
    emoji = serializers.CharField()
    name = serializers.CharField()
    at = serializers.DateTimeField()


class ReceiptShape(serializers.ModelSerializer[Receipt]):
    id = serializers.IntegerField(source="contact_id", read_only=True, help_text="Of the contact.")
    name = serializers.CharField(source="contact.shown_name", read_only=True)
    error = serializers.SerializerMethodField(
        help_text="Why it did not reach this participant, in words; null otherwise."
    )

    class Meta:
        model = Receipt
        fields = ["id", "name", "status", "delivered_at", "read_at", "played_at", "error"]
        read_only_fields = fields

    def get_error(self, row: Receipt) -> str | None:
        return describe(row.error_code) if row.error_code else None


class AttachmentShape(serializers.ModelSerializer[Attachment]):
    url = serializers.SerializerMethodField(
        help_text="The file itself, for those who may see the conversation; null until stored."
    )

    class Meta:
        model = Attachment
        fields = ["id", "status", "filename", "content_type", "size", "problem", "url"]

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_url(self, row: Attachment) -> str | None:
        if row.status != Attachment.Status.STORED:
            return None
        path = reverse("media", args=[row.pk])
        request = self.context.get("request")
        return request.build_absolute_uri(path) if request is not None else path


class ErrorShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField(help_text="In words.")
    retryable = serializers.BooleanField()
    next_try = serializers.DateTimeField(
        allow_null=True, help_text="By itself, not before this; on a stopped number once it sends again."
    )


def _whose(reaction: Reaction) -> str:
    return reaction.contact.shown_name if reaction.contact is not None else shown_name(reaction.user)


class HoldShape(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Which cap holds it back.")
    message = serializers.CharField(help_text="Why, in words.")
    until = serializers.DateTimeField(help_text="When it is looked at again.")
    releasable = serializers.BooleanField(help_text="Whether a supervisor may let it go at once.")


class MessageList(serializers.ListSerializer[Any]):
    """One query for all quotes of a page."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data)
        cast(MessageShape, self.child).quotes = quoted(rows)
        return super().to_representation(rows)


class MessageShape(serializers.ModelSerializer[Message]):
    content = serializers.JSONField(source="payload", help_text="The typed object as Meta sends or takes it.")
    notice = serializers.SerializerMethodField(
        help_text="What stands in place of words, where there are none, or why they cannot be read."
    )
    sender = serializers.SerializerMethodField()
    reply_to = serializers.SerializerMethodField()
    reactions = serializers.SerializerMethodField()
    attachments = AttachmentShape(many=True, read_only=True)
    receipts = serializers.SerializerMethodField(help_text="Of a message to a group: how far each participant got.")
    error = serializers.SerializerMethodField()
    hold = serializers.SerializerMethodField()
    quotes: dict[str, Message] | None = None

    class Meta:
        model = Message
        list_serializer_class = MessageList
        fields = [
            "id",
            "conversation",
            "direction",
            "origin",
            "type",
            "text",
            "notice",
            "content",
            "status",
            "wamid",
            "sender",
            "rule_key",
            "reply_to",
            "reactions",
            "attachments",
            "receipts",
            "timestamp",
            "created_at",
            "not_before",
            "sent_at",
            "delivered_at",
            "read_at",
            "edited_at",
            "deleted_at",
            "error",
            "hold",
        ]
        read_only_fields = fields

    @extend_schema_field(HoldShape(allow_null=True))
    def get_hold(self, row: Message) -> dict[str, Any] | None:
        if row.status != MessageStatus.HELD:
            return None
        return {
            "code": row.hold_code,
            "message": words.sentence(row.hold_code),
            "until": row.not_before,
            "releasable": row.hold_code in words.RELEASABLE,
        }

    def get_notice(self, row: Message) -> str:
        return notices.notice(row)

    @extend_schema_field(SenderShape)
    def get_sender(self, row: Message) -> dict[str, Any]:
        if row.direction == Direction.INBOUND and row.sender_contact is not None:
            return {"kind": row.origin, "name": row.sender_contact.shown_name, "id": row.sender_contact_id}
        name = shown_name(row.sender_user) or (row.rule_key if row.origin == Origin.RULE else row.get_origin_display())
        return {"kind": row.origin, "name": str(name), "id": row.sender_user_id}

    @extend_schema_field(QuoteShape(allow_null=True))
    def get_reply_to(self, row: Message) -> dict[str, Any] | None:
        if not row.reply_to_wamid:
            return None
        quotes = self.quotes if self.quotes is not None else quoted([row])
        found = quotes.get(row.reply_to_wamid)
        if found is None or found.conversation_id != row.conversation_id:
            return {"id": None, "wamid": row.reply_to_wamid, "type": "", "text": "", "sender": ""}
        return {
            "id": found.pk,
            "wamid": row.reply_to_wamid,
            "type": found.type,
            "text": found.text[:QUOTE],
            "sender": self.get_sender(found)["name"],
        }

    @extend_schema_field(ReceiptShape(many=True))
    def get_receipts(self, row: Message) -> list[dict[str, Any]]:
        return list(ReceiptShape(getattr(row, "shown_receipts", []), many=True).data)

    @extend_schema_field(ReactionShape(many=True))
    def get_reactions(self, row: Message) -> list[dict[str, Any]]:
        shown = [{"emoji": one.emoji, "name": _whose(one), "at": one.at} for one in row.reactions.all()]
        return list(ReactionShape(shown, many=True).data)

    @extend_schema_field(ErrorShape(allow_null=True))
    def get_error(self, row: Message) -> dict[str, Any] | None:
        if not row.error_code or row.status not in {
            MessageStatus.FAILED,
            MessageStatus.UNCONFIRMED,
            MessageStatus.QUEUED,
        }:
            return None
        return {
            "code": row.error_code,
            "message": describe(row.error_code, row.error_detail),
            "retryable": row.status != MessageStatus.QUEUED and may_help_to_retry(row.error_code),
            "next_try": row.retry_at if row.status == MessageStatus.QUEUED else None,
        }


class AttemptShape(serializers.ModelSerializer[Attempt]):
    code = serializers.CharField(source="error_code", help_text='Meta\'s number, or one of ours; "" when it went well.')
    message = serializers.SerializerMethodField(help_text="What the code means and what to do, in words.")

    class Meta:
        model = Attempt
        fields = [
            "number",
            "started_at",
            "ended_at",
            "http_status",
            "code",
            "message",
            "detail",
            "wamid",
            "delivered_at",
        ]
        read_only_fields = fields

    def get_message(self, row: Attempt) -> str:
        return describe(row.error_code, row.detail)


class NoteShape(serializers.ModelSerializer[Note]):
    author = PersonShape(read_only=True, allow_null=True)
    mentions = PersonShape(many=True, read_only=True)

    class Meta:
        model = Note
        fields = ["id", "conversation", "author", "text", "mentions", "created_at", "edited_at"]
        read_only_fields = ["id", "conversation", "author", "mentions", "created_at", "edited_at"]
