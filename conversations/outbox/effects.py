"""What an error code means beyond its message: for the customer, the template, the channel (C31, facts §10).

Called once per refusal, whether it came as the answer to our POST or later in a `failed` status; the message's row is locked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from conversations import clock
from conversations.actions import channels, contacts
from conversations.actions.messages import wait_again
from conversations.actor import Actor
from conversations.models import Contact, Conversation, Message, MessageStatus, Origin, Template, Window
from conversations.outbox import pacing
from conversations.whatsapp.error_rules import STOPS, Effect, Rule
from conversations.whatsapp.errors import rule_of

META = Actor.system("meta")


def apply(message: Message, *, code: str, detail: str = "", of_group_member: bool = False) -> None:
    """`of_group_member`: one participant of a group did not get it, which says nothing of the others."""
    if message.status == MessageStatus.FAILED and message.origin == Origin.AGENT:
        _afterwards(partial(wait_again, message.conversation_id))
    rule = rule_of(code)
    if rule is None:
        return
    if rule.effect in STOPS:
        _stop_channel(message, rule, code, detail)
    elif not of_group_member and (effect := EFFECTS.get(rule.effect)) is not None:
        effect(message)


def _stop_channel(message: Message, rule: Rule, code: str, detail: str) -> None:
    until = None
    if rule.effect is Effect.CHANNEL_RESTRICTED:
        until = clock.now() + timedelta(seconds=rule.wait(message.tries) or rule.first_wait)
    channels.stop(channel=message.channel, by=META, code=code, detail=detail, until=until)


def _unreachable(message: Message) -> None:
    if message.conversation.contact_id:
        Contact.objects.filter(pk=message.conversation.contact_id).update(is_unreachable=True)


def _opted_out(message: Message) -> None:
    if message.conversation.contact_id:
        contacts.refuse_marketing(
            contact_id=message.conversation.contact_id, by=META, source="whatsapp", at=clock.now()
        )


def _window_closed(message: Message) -> None:
    _afterwards(partial(_close_window, message.conversation_id, message.timestamp))


@transaction.atomic
def _close_window(conversation_id: int, written_at: datetime) -> None:
    """Meta's word counts, unless the customer has written since. The next round moves the state and says so (C21)."""
    now = clock.now()
    closed = Conversation.objects.filter(
        pk=conversation_id, last_inbound_at__lte=written_at, window_ends_at__gt=now
    ).update(window_ends_at=now)
    if closed:
        Window.objects.filter(conversation=conversation_id, kind=Window.Kind.SERVICE).update(expires_at=now)


def _template(message: Message, status: str) -> None:
    name, language = message.payload.get("name"), message.payload.get("language") or {}
    Template.objects.filter(channel=message.channel_id, name=name, language=language.get("code")).update(status=status)


def _slower(message: Message) -> None:
    pacing.slow_down(message.channel_id)


def _afterwards(work: Callable[[], object]) -> None:
    """A conversation is locked before its messages, never after."""
    transaction.on_commit(work, robust=True)


EFFECTS: dict[Effect, Callable[[Message], None]] = {
    Effect.CONTACT_UNREACHABLE: _unreachable,
    Effect.CONTACT_OPTED_OUT: _opted_out,
    Effect.WINDOW_CLOSED: _window_closed,
    Effect.TEMPLATE_PAUSED: partial(_template, status="PAUSED"),
    Effect.TEMPLATE_DISABLED: partial(_template, status="DISABLED"),
    Effect.CHANNEL_SLOWED: _slower,
}
