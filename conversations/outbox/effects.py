"""What an error code means beyond its message: for the customer, the template, the channel (C31, facts §10).

Called once per refusal, whether it came as the answer to our POST or later in a `failed` status; the message's row is locked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from conversations import clock
from conversations.actions import channels, templates
from conversations.actions.consents import Wish, log_wishes
from conversations.actions.waiting import wait_again
from conversations.actor import Actor
from conversations.models import Consent, Contact, Conversation, Message, MessageStatus, Origin, Template, Window
from conversations.outbox import pacing
from conversations.transactions import afterwards
from conversations.whatsapp.error_rules import STOPS, Effect, Rule
from conversations.whatsapp.errors import rule_of

META = Actor.system("meta")


def apply(
    message: Message, *, code: str, detail: str = "", at: datetime | None = None, of_group_member: bool = False
) -> None:
    """`at`: when Meta found it so, now unless told. `of_group_member`: one participant did not get it, which says nothing of the others."""
    if message.status == MessageStatus.FAILED and message.origin == Origin.AGENT:
        afterwards(wait_again, message.conversation_id)  # a conversation is locked before its messages, never after
    rule = rule_of(code)
    if rule is None:
        return
    if rule.effect in STOPS:
        _stop_channel(message, rule, code, detail)
    elif not of_group_member and (effect := EFFECTS.get(rule.effect)) is not None:
        effect(message, at or clock.now())


def _stop_channel(message: Message, rule: Rule, code: str, detail: str) -> None:
    until = None
    if rule.effect is Effect.CHANNEL_RESTRICTED:
        until = clock.now() + timedelta(seconds=rule.wait(message.tries) or rule.first_wait)
    channels.stop(channel=message.channel, by=META, code=code, detail=detail, until=until)


def _unreachable(message: Message, at: datetime) -> None:
    if message.conversation.contact_id:
        Contact.objects.filter(pk=message.conversation.contact_id).update(is_unreachable=True)


def _opted_out(message: Message, at: datetime) -> None:
    if (contact := message.conversation.contact) is not None:
        log_wishes([Wish(contact, Consent.State.OPT_OUT, at, source="whatsapp")], by=META)


def _window_closed(message: Message, at: datetime) -> None:
    afterwards(_close_window, message.conversation_id, message.timestamp)


@transaction.atomic
def _close_window(conversation_id: int, written_at: datetime) -> None:
    """Meta's word counts, unless the customer has written since. The next round moves the state and says so (C21)."""
    now = clock.now()
    closed = Conversation.objects.filter(
        pk=conversation_id, last_inbound_at__lte=written_at, window_ends_at__gt=now
    ).update(window_ends_at=now, window_moves_at=now)
    if closed:
        Window.objects.filter(conversation=conversation_id, kind=Window.Kind.SERVICE).update(expires_at=now)


def _template_paused(message: Message, at: datetime) -> None:
    if (template := _template(message)) is not None:
        templates.pause(template=template, at=at, by=META)


def _template_disabled(message: Message, at: datetime) -> None:
    if (template := _template(message)) is not None:
        templates.disable(template=template, at=at, by=META)


def _template(message: Message) -> Template | None:
    name, language = message.payload.get("name"), message.payload.get("language") or {}
    rows = Template.objects.select_related("channel").filter(channel=message.channel_id)
    return rows.filter(name=name, language=language.get("code")).first()


def _slower(message: Message, at: datetime) -> None:
    code = int(message.error_code) if message.error_code.isdigit() else 0
    afterwards(pacing.slow_down, message.channel_id, code)  # it asks Redis, which no row should wait for


EFFECTS: dict[Effect, Callable[[Message, datetime], None]] = {
    Effect.CONTACT_UNREACHABLE: _unreachable,
    Effect.CONTACT_OPTED_OUT: _opted_out,
    Effect.WINDOW_CLOSED: _window_closed,
    Effect.TEMPLATE_PAUSED: _template_paused,
    Effect.TEMPLATE_DISABLED: _template_disabled,
    Effect.CHANNEL_SLOWED: _slower,
}
