"""What a cap says of one message before it is queued (C24): it goes, it is held back until a time, or it is refused.

`look` only reads, for the verdict. `hold` is the gate's: the same answer, for a conversation whose row is locked, so that the caps per
customer are exact. The caps of a whole number or portfolio are counted when messages are taken to be sent (taking.py); here they
are looked at, so that people know at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from conversations import clock, window
from conversations.cost import budgets
from conversations.errors import CapReached, OptedOut
from conversations.models import (
    Binds,
    Channel,
    Consent,
    Conversation,
    DayTally,
    Message,
    MessageStatus,
    Origin,
    Reached,
    ReachTally,
    Template,
)
from conversations.models.message import MessageQuerySet
from conversations.outbox.caps import days
from conversations.outbox.caps.words import Cap, sentence

MINUTE = timedelta(minutes=1)
DAY = timedelta(hours=24)
STALE = timedelta(hours=1)  # A15: an automatic reply is for the moment it was written for
DO_NOT_COUNT = (MessageStatus.FAILED, MessageStatus.CANCELLED, MessageStatus.SCHEDULED)
AUTOMATIC = frozenset({Origin.RULE, Origin.FLOW, Origin.CAMPAIGN})


@dataclass(frozen=True, slots=True)
class Hold:
    """`until`: when it is looked at again, in business time. None: it never goes, it is refused."""

    code: str
    until: datetime | None

    @property
    def is_refusal(self) -> bool:
        return self.until is None

    @property
    def sentence(self) -> str:
        return sentence(self.code)


def hold(conversation: Conversation, message: Message) -> Hold | None:
    """For a message about to be queued in a locked conversation; also notes on it whether the business begins. None: it may go.

    Raises OptedOut, and CapReached for an automatic reply that could not go within the hour.
    """
    if message.status == MessageStatus.SCHEDULED:  # looked at when it falls due (C32)
        return None
    wish = Wish(conversation, message.type, message.origin, message.template, clock.now())
    message.initiated = wish.begins
    found = wish.held()
    if found is None:
        return None
    if found.until is None:
        raise OptedOut
    if message.origin == Origin.RULE and comes_too_late(found, wish.at):
        raise CapReached(found.sentence, cap=found.code)
    return found


def look(
    conversation: Conversation,
    *,
    type_: str = "text",
    origin: str = Origin.AGENT,
    template: Template | None = None,
    at: datetime | None = None,
) -> Hold | None:
    """What `hold` would say of such a message now, or at another time; nothing is written and nothing raised."""
    return Wish(conversation, type_, origin, template, at or clock.now()).held()


def look_at(message: Message) -> Hold | None:
    """The same for a message that exists, such as a scheduled one that fell due; its conversation's row is locked."""
    wish = Wish(
        message.conversation,
        message.type,
        message.origin,
        message.template,
        clock.now(),
        message.pk,
    )
    message.initiated = wish.begins
    return wish.held()


def comes_too_late(hold: Hold, at: datetime) -> bool:
    """For an automatic reply, which is for the moment it was written for (A15)."""
    return hold.until is not None and hold.until > at + STALE


def binds(which: str, origin: str) -> bool:
    """Whether a cap that binds `which` holds back messages of this origin."""
    match which:
        case Binds.ALL:
            return True
        case Binds.AUTOMATIC:
            return origin in AUTOMATIC
        case _:
            return origin == Origin.CAMPAIGN


def begins(conversation: Conversation, type_: str, at: datetime) -> bool:
    """Whether the business begins: a template while no service window is open (facts §9). In a group nobody is begun with."""
    if type_ != "template" or conversation.group_id:
        return False
    return not window.may_send_free_form(conversation.window_ends_at, at)


def reach_limit(channel: Channel) -> int | None:
    """The customers a channel may begin with in 24 hours: the portfolio's limit, or its own when that is lower. None: all."""
    limits = [one for one in (channel.portfolio.messaging_limit, channel.daily_recipient_limit) if one is not None]
    return min(limits) if limits else None


@dataclass
class Wish:
    """One message that somebody wants to send."""

    conversation: Conversation
    type_: str
    origin: str
    template: Template | None
    at: datetime
    message_pk: int = 0  # of one that exists already, and does not count itself

    @property
    def channel(self) -> Channel:
        return self.conversation.channel

    @cached_property
    def begins(self) -> bool:
        return begins(self.conversation, self.type_, self.at)

    @cached_property
    def consent(self) -> str:
        """The customer's latest word on marketing: opt_in, opt_out or ""."""
        rows = Consent.objects.filter(contact=self.conversation.contact_id, topic="marketing").order_by("-at", "-pk")
        return rows.values_list("state", flat=True).first() or ""

    def held(self) -> Hold | None:
        """By the cap that keeps it longest; a refusal wins."""
        if self._is_refused():
            return Hold(Cap.OPTED_OUT, None)
        looks = (self._initiated(), self._new_customer(), self._portfolio(), self._day(), self._budget())
        found = [one for one in looks if one]
        return max(found, key=lambda one: one.until or self.at) if found else None

    def _is_refused(self) -> bool:
        is_marketing = self.template is not None and self.template.category == Template.Category.MARKETING
        return is_marketing and self.conversation.contact_id is not None and self.consent == Consent.State.OPT_OUT

    # --- per customer: exact under the conversation's lock ----------------------------------------------------------------

    def _initiated(self) -> Hold | None:
        cap = self.channel.initiated_cap
        if not cap or not self.begins or not binds(self.channel.initiated_binds, self.origin):
            return None
        if self.consent == Consent.State.OPT_IN:
            return None
        begun = self._counted(DAY).filter(
            conversation__contact=self.conversation.contact_id,
            conversation__channel=self.conversation.channel_id,
            initiated=True,
        )
        return self._after(begun, cap, DAY, Cap.INITIATED)

    def _new_customer(self) -> Hold | None:
        cap = self.channel.new_customer_cap
        if not cap or self.conversation.group_id or not binds(self.channel.new_customer_binds, self.origin):
            return None
        if self._is_known():
            return None
        return self._after(
            self._counted(MINUTE).filter(conversation=self.conversation.pk), cap, MINUTE, Cap.NEW_CUSTOMER
        )

    def _is_known(self) -> bool:
        contact = self.conversation.contact
        if contact is None or self.conversation.last_inbound_at is None:
            return False
        return contact.first_seen_at <= self.at - timedelta(hours=self.channel.new_customer_hours)

    def _counted(self, span: timedelta) -> MessageQuerySet:
        """What went within the span before, and what waits to go: `not_before` is when it was, or is, its time."""
        return (
            Message.objects.outbound()
            .filter(not_before__gt=self.at - span)
            .exclude(status__in=DO_NOT_COUNT)
            .exclude(pk=self.message_pk)
            .order_by("-not_before")
        )

    def _after(self, counted: MessageQuerySet, cap: int, span: timedelta, code: str) -> Hold | None:
        """Never more than `cap` within any `span`: after the earliest of the last `cap`, the span must pass."""
        times = [at for at in counted.values_list("not_before", flat=True)[:cap] if at is not None]
        if len(times) < cap:
            return None
        until = times[-1] + span
        return Hold(code, until) if until > self.at else None

    # --- per number and portfolio: counted when taken (taking.py) ---------------------------------------------------------

    def _portfolio(self) -> Hold | None:
        if not self.begins:
            return None
        portfolio, limit = self.channel.portfolio, reach_limit(self.channel)
        if limit is None:
            return None
        reached = ReachTally.objects.filter(portfolio=portfolio).values_list("reached", flat=True).first() or 0
        if reached < limit:
            return None
        counted = Reached.objects.filter(portfolio=portfolio)
        if counted.filter(contact=self.conversation.contact_id, at__gt=self.at - DAY).exists():
            return None
        oldest = counted.order_by("at").values_list("at", flat=True).first()
        return Hold(Cap.PORTFOLIO, oldest + DAY) if oldest is not None and oldest + DAY > self.at else None

    def _day(self) -> Hold | None:
        """The day's cap, and campaigns' batches."""
        capped = self.channel.daily_cap is not None and binds(self.channel.daily_cap_binds, self.origin)
        is_bulk = self.origin == Origin.CAMPAIGN
        if not capped and not is_bulk:
            return None
        tally = DayTally.objects.filter(channel=self.channel, day=days.day_of(self.channel, self.at)).first()
        if tally is None:
            return None
        if capped and tally.sent >= (self.channel.daily_cap or 0):
            return Hold(Cap.DAILY, days.next_start(self.channel, self.at))
        if is_bulk and tally.batching_since is not None:
            return Hold(Cap.BATCH, days.next_batch(self.channel, self.at))
        return None

    def _budget(self) -> Hold | None:
        return over_budget(self.channel, self.origin, self.at)


def over_budget(channel: Channel, origin: str, at: datetime) -> Hold | None:
    """A hard budget of the month is used up: what is automatic waits for the next one (C20)."""
    if origin not in AUTOMATIC or not budgets.over_budget(channel, at=at):
        return None
    return Hold(Cap.BUDGET, budgets.looked_at_again(channel, at=at))
