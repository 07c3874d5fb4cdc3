"""What is asked before a message may be put into the outbox, in one order (C20–C24).

`require_writer` and `require_sendable` refuse; then caps may hold it back (outbox/caps). actions/messages.py asks to send, and
verdict.py asks to know: what the verdict says, the gate does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from conversations import clock, times, window
from conversations.access.visibility import require_may_answer
from conversations.actions import locks
from conversations.errors import ChannelStopped, ConversationClosed, Invalid, MayNotBegin, WindowClosed
from conversations.models import Channel, Conversation, Template
from conversations.outbox import caps
from conversations.queries import templates
from conversations.whatsapp import outgoing

OFFERED = 20  # templates named in a refusal


class Passed(NamedTuple):
    template: Template | None
    text: str
    """What thread and search read."""


def require_writer(conversation: Conversation, by: User) -> None:
    """Whether this person may answer here now. Raises NotAllowed, NotYours, ConversationClosed, Locked."""
    require_may_answer(by, conversation)
    require_active(conversation)
    locks.require_free(conversation, by)


def require_active(conversation: Conversation) -> None:
    if not conversation.is_active:
        raise ConversationClosed


def require_sendable(
    conversation: Conversation,
    *,
    type_: str,
    content: dict[str, Any] | None = None,
    template: Template | None = None,
    at: datetime | None = None,
) -> Passed:
    """Form, window, template. `content` is Meta's object; without one (the verdict's case) only `template`'s state is looked at.

    Raises ChannelStopped, Invalid, WindowClosed, TemplateRefused, MayNotBegin.
    """
    if conversation.channel.status == Channel.Status.OFFLINE:
        raise ChannelStopped(_("This number is switched off."))
    if content is not None and (
        problem := outgoing.problem(type_, content, in_group=conversation.group_id is not None)
    ):
        raise Invalid(problem)
    if type_ != "template":
        require_window(conversation, at or clock.now())
        return Passed(None, outgoing.words(type_, content) if content is not None else "")
    passed = Passed(template, "")
    if content is not None:
        passed = Passed(*templates.require_usable(conversation.channel, content))
    elif template is not None:
        templates.require_sendable(template)
    require_may_begin(conversation, at or clock.now())
    return passed


def require_may_begin(conversation: Conversation, at: datetime) -> None:
    """Raises MayNotBegin for a template that would begin a conversation on a number that may not (facts §6)."""
    channel = conversation.channel
    if caps.begins(conversation, "template", at) and not channel.may_begin(at):
        raise MayNotBegin(until=channel.may_begin_from.isoformat() if channel.may_begin_from is not None else None)


def require_window(conversation: Conversation, at: datetime) -> None:
    """Raises WindowClosed, with what to do, when a free-form message may not be sent (C20)."""
    ends_at = conversation.window_ends_at
    if window.may_send_free_form(ends_at, at, conversation.channel.window_margin_seconds):
        return
    usable = offered(conversation)
    details = {
        "window_ended_at": ends_at.isoformat() if ends_at is not None else None,
        "templates": [
            {"id": row.pk, "name": row.name, "language": row.language, "category": row.category} for row in usable
        ],
    }
    raise WindowClosed(_closed_words(conversation), hint=_what_to_do(usable), **details)


def offered(conversation: Conversation) -> list[Template]:
    """What may be sent when nothing else may: usable templates, those in the customer's language first."""
    rows = list(Template.objects.usable().filter(channel=conversation.channel_id).order_by("name", "language")[:200])
    language = conversation.contact.language if conversation.contact is not None else conversation.channel.language
    rows.sort(key=lambda row: row.language.partition("_")[0] != language.partition("-")[0])
    return rows[:OFFERED]


def _closed_words(conversation: Conversation) -> str:
    if conversation.window_ends_at is None:
        return _("This customer has not written yet: the first word must be a template.")
    ended = times.moment(conversation.window_ends_at, conversation.channel.zone)
    return _("The service window closed on %(when)s, 24 hours after the customer's last message.") % {"when": ended}


def _what_to_do(usable: list[Template]) -> str:
    if not usable:
        return _("Only a template may be sent, and this number has none that is approved: an administrator makes one.")
    names = ", ".join(dict.fromkeys(row.name for row in usable[:3]))
    return _("Send a template, such as %(names)s. The window opens again when the customer writes.") % {"names": names}
