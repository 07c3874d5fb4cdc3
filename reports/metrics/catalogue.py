"""Every figure, defined once: dashboards, API and exports all read this page (P1). docs name the source of each target.

`received` and what is said "of the received" count conversations opened in the period in which the customer wrote.
Times are calendar time; medians and percentiles are exact (P2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"  # 0 to 1


class Better(StrEnum):
    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """`formula` names other figures or columns of ConversationFact; `sentence` says it to a person. `target` is P1's."""

    key: str
    name: Any
    unit: Unit
    formula: str
    sentence: Any
    target: float | None = None
    better: Better = Better.NEITHER

    def meets(self, value: float | None) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        if value is None or self.target is None:
            return None
        return value >= self.target if self.better == Better.MORE else value <= self.target


CATALOGUE: dict[str, Metric] = {
    metric.key: metric
    for metric in [
        Metric(
            "received", _("Received"), Unit.COUNT, "count(opened_at in period, first_inbound_at set)",
            _("Conversations opened in the period in which the customer wrote."),
        ),
        Metric(
            "answered", _("Answered"), Unit.COUNT, "count(received, first_answer_at set)",
            _("Of the received: those that got an answer, by a person or automatic."),
        ),
        Metric(
            "answered_by_person", _("Answered by a person"), Unit.COUNT, "count(received, first_response_at set)",
            _("Of the received: those that a person answered."),
        ),
        Metric(
            "answer_rate", _("Answer rate"), Unit.SHARE, "answered / received",
            _("Answered, as a share of the received."), 0.95, Better.MORE,
        ),
        Metric(
            "first_response_median", _("First response, median"), Unit.SECONDS, "median(first_response_seconds)",
            _("From the customer's first message to the first answer by a person: half of them waited less."), 90, Better.LESS,
        ),
        Metric(
            "first_response_mean", _("First response, mean"), Unit.SECONDS, "mean(first_response_seconds)",
            _("The same, as a mean. Over 6 minutes is a case for training."), 360, Better.LESS,
        ),
        Metric(
            "first_response_p90", _("First response, 90th percentile"), Unit.SECONDS, "percentile(0.9, first_response_seconds)",
            _("The same: nine in ten waited at most this long."), None, Better.LESS,
        ),
        Metric(
            "first_answer_median", _("First answer of any kind, median"), Unit.SECONDS, "median(first_answer_seconds)",
            _("From the customer's first message to the first answer, automatic ones included."), 90, Better.LESS,
        ),
        Metric(
            "resolved", _("Resolved"), Unit.COUNT, "count(resolved_at in period)",
            _("Conversations resolved in the period, whenever they were opened."),
        ),
        Metric(
            "resolution_rate", _("Resolution rate"), Unit.SHARE, "count(received, resolved_at before the period's end) / received",
            _("Of the received: the share resolved before the period ended."), 0.8, Better.MORE,
        ),
        Metric(
            "reopened", _("Reopened"), Unit.COUNT, "count(received, reopened > 0)",
            _("Of the received: those that came back after they were resolved."), None, Better.LESS,
        ),
        Metric(
            "transferred", _("Moved"), Unit.COUNT, "count(received, transferred > 0)",
            _("Of the received: those that went from one department to another."), None, Better.LESS,
        ),
        Metric(
            "transfer_rate", _("Share moved"), Unit.SHARE, "transferred / received",
            _("Moved, as a share of the received. Over 15 per cent is a case for training."), 0.15, Better.LESS,
        ),
        Metric(
            "messages_in", _("Messages in"), Unit.COUNT, "sum(messages_in)",
            _("Messages of customers in the received conversations."),
        ),
        Metric(
            "messages_out", _("Messages out"), Unit.COUNT, "sum(messages_out)",
            _("Messages sent in the received conversations."),
        ),
        Metric(
            "automatic_share", _("Automatic share"), Unit.SHARE, "sum(messages_automatic) / sum(messages_out)",
            _("Automatic messages, as a share of those sent in the received conversations."),
        ),
    ]
}  # fmt: skip
