"""What a list of conversations and one thread read, in a fixed number of queries (law 9)."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet

from conversations.access.visibility import visible_conversations, visible_messages
from conversations.models import Conversation, GroupParticipant, Identity, Message, Note, Reaction, Receipt

# How far a message got with each participant of a group; without this, a message shows none.
RECEIPTS = Prefetch(
    "receipts", queryset=Receipt.objects.select_related("contact").order_by("pk"), to_attr="shown_receipts"
)


def listed_conversations(user: Any) -> QuerySet[Conversation]:
    """Those `user` may see, with everything a row of the list shows."""
    return visible_conversations(user, among=_as_rows())


def as_listed(conversation: Conversation) -> Conversation:
    """It, as it is now: the one who handed it on may no longer see it, and is told what became of it all the same."""
    return _as_rows().get(pk=conversation.pk)


def _as_rows() -> QuerySet[Conversation]:
    return Conversation.objects.select_related(
        "contact", "group", "channel", "department", "assignee", "last_message", "lock__holder"
    ).prefetch_related(
        "tags",
        "windows",
        "contact__tags",
        Prefetch("group__participants", queryset=GroupParticipant.objects.select_related("contact")),
        Prefetch("contact__identities", queryset=Identity.objects.current().order_by("pk")),
    )


def listed_messages(user: Any) -> QuerySet[Message]:
    """Those `user` may see, with everything a bubble shows."""
    return _with_parts(visible_messages(user)).prefetch_related(RECEIPTS)


def thread_of(conversation: Conversation) -> QuerySet[Message]:
    """All messages of a conversation that the caller has found visible."""
    rows = _with_parts(Message.objects.filter(conversation=conversation))
    return rows.prefetch_related(RECEIPTS) if conversation.group_id else rows


def _with_parts(rows: QuerySet[Message]) -> QuerySet[Message]:
    rows = rows.exclude(type="reaction")  # ours show on the message they are for, as the customers' do
    return rows.select_related("sender_contact", "sender_user", "template").prefetch_related(
        "attachments",
        Prefetch(
            "reactions", queryset=Reaction.objects.standing().select_related("contact", "user").order_by("at", "pk")
        ),
    )


def notes_of(conversation: Conversation) -> QuerySet[Note]:
    return conversation.notes.select_related("author").prefetch_related("mentions").order_by("created_at", "pk")


def quoted(messages: list[Message]) -> dict[str, Message]:
    """wamid -> the message that some of these answer, in one query (only within their own conversations)."""
    wanted = {message.reply_to_wamid for message in messages if message.reply_to_wamid}
    if not wanted:
        return {}
    near = {message.conversation_id for message in messages}
    found = Message.objects.filter(wamid__in=wanted, conversation__in=near).select_related(
        "sender_contact", "sender_user"
    )
    return {str(message.wamid): message for message in found}
