"""Searching conversations and messages (C17, C40): every word must be found somewhere.

A plain substring search, the same on SQLite and PostgreSQL; full-text search comes with the inbox.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.models import Conversation, Identity, Message

MOST_WORDS = 8  # more only make the query slow, never better


def words_of(text: str) -> list[str]:
    return text.replace("\x00", "").split()[:MOST_WORDS]


def search_conversations(rows: QuerySet[Conversation], text: str) -> QuerySet[Conversation]:
    """Those whose messages, contact, identities, group or number hold every word; "#12" and "12" find number 12."""
    for word in words_of(text):
        said = Message.objects.filter(conversation=OuterRef("pk"), text__icontains=word)
        known = Identity.objects.filter(contact=OuterRef("contact"), value__icontains=word.lstrip("+"))
        found = (
            Exists(said)
            | Exists(known)
            | Q(contact__name__icontains=word)
            | Q(contact__profile_name__icontains=word)
            | Q(contact__book_name__icontains=word)
            | Q(contact__username__icontains=word.lstrip("@"))
            | Q(group__subject__icontains=word)
        )
        number = word.lstrip("#")
        if number.isascii() and number.isdigit() and len(number) < 19:
            found |= Q(pk=int(number))
        rows = rows.filter(found)
    return rows


def search_messages(rows: QuerySet[Message], text: str) -> QuerySet[Message]:
    """Those whose own text, or whose sender's name, holds every word."""
    for word in words_of(text):
        rows = rows.filter(
            Q(text__icontains=word)
            | Q(sender_contact__name__icontains=word)
            | Q(sender_contact__profile_name__icontains=word)
            | Q(sender_contact__book_name__icontains=word)
            | Q(sender_user__first_name__icontains=word)
            | Q(sender_user__last_name__icontains=word)
        )
    return rows
