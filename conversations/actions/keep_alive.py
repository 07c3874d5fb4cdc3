"""One click before a window closes: a template that asks the customer for a word, which opens it again (C21)."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations import clock, gate
from conversations.actions import messages
from conversations.actor import Actor
from conversations.errors import CapReached, DeskError, OptedOut
from conversations.models import Conversation, Message, MessageStatus, Origin, Template
from conversations.outbox import caps
from conversations.queries import consents
from conversations.queries.templates import content_for, require_sendable
from conversations.queries.windows import windows_of
from conversations.row_locks import lock_conversation

TRIGGER = "keep_alive"


class NotClosing(DeskError):
    code, http_status = "not_closing", 409
    message = _("This window is not about to close.")
    hint = _("The template that keeps a conversation open is for a window's last hours.")


class NoKeepAlive(DeskError):
    code, http_status = "keep_alive_missing", 409
    message = _("No template is chosen for keeping conversations open.")
    hint = _("An administrator chooses one on the channel's page.")


class KeptAlive(DeskError):
    code, http_status = "keep_alive_sent", 409
    message = _("It was sent already in this window.")
    hint = _("The window opens again when the customer writes.")


@transaction.atomic
def keep_alive(*, conversation: Conversation, by: User) -> Message:
    """Send the channel's template, filled from the contact as its fills say. It is no answer: who waits goes on waiting.

    Raises what `require_keep_alive` raises, and TemplateRefused when something of it cannot be filled.
    """
    row = lock_conversation(conversation)
    template = require_keep_alive(row, by=by)
    return messages.queue(
        conversation=row,
        by=Actor.person(by),
        sender=by,
        origin=Origin.SYSTEM,
        type_="template",
        content=content_for(template, conversation=row, agent=by),
        trigger=TRIGGER,
    )


def require_keep_alive(conversation: Conversation, *, by: User) -> Template:
    """The template that would be sent. Raises NotAllowed, NotYours, ConversationClosed, Locked, NotClosing, NoKeepAlive, KeptAlive,
    OptedOut, CapReached, TemplateRefused."""
    gate.require_writer(conversation, by)
    now, windows = clock.now(), windows_of(conversation)
    if windows.state(now) != Conversation.WindowState.CLOSING:
        raise NotClosing
    template = conversation.channel.keep_alive_template
    if template is None:
        raise NoKeepAlive
    require_sendable(template)
    if was_sent(conversation):
        raise KeptAlive
    if conversation.contact_id is not None and consents.has_refused(conversation.contact_id):
        raise OptedOut(hint=_("Answer when they write."))
    hold = caps.look(conversation, type_="template", origin=Origin.SYSTEM, template=template, at=now)
    if hold is not None and (hold.until is None or hold.until >= (windows.service_ends_at or now)):
        raise CapReached(hold.sentence, cap=hold.code)
    return template


def was_sent(conversation: Conversation) -> bool:
    """Since the customer last wrote."""
    sent = Message.objects.outbound().filter(
        conversation=conversation, trigger=TRIGGER, timestamp__gt=conversation.last_inbound_at
    )
    return sent.exclude(status__in=[MessageStatus.FAILED, MessageStatus.CANCELLED]).exists()
