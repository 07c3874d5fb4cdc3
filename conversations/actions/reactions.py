"""Our own emoji on a customer's message (C34): one of the business, whoever chose it; an empty one takes it back."""

from __future__ import annotations

from conversations.models import Message, Reaction


def keep(message: Message) -> None:
    """Shown on its target as soon as it is queued. In the transaction that queues `message`, which is of the type reaction."""
    target = Message.objects.filter(wamid=message.payload["message_id"], conversation=message.conversation_id).first()
    if target is not None:
        Reaction.objects.update_or_create(
            message=target,
            contact=None,
            defaults={"emoji": message.payload["emoji"], "at": message.timestamp, "user": message.sender_user},
        )
