"""Adding up conversations into the catalogue's figures, exactly. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

Figures = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Row:
    """The columns of one ConversationFact that figures are made of."""

    department_id: int | None
    agent_id: int | None
    opened_at: datetime
    resolved_at: datetime | None
    first_inbound_at: datetime | None
    first_answer_seconds: float | None
    first_response_seconds: float | None
    messages_in: int
    messages_out: int
    messages_automatic: int
    reopened: int
    transferred: int


COLUMNS = tuple(Row.__dataclass_fields__)


def percentile(values: list[float], share: float) -> float | None:
    """Exact, between the two nearest where it falls between (as PostgreSQL's percentile_cont). `values` sorted; None when empty.

    >>> percentile([1.0, 2.0, 3.0, 10.0], 0.5)
    2.5
    """
    if not values:
        return None
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


@dataclass(slots=True)
class Tally:
    """One group of conversations in one period [start, end)."""

    start: datetime
    end: datetime
    received: int = 0
    answered: int = 0
    resolved: int = 0
    resolved_of_received: int = 0
    reopened: int = 0
    transferred: int = 0
    messages_in: int = 0
    messages_out: int = 0
    automatic: int = 0
    answers: list[float] = field(default_factory=list)
    responses: list[float] = field(default_factory=list)

    def add(self, row: Row) -> None:
        if row.resolved_at is not None and self.start <= row.resolved_at < self.end:
            self.resolved += 1
        if row.first_inbound_at is None or not self.start <= row.opened_at < self.end:
            return
        self.received += 1
        if row.first_answer_seconds is not None:
            self.answered += 1
            self.answers.append(row.first_answer_seconds)
        if row.first_response_seconds is not None:
            self.responses.append(row.first_response_seconds)
        self.resolved_of_received += row.resolved_at is not None and row.resolved_at < self.end
        self.reopened += row.reopened > 0
        self.transferred += row.transferred > 0
        self.messages_in += row.messages_in
        self.messages_out += row.messages_out
        self.automatic += row.messages_automatic

    def figures(self) -> Figures:
        """Keyed as the catalogue; None where there is nothing to divide or to take a median of."""
        responses, answers = sorted(self.responses), sorted(self.answers)
        return {
            "received": self.received,
            "answered": self.answered,
            "answered_by_person": len(responses),
            "answer_rate": _share(self.answered, self.received),
            "first_response_median": _seconds(percentile(responses, 0.5)),
            "first_response_mean": _seconds(sum(responses) / len(responses) if responses else None),
            "first_response_p90": _seconds(percentile(responses, 0.9)),
            "first_answer_median": _seconds(percentile(answers, 0.5)),
            "resolved": self.resolved,
            "resolution_rate": _share(self.resolved_of_received, self.received),
            "reopened": self.reopened,
            "transferred": self.transferred,
            "transfer_rate": _share(self.transferred, self.received),
            "messages_in": self.messages_in,
            "messages_out": self.messages_out,
            "automatic_share": _share(self.automatic, self.messages_out),
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _seconds(value: float | None) -> float | None:
    return round(value, 3) if value is not None else None
