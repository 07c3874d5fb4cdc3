"""What receivers are sent: Standard Webhooks envelopes, `{"type", "timestamp", "data"}`, made from the rows as they are now.

crm_sync/README.md shows one of each. Times are ISO 8601 in UTC, phone numbers E.164, fields are added but never renamed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import phonenumbers

from conversations.models import Contact, Conversation, Event, Identity, Message
from crm_sync.models import ObjectKind


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows a batch of events speaks of, by id."""

    contacts: dict[int, Contact]
    conversations: dict[int, Conversation]
    messages: dict[int, Message]

    @classmethod
    def of(cls, events: Iterable[Event]) -> Loaded:
        """Four queries at most, whatever the batch: messages, conversations, contacts, identities."""
        events = list(events)
        messages = Message.objects.select_related("sender_user").in_bulk(
            {event.data["message"] for event in events if isinstance(event.data.get("message"), int)}
        )
        conversations = Conversation.objects.select_related("channel", "department", "assignee").in_bulk(
            {event.conversation_id for event in events if event.conversation_id}
        )
        contacts = Contact.objects.prefetch_related("identities").in_bulk(
            {event.contact_id for event in events if event.contact_id}
            | {row.contact_id for row in conversations.values() if row.contact_id}
            | {row.sender_contact_id for row in messages.values() if row.sender_contact_id}
        )
        return cls(contacts, conversations, messages)


def envelope(event: Event, object_kind: ObjectKind, loaded: Loaded) -> dict[str, Any] | None:
    """The message for one event; None when what it speaks of is no longer there."""
    data: dict[str, Any] | None = None
    if object_kind == ObjectKind.CONTACT:
        contact = loaded.contacts.get(event.contact_id or 0)
        data = contact_data(contact) if contact else None
    elif object_kind == ObjectKind.CONVERSATION:
        conversation = loaded.conversations.get(event.conversation_id or 0)
        data = conversation_data(conversation, loaded) if conversation else None
    else:
        message = loaded.messages.get(event.data.get("message") or 0)
        conversation = loaded.conversations.get(message.conversation_id) if message else None
        data = message_data(message, conversation, loaded) if message and conversation else None
    return {"type": event.kind, "timestamp": iso(event.at), "data": data} if data else None


def order_key(event: Event, loaded: Loaded) -> str:
    """What an event must stay in order with: its contact, or its group."""
    conversation = loaded.conversations.get(event.conversation_id or 0)
    if conversation is not None and conversation.group_id:
        return f"group:{conversation.group_id}"
    contact_id = (conversation.contact_id if conversation else None) or event.contact_id
    return f"contact:{contact_id}"


def contact_data(contact: Contact) -> dict[str, Any]:
    identities = [identity for identity in contact.identities.all() if identity.ended_at is None]
    return {
        "id": contact.pk,
        "name": contact.shown_name,
        "phone": phone(identities),
        "email": contact.email or None,
        "language": contact.language or None,
        "tier": contact.tier or None,
        "identities": [{"kind": identity.kind, "value": identity.value} for identity in identities],
        "first_seen_at": iso(contact.first_seen_at),
        "last_seen_at": iso(contact.last_seen_at),
    }


def brief_contact(contact: Contact | None) -> dict[str, Any] | None:
    """Enough to find a customer by, inside another object."""
    if contact is None:
        return None
    identities = [identity for identity in contact.identities.all() if identity.ended_at is None]
    return {"id": contact.pk, "name": contact.shown_name, "phone": phone(identities)}


def conversation_data(row: Conversation, loaded: Loaded) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "status": row.status,
        "contact": brief_contact(loaded.contacts.get(row.contact_id or 0)),
        "channel": {"id": row.channel_id, "name": row.channel.name},
        "department": row.department.name if row.department else None,
        "agent": row.assignee.get_username() if row.assignee else None,
        "priority": row.priority,
        "topic": row.topic or None,
        "outcome": row.outcome or None,
        "opened_at": iso(row.opened_at),
        "resolved_at": iso(row.resolved_at),
    }


def message_data(row: Message, conversation: Conversation, loaded: Loaded) -> dict[str, Any]:
    contact = loaded.contacts.get(row.sender_contact_id or conversation.contact_id or 0)
    return {
        "id": row.pk,
        "conversation": {"id": conversation.pk, "number": conversation.number},
        "contact": brief_contact(contact),
        "channel": {"id": conversation.channel_id, "name": conversation.channel.name},
        "direction": row.direction,
        "origin": row.origin,
        "agent": row.sender_user.get_username() if row.sender_user else None,
        "type": row.type,
        "text": row.text,
        "status": row.status,
        "error": row.error_code or None,
        "wamid": row.wamid,
        "written_at": iso(row.timestamp),
        "sent_at": iso(row.sent_at),
        "delivered_at": iso(row.delivered_at),
        "read_at": iso(row.read_at),
        "failed_at": iso(row.failed_at),
        "edited_at": iso(row.edited_at),
        "deleted_at": iso(row.deleted_at),
    }


def phone(identities: list[Identity]) -> str | None:
    """The first identity that is a telephone number, as E.164 (S3). A user id alone has none (facts §4)."""
    numbers = [one for one in identities if one.kind == Identity.Kind.PHONE]
    numbers += [one for one in identities if one.kind == Identity.Kind.WA_ID]
    for identity in numbers:
        digits = identity.key.lstrip("+")
        if not digits.isascii() or not digits.isdigit():
            continue
        try:
            number = phonenumbers.parse(f"+{digits}")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def iso(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
