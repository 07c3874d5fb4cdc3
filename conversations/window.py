"""The arithmetic of windows, without Django (C20, C21; docs/reference/windows.md).

Meta's spans are Meta's (customer service window and free entry point window of its pricing pages); the pricing window is the
business's own. All times are aware and business time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SERVICE = timedelta(hours=24)  # from the customer's last message
ANSWER_WITHIN = timedelta(hours=24)  # an ad click that is answered later opens nothing
ENTRY_POINT = timedelta(hours=72)  # from our answer to an ad click
CLOSING = timedelta(hours=2)  # C21, unless the channel says otherwise


def service_window_end(last_inbound: datetime) -> datetime:
    return last_inbound + SERVICE


def may_send_free_form(ends_at: datetime | None, now: datetime, margin_seconds: int = 0) -> bool:
    """Inside the service window, less a safety margin: Meta sometimes refuses the last seconds (facts §9)."""
    return ends_at is not None and now < ends_at - timedelta(seconds=margin_seconds)


@dataclass(frozen=True, slots=True)
class Windows:
    """Where a conversation's windows end (None: there is none), and what follows at a given moment."""

    service_ends_at: datetime | None = None
    pricing_ends_at: datetime | None = None
    entry_point_ends_at: datetime | None = (
        None  # everything is free until then; None also when Meta charges all the same
    )
    offer_ends_at: datetime | None = None  # an answer until then opens the free window
    margin_seconds: int = 0
    closing: timedelta = CLOSING

    @property
    def _free_form_ends_at(self) -> datetime | None:
        ends = self.service_ends_at
        return ends - timedelta(seconds=self.margin_seconds) if ends is not None else None

    @property
    def surcharge_from(self) -> datetime | None:
        """The end of the pricing window; inside the free window nothing is charged on top either."""
        if self.pricing_ends_at is None or self.entry_point_ends_at is None:
            return self.pricing_ends_at
        return max(self.pricing_ends_at, self.entry_point_ends_at)

    def free_form_allowed(self, now: datetime) -> bool:
        return may_send_free_form(self.service_ends_at, now, self.margin_seconds)

    def state(self, now: datetime) -> str:
        """open, closing, template_only or surcharge. Open or closing exactly while a free-form message would be taken."""
        if self.service_ends_at is not None and self.free_form_allowed(now):
            return "closing" if now >= self.service_ends_at - self.closing else "open"
        return "surcharge" if self.is_surcharged(now) else "template_only"

    def moves_at(self, now: datetime) -> datetime | None:
        """When `state` will next be another one, if nobody writes meanwhile."""
        turns = [self._free_form_ends_at, self.surcharge_from]
        if self.service_ends_at is not None:
            turns.append(self.service_ends_at - self.closing)
        return min((turn for turn in turns if turn is not None and turn > now), default=None)

    def is_surcharged(self, now: datetime) -> bool:
        return self.surcharge_from is not None and now >= self.surcharge_from

    def free(self, now: datetime) -> str:
        """Why a message costs nothing now: "entry_point", "entry_offer" (it would open the free window), or ""."""
        if self.entry_point_ends_at is not None and now < self.entry_point_ends_at:
            return "entry_point"
        return "entry_offer" if self.offer_ends_at is not None and now < self.offer_ends_at else ""


@dataclass(frozen=True, slots=True)
class Told:
    """What Meta's status said of the price of a message sent at `at`."""

    at: datetime
    is_entry_point: bool
    until: datetime | None = None  # when Meta says the free window ends


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A free window. `confirmed`: True when a status said so, False when one charged for it, None before either."""

    opens_at: datetime
    ends_at: datetime
    confirmed: bool | None = None


def open_offer(clicks: Sequence[datetime], answers: Sequence[datetime]) -> datetime | None:
    """The newest ad click that nobody has answered: an answer within a day of it opens the free window."""
    last = max(clicks, default=None)
    return None if last is None or any(last <= at <= last + ANSWER_WITHIN for at in answers) else last


def entry_point(clicks: Sequence[datetime], answers: Sequence[datetime], told: Sequence[Told]) -> EntryPoint | None:
    """The newest free window that these ad clicks, answers and statuses make, in whatever order they are given.

    The first answer within a day of a click opens it; while one stands, another click opens none. Meta knows what we cannot (a click
    on a computer opens nothing, a page's button sends no referral): what its statuses say goes before our own reading.
    """
    opened = {min(fit) for click in clicks if (fit := [at for at in answers if click <= at <= click + ANSWER_WITHIN])}
    words = {at: [word for word in told if word.at == at] for at in {word.at for word in told}}
    found: EntryPoint | None = None
    for at in sorted(opened | set(words)):
        free = [word for word in words.get(at, ()) if word.is_entry_point]
        stands = found is not None and at < found.ends_at and found.confirmed is not False
        if (at in opened or free) and not stands:
            found = EntryPoint(at, at + ENTRY_POINT)
        if found is None or at >= found.ends_at or at not in words:
            continue
        ends = max((word.until for word in free if word.until is not None and word.until > at), default=found.ends_at)
        found = EntryPoint(found.opens_at, ends, bool(free) or found.confirmed is True)
    return found
