"""How fast Meta lets a number send (facts §9). Kept in memory: a restart forgives."""

from __future__ import annotations

from collections import deque

from conversations.simulator.errors import GraphError

PAIR_SECONDS = 6.0  # one message to the same customer each six seconds
PAIR_BURST = 45  # or so many within six seconds, which then have to be waited for


class Throughput:
    """At most `most` messages in any second of a number; the next is refused with 130429."""

    def __init__(self) -> None:
        self._taken: dict[str, deque[float]] = {}

    def take(self, phone_number_id: str, most: int, now: float) -> None:
        taken = self._taken.setdefault(phone_number_id, deque())
        while taken and taken[0] <= now - 1.0:
            taken.popleft()
        if len(taken) >= most:
            raise GraphError(130429, subcode=2494055)
        taken.append(now)

    def forget(self) -> None:
        self._taken.clear()


class Pairs:
    """The pair rate: a burst borrows from the future, and nothing passes until all of it is paid back."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], tuple[float, int, float]] = {}  # burst began, messages in it, paid back at

    def take(self, phone_number_id: str, to: str, now: float) -> None:
        began, count, paid = self._pairs.get((phone_number_id, to), (0.0, 0, 0.0))
        if now >= paid:
            began, count, paid = now, 0, now
        elif now - began >= PAIR_SECONDS or count >= PAIR_BURST:
            raise GraphError(131056)
        self._pairs[phone_number_id, to] = (began, count + 1, paid + PAIR_SECONDS)
        if len(self._pairs) > 50_000:
            self._pairs = {pair: state for pair, state in self._pairs.items() if state[2] > now}

    def forget(self) -> None:
        self._pairs.clear()
