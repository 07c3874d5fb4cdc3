"""Plain makers of rows, for tests whose subject is not how the rows came to be. Each call makes a new row with sensible values.

They write straight to the database; tests about the way of a message use the `desk` fixture and its customers instead.
"""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import User
from django.db import connection

from conversations import clock
from conversations.actions import windows
from conversations.models import (
    Channel,
    Contact,
    Conversation,
    Department,
    DepartmentMember,
    Direction,
    Group,
    Identity,
    Message,
    MessageStatus,
    Origin,
    Portfolio,
    Presence,
    Template,
)
from conversations.pipeline import PipelineContext
from conversations.row_locks import lock_conversation

_numbers = itertools.count(1)


def make_portfolio(**values: Any) -> Portfolio:
    return Portfolio.objects.create(**{"name": f"Bottega Tramontana {next(_numbers)}", **values})


def make_channel(**values: Any) -> Channel:
    """An active WhatsApp number in Rome, with a portfolio of its own."""
    number = next(_numbers)
    if "portfolio" not in values:
        values["portfolio"] = make_portfolio()
    return Channel.objects.create(
        **{
            "name": f"Tramontana {number}",
            "phone_number_id": f"10000000{number:04}",
            "waba_id": f"20000000{number:04}",
            "display_phone_number": f"+39 06 555 {number:04}",
            "access_token": f"token-{number}",
            "app_secret": f"secret-{number}",
            "verify_token": f"verify-{number}",
            "status": Channel.Status.ACTIVE,
            **values,
        }
    )


def make_department(name: str = "", **values: Any) -> Department:
    return Department.objects.create(name=name or f"Department {next(_numbers)}", **values)


def make_person(username: str = "", role: str = "", **values: Any) -> User:
    """A user with a role: Administrator, Editor, Agent or Analyst."""
    user = User.objects.create(
        username=username or f"person{next(_numbers)}", is_staff=role in {"Administrator", "Editor"}, **values
    )
    if role:
        user.groups.add(Role.objects.get_or_create(name=role)[0])
    return user


def make_agent(
    username: str = "", *departments: Department, online: bool = True, supervises: bool = False, **values: Any
) -> User:
    """An Agent, member of the departments, set available (or away) by hand."""
    user = make_person(username, "Agent", **values)
    state = Presence.State.AVAILABLE if online else Presence.State.AWAY
    Presence.objects.create(user=user, state=state, last_seen_at=clock.machine_now())
    for department in departments:
        DepartmentMember.objects.create(department=department, user=user, is_supervisor=supervises)
    return user


def make_contact(
    name: str = "Asha Verdi", *, portfolio: Portfolio | None = None, number: str = "", **values: Any
) -> Contact:
    """With a WhatsApp id when its portfolio is given (the channel's)."""
    now = clock.now()
    contact = Contact.objects.create(**{"profile_name": name, "first_seen_at": now, "last_seen_at": now, **values})
    if portfolio is not None:
        value = number or f"39333{next(_numbers):07}"
        Identity.objects.create(
            contact=contact, portfolio=portfolio, kind=Identity.Kind.WA_ID, value=value, key=value, created_at=now
        )
    return contact


def make_conversation(
    channel: Channel | None = None, contact: Contact | None = None, *, group: Group | None = None, **values: Any
) -> Conversation:
    """Open, unrouted, with the service window open for 24 hours."""
    channel = channel or make_channel()
    if group is None and contact is None:
        contact = make_contact(portfolio=channel.portfolio)
    now = values.get("opened_at") or clock.now()
    return Conversation.objects.create(
        **{
            "channel": channel,
            "contact": contact,
            "group": group,
            "opened_at": now,
            "last_activity_at": now,
            "window_ends_at": now + timedelta(hours=24),
            "window_state": Conversation.WindowState.OPEN,
            **values,
        }
    )


def make_inbound(
    conversation: Conversation, text: str = "Buongiorno", *, at: datetime | None = None, **values: Any
) -> Message:
    """What the customer wrote, as ingest leaves it: the conversation waits and its window is open."""
    at = at or clock.now()
    kind = values.get("type", "text")
    message = Message.objects.create(
        **{
            "conversation": conversation,
            "channel": conversation.channel,
            "direction": Direction.INBOUND,
            "origin": Origin.CUSTOMER,
            "type": kind,
            "status": MessageStatus.RECEIVED,
            "text": text,
            "payload": {"body": text} if kind == "text" else {},
            "wamid": f"wamid.in{next(_numbers)}",
            "sender_contact": conversation.contact,
            "timestamp": at,
            "created_at": at,
            **values,
        }
    )
    conversation.last_message = message
    conversation.last_activity_at = at
    conversation.waiting_since = conversation.waiting_since or at
    conversation.unread += 1
    if windows.customer_wrote(conversation, at):
        windows.open_for([conversation])
    conversation.save()
    return message


def make_outbound(
    conversation: Conversation, text: str = "Eccoci", *, at: datetime | None = None, **values: Any
) -> Message:
    """An answer that was sent (origin agent unless told otherwise)."""
    at = at or clock.now()
    return Message.objects.create(
        **{
            "conversation": conversation,
            "channel": conversation.channel,
            "direction": Direction.OUTBOUND,
            "origin": Origin.AGENT,
            "type": "text",
            "status": MessageStatus.SENT,
            "text": text,
            "payload": {"body": text},
            "wamid": f"wamid.out{next(_numbers)}",
            "timestamp": at,
            "created_at": at,
            "sent_at": at,
            **values,
        }
    )


def make_context(message: Message, *, now: datetime | None = None) -> PipelineContext:
    """What a pipeline step is given for this message. In a transaction, its conversation's row is locked, as the pipeline does."""
    conversation = message.conversation
    if connection.in_atomic_block:
        locked = lock_conversation(int(conversation.pk))
        locked.channel, locked.contact = conversation.channel, conversation.contact
        conversation = locked
    return PipelineContext(
        message=message,
        conversation=conversation,
        contact=conversation.contact,
        channel=conversation.channel,
        now=now or clock.now(),
    )


def nobody(bell: object) -> None:
    """settings.WAKE of the test suite: doorbells ring for nobody, tests drain by themselves."""


def make_template(channel: Channel, **values: Any) -> Template:
    """order_ready in Italian with two variables, approved."""
    body = "Buongiorno {{1}}, il suo ordine {{2}} è pronto per il ritiro."
    made = {"meta_id": "77", "name": "order_ready", "language": "it", "status": "APPROVED",
            "components": [{"type": "BODY", "text": body}], "body": body}  # fmt: skip
    return Template.objects.create(channel=channel, **{**made, **values})
