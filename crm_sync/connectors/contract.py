"""What the engine and a connector say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol


class Answer(StrEnum):
    """What came of one call, by what it means for the job and for its connection."""

    TAKEN = "taken"  # 2xx
    UNREACHABLE = "unreachable"  # nobody there, or overloaded: the connection's trouble, hardly the job's
    REFUSED = "refused"  # an error that may pass: tried again on the schedule
    HOPELESS = "hopeless"  # this content will never be taken: a dead letter at once
    GONE = "gone"  # the receiver wants no more at all (410): the connection is switched off


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problem` is for staff: a status and the beginning of the answer, no secret. `wait`: what the receiver asked for."""

    answer: Answer
    http_status: int | None = None
    problem: str = ""
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to deliver, complete: a connector needs no database."""

    url: str
    secrets: tuple[str, ...]
    webhook_id: str  # the same at each try: the receiver's key against doubles
    body: dict[str, Any]


class Connector(Protocol):
    """One product. A connector SHALL NOT touch the database, SHALL NOT raise for anything the other side does, SHALL give up
    within its time limits, and SHALL send a key that stays the same when a parcel is sent again. It MAY be called from several
    threads at once."""

    def deliver(self, parcel: Parcel, *, at: datetime) -> Outcome: ...
