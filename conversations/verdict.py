"""May one write, what will it cost, and what to do if not: asked before sending, by agent, rule and screen alike (C22).

It asks the very functions that the gate asks (gate.py, outbox/caps, cost): what the verdict says, sending does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations import clock, gate, times
from conversations.cost import quote
from conversations.cost.reckon import Estimate, Free
from conversations.errors import CapReached, ChannelStopped, DeskError, OptedOut, WindowClosed
from conversations.models import Channel, Conversation, Origin, Template
from conversations.outbox import caps
from conversations.queries.windows import windows_of
from conversations.window import Windows

FREE_FORM, TEMPLATE, BLOCKED = "free_form", "template", "blocked"
NOW, LATER, NO = "now", "later", "no"
WHY_FREE: dict[str, str] = {
    Free.ALLOWANCE: gettext_noop("One of this month's free messages"),
    Free.ENTRY_POINT: gettext_noop("The customer came from an ad"),
}


@dataclass(frozen=True, slots=True)
class Priced:
    """A template that may go, with what it would cost."""

    template: Template
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class Verdict:
    allowed: str
    """free_form: anything goes. template: nothing but one does. blocked: `code` and `sentence` say by what."""
    goes: str
    """What sending would do: now; later (it waits, until `until` where that is known); no (it is refused with `code`)."""
    windows: Windows
    code: str = ""
    sentence: str = ""
    hint: str = ""
    until: datetime | None = None
    price: Decimal | None = None
    """Meta's part, in `currency`. None where the rate card has no line, or nothing would be sent."""
    surcharge: Decimal = Decimal(0)
    currency: str = ""
    category: str = ""
    market: str = ""
    free: str = ""
    """Why Meta's part is nothing: a code of cost/reckon.Free."""
    templates: list[Priced] = field(default_factory=list)
    """What may be sent instead, when the service window is closed."""

    @property
    def total(self) -> Decimal | None:
        return None if self.price is None else self.price + self.surcharge


def why_free(code: str) -> str:
    """In words; "" for what is not free."""
    words = WHY_FREE.get(code)
    return _(words) if words else ""


def verdict(
    conversation: Conversation,
    *,
    type_: str = "text",
    origin: str = Origin.AGENT,
    template: Template | None = None,
    content: dict[str, Any] | None = None,
    by: User | None = None,
    at: datetime | None = None,
) -> Verdict:
    """For a message of this type, now or at another time. Writes nothing, raises nothing.

    With `by`, whether this person may answer is asked too; with `content`, its form. Without a template of its own a message of type
    "template" is priced as a utility one.
    """
    at = at or clock.now()
    windows = windows_of(conversation)
    try:
        if by is not None:
            gate.require_writer(conversation, by)
        elif origin == Origin.AGENT:
            gate.require_active(conversation)
        passed = gate.require_sendable(conversation, type_=type_, content=content, template=template, at=at)
    except WindowClosed as refusal:
        return replace(_refused(windows, refusal, TEMPLATE), templates=_instead(conversation, at))
    except DeskError as refusal:
        return _refused(windows, refusal, BLOCKED)
    template = passed.template
    found = _held(conversation, windows, type_, origin, template, at)
    if found.goes == NO:
        return found
    return _priced(found, quote.estimate(conversation, type_=type_, template=template, at=max(at, found.until or at)))


def _refused(windows: Windows, refusal: DeskError, allowed: str) -> Verdict:
    return Verdict(allowed, NO, windows, refusal.code, str(refusal.message), str(refusal.hint))


def _held(
    conversation: Conversation, windows: Windows, type_: str, origin: str, template: Template | None, at: datetime
) -> Verdict:
    """What caps and the number's own state make of a message that passed the gate."""
    allowed = TEMPLATE if type_ == "template" else FREE_FORM
    hold = caps.look(conversation, type_=type_, origin=origin, template=template, at=at)
    if hold is None and conversation.channel.status == Channel.Status.ACTIVE:
        return Verdict(allowed, NOW, windows, sentence=_welcome(conversation, windows, type_))
    if hold is None:
        return Verdict(
            allowed,
            LATER,
            windows,
            ChannelStopped.code,
            str(ChannelStopped.message),
            _("What is written now waits, and goes when the number sends again."),
        )
    if hold.is_refusal:
        return Verdict(BLOCKED, NO, windows, hold.code, hold.sentence, str(OptedOut.hint))
    if origin == Origin.RULE and caps.comes_too_late(hold, at):
        return Verdict(BLOCKED, NO, windows, CapReached.code, hold.sentence, str(CapReached.hint))
    until = times.moment(hold.until or at, conversation.channel.zone)
    waits = _("It is kept and looked at again on %(when)s.") % {"when": until}
    return Verdict(BLOCKED, LATER, windows, hold.code, hold.sentence, waits, until=hold.until)


def _welcome(conversation: Conversation, windows: Windows, type_: str) -> str:
    if type_ == "template" or windows.service_ends_at is None:
        return _("A template may be sent.")
    ends = times.moment(windows.service_ends_at, conversation.channel.zone)
    return _("Anything may be sent until %(when)s.") % {"when": ends}


def _priced(found: Verdict, cost: Estimate | None) -> Verdict:
    if cost is None:
        return found
    return replace(
        found,
        price=cost.price,
        surcharge=cost.surcharge,
        currency=cost.currency,
        category=cost.category,
        market=cost.market,
        free=str(cost.free),
    )


def _instead(conversation: Conversation, at: datetime) -> list[Priced]:
    """One estimate for each category: its templates cost the same."""
    estimates: dict[str, Estimate | None] = {}
    found = []
    for row in gate.offered(conversation):
        if row.category not in estimates:
            estimates[row.category] = quote.estimate(conversation, type_="template", template=row, at=at)
        found.append(Priced(row, estimates[row.category]))
    return found
