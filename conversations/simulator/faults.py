"""Mishaps on request: the next answers of the Cloud API go wrong as somebody asked (POST /control/faults)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conversations.simulator.store import Store

KINDS = {
    "timeout_after_accept": "the message is taken and sent on, but no answer comes: after `seconds` the line is cut",
    "unheard": "the same, and no status ever tells of it either",
    "no_id": "the message is taken and sent on, and the answer is 200 without its id",
    "http_500_with_id": "the message is taken and sent on, and the answer is a 500 that names its id",
    "cut": "the line is cut after `seconds`; nothing was taken",
    "http_500": "a 500 with a page that is no JSON; nothing was taken",
    "slow": "the right answer, `seconds` late",
    "rate_limit": "refused with 130429",
    "error": "refused with `code`",
    "transient_error": "refused with `code`, which is said to be transient",
    "slow_number": "a question about the number itself is answered `seconds` late",
    "failed_status": "taken, and reported as failed with `code` in a status webhook",
}
UNANSWERED = {"timeout_after_accept", "unheard", "cut"}
FOR_EVER = 10**9


@dataclass(frozen=True)
class Fault:
    id: int
    phone_number_id: str  # "" = every number
    kind: str
    code: int
    seconds: float
    remaining: int


class Faults:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting = [Fault(**dict(row)) for row in store.rows("SELECT * FROM fault ORDER BY id")]

    def all(self) -> list[dict[str, Any]]:
        return [dict(vars(fault)) for fault in self._waiting]

    def add(self, given: dict[str, Any]) -> None:
        """`next` answers (1 unless told; -1 until cleared) go wrong. `kind` "none" or `next` 0 clears. ValueError."""
        kind, count = given.get("kind", "none"), int(given.get("next", 1))
        phone_number_id = str(given.get("phone_number_id") or "")
        if kind == "none" or count == 0:
            self.clear()
            return
        if kind not in KINDS:
            raise ValueError(f"kind: one of {', '.join(KINDS)}, none")
        seconds = float(given.get("seconds", 35.0 if kind in UNANSWERED else 3.0))
        row = (phone_number_id, kind, int(given.get("code", 131000)), seconds, FOR_EVER if count < 0 else count)
        sql = "INSERT INTO fault (phone_number_id, kind, code, seconds, remaining) VALUES (?, ?, ?, ?, ?)"
        self._waiting.append(Fault(self._store.write(sql, row), *row))

    def clear(self) -> None:
        self._waiting.clear()
        self._store.write("DELETE FROM fault")

    def take(self, phone_number_id: str, *, of_number: bool = False) -> Fault | None:
        """The mishap of this request (a send, or a question about the number), if any; it counts down."""
        for place, fault in enumerate(self._waiting):
            if fault.phone_number_id not in ("", phone_number_id) or (fault.kind == "slow_number") is not of_number:
                continue
            left = Fault(**{**vars(fault), "remaining": fault.remaining - 1})
            if left.remaining > 0:
                self._waiting[place] = left
                self._store.write("UPDATE fault SET remaining = ? WHERE id = ?", (left.remaining, left.id))
            else:
                del self._waiting[place]
                self._store.write("DELETE FROM fault WHERE id = ?", (fault.id,))
            return fault
        return None
