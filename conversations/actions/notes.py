"""Internal notes (C43)."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from conversations import clock
from conversations.access.roles import Can, allows
from conversations.actor import Actor
from conversations.errors import Invalid, NotAllowed
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Conversation, Note, Notification

MENTION = re.compile(r"(?<![\w@])@([\w.+-]{2,150})")


@transaction.atomic
def add_note(*, conversation: Conversation, by: User, text: str) -> Note:
    """Raises Invalid over 300 characters or empty, NotAllowed by role. @username tells that colleague."""
    if not allows(by, Can.NOTE_ADD):
        raise NotAllowed
    text = text.strip()
    if not text:
        raise Invalid(_("The note is empty."))
    if len(text) > Note.LIMIT:
        raise Invalid(
            _("A note has at most %(limit)s characters; this one has %(count)s.")
            % {"limit": Note.LIMIT, "count": len(text)}
        )
    now = clock.now()
    note = Note.objects.create(conversation=conversation, author=by, text=text, created_at=now)
    people = list(User.objects.filter(username__in=set(MENTION.findall(text)), is_active=True).exclude(pk=by.pk))
    note.mentions.set(people)
    Notification.objects.bulk_create(
        Notification(user=person, kind="note.mention", conversation=conversation, data={"note": note.pk}, at=now)
        for person in people
    )
    record(
        Kind.NOTE_ADDED,
        by=Actor.person(by),
        conversation=conversation,
        note=note.pk,
        mentions=[person.pk for person in people],
    )
    return note
