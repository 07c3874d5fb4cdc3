"""The free window after an ad click: 72 hours from our answer, when it came within a day (C20; docs/reference/windows.md).

It is read anew from the messages whenever one of them could change it, so that neither order nor repetition of what arrives matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from conversations import clock, window
from conversations.actions import windows
from conversations.models import Conversation, Direction, Message, MessageStatus, Window
from conversations.transactions import afterwards
from conversations.window import Told

LOOKED_BACK = timedelta(days=30)  # clicks further back than this decide nothing any more
SOURCES = ("ad", "page")  # a referral's source types that open a free window; a post's does not
FREE = "free_entry_point"  # Meta's pricing type
TAKEN = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.PLAYED)
KINDS = (Window.Kind.ENTRY_OFFER, Window.Kind.ENTRY_POINT)
Person = tuple[int, int]  # channel, contact: the window is between these two, whatever conversation they are in


def is_ad_click(payload: dict[str, Any]) -> bool:
    """Whether a customer's message says that an ad, or a page's button, brought them (facts §3)."""
    referral = payload.get("referral")
    if not isinstance(referral, dict):
        return False
    return referral.get("source_type") in SOURCES or bool(referral.get("ctwa_clid"))


def follow(messages: Iterable[Message], begun: Iterable[Conversation] = ()) -> None:
    """After these came in, went out or were reported on; `begun` are new conversations with customers known before.

    In the caller's transaction; its message rows are locked or new. Asks nothing for messages that no ad can concern.
    """
    given = list(messages)
    certain = {row.conversation_id for row in given if is_ad_click(row.payload) or row.pricing.get("type") == FREE}
    maybe = {row.conversation_id for row in given if row.direction == Direction.OUTBOUND} - certain
    wanted = Q(conversation__in=certain | maybe)
    for row in begun:
        wanted |= Q(conversation__contact=row.contact_id, conversation__channel=row.channel_id)
    begun_pks = {row.pk for row in begun}
    if not (certain or maybe or begun_pks):
        return
    concerned = certain | set()
    people: set[Person] = set()
    known = Window.objects.filter(wanted, kind__in=KINDS).values_list(
        "conversation_id", "conversation__channel_id", "conversation__contact_id"
    )
    for conversation, channel, contact in known:
        concerned.add(conversation)
        people.add((channel, contact))
    concerned |= {row.pk for row in begun if (row.channel_id, row.contact_id) in people}
    if concerned:
        read_anew(concerned)


@dataclass
class _Facts:
    clicks: list[datetime] = field(default_factory=list)
    answers: list[datetime] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def read_anew(conversations: Iterable[int]) -> None:
    """Write both windows of these conversations as the messages between customer and channel have it, in a fixed number of statements."""
    rows = list(Conversation.objects.filter(pk__in=set(conversations), contact__isnull=False).order_by("pk"))
    facts = _facts({(row.channel_id, int(row.contact_id or 0)) for row in rows})
    spans: list[Window] = []
    gone = Q(pk__in=[])
    for row in rows:
        found = facts.get((row.channel_id, int(row.contact_id or 0)), _Facts())
        offer = window.open_offer(found.clicks, found.answers)
        free = window.entry_point(found.clicks, found.answers, found.told)
        if offer is None:
            gone |= Q(conversation=row, kind=Window.Kind.ENTRY_OFFER)
        else:
            spans.append(_span(row, Window.Kind.ENTRY_OFFER, offer, offer + window.ANSWER_WITHIN))
        if free is None:
            gone |= Q(conversation=row, kind=Window.Kind.ENTRY_POINT)
        else:
            spans.append(_span(row, Window.Kind.ENTRY_POINT, free.opens_at, free.ends_at, confirmed=free.confirmed))
    Window.objects.filter(gone).delete()
    windows.put(spans)
    # Afterwards: a conversation is locked before its messages, never after. Lost, it is found when the pricing window ends.
    afterwards(_look_again, [row.pk for row in rows])


def _span(
    row: Conversation, kind: Window.Kind, start: datetime, end: datetime, *, confirmed: bool | None = None
) -> Window:
    return Window(
        conversation=row,
        kind=kind,
        opened_at=start,
        expires_at=end,
        free_form=False,
        priced=confirmed is False,
        confirmed=confirmed,
    )


def _facts(people: set[Person]) -> dict[Person, _Facts]:
    of = Q(direction=Direction.INBOUND, payload__has_key="referral") | Q(direction=Direction.OUTBOUND, status__in=TAKEN)
    rows = Message.objects.filter(
        of,
        conversation__channel__in={channel for channel, _contact in people},
        conversation__contact__in={contact for _channel, contact in people},
        timestamp__gte=clock.now() - LOOKED_BACK,
    ).select_related("conversation")
    found: dict[Person, _Facts] = {}
    for row in rows.defer("text"):
        facts = found.setdefault((row.conversation.channel_id, int(row.conversation.contact_id or 0)), _Facts())
        if row.direction == Direction.INBOUND:
            if is_ad_click(row.payload):
                facts.clicks.append(row.timestamp)
            continue
        at = row.sent_at or row.delivered_at or row.timestamp
        if row.type != "reaction":
            facts.answers.append(at)
        kind = row.pricing.get("type")
        if kind and isinstance(kind, str):
            until = row.pricing.get("free_until")
            facts.told.append(Told(at, kind == FREE, clock.from_unix(until) if kind == FREE and until else None))
    return found


def _look_again(conversations: list[int]) -> None:
    shut = (Conversation.WindowState.TEMPLATE_ONLY, Conversation.WindowState.SURCHARGE)
    rows = Conversation.objects.filter(pk__in=conversations, window_state__in=shut)
    rows.update(window_moves_at=clock.now())
