"""What an error code can mean: class, effect, waits, and a sentence. The codes themselves are in errors_table.py (C31)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

HOUR, DAY = 3600.0, 86400.0
LONGEST = 6 * HOUR  # of a wait that grows


class Class(StrEnum):
    """What becomes of the message (facts §10: R, W, N, and N A)."""

    RETRY = "retry"  # the same request, with backoff
    WAIT = "wait"  # a condition must pass first: longer
    NEVER = "never"  # unchanged, it will never go
    ALARM = "alarm"  # nor will any other before an administrator acts: the channel stops, and its messages wait


class Effect(StrEnum):
    """What the code means beyond the message (outbox/effects.py)."""

    MESSAGE = "message"  # nothing more
    CONTACT_UNREACHABLE = "contact_unreachable"  # flagged until the customer writes
    CONTACT_OPTED_OUT = "contact_opted_out"  # a line of the consent log: no marketing
    WINDOW_CLOSED = "window_closed"  # whatever we thought of the service window
    TEMPLATE_PAUSED = "template_paused"
    TEMPLATE_DISABLED = "template_disabled"
    CHANNEL_SLOWED = "channel_slowed"  # its pace goes down for a while
    CHANNEL_NEEDS_TOKEN = "channel_needs_token"  # noqa: S105  stopped until the access token is replaced
    CHANNEL_STOPPED = "channel_stopped"  # until staff start it again
    CHANNEL_RESTRICTED = "channel_restricted"  # stopped for the code's wait, then it tries again


STOPS = frozenset({Effect.CHANNEL_NEEDS_TOKEN, Effect.CHANNEL_STOPPED, Effect.CHANNEL_RESTRICTED})


@dataclass(frozen=True, slots=True)
class Rule:
    """`sentence` is an English msgid, true while the message waits and after it has failed."""

    what: Class
    sentence: str
    effect: Effect = Effect.MESSAGE
    first_wait: float = 1.0  # seconds until the second try
    factor: int = 2  # of each wait after that
    tries: int = 5  # altogether; then it has failed

    @property
    def alarms(self) -> bool:
        """An administrator is told: the channel has stopped."""
        return self.effect in STOPS

    def wait(self, tries: int) -> float | None:
        """Seconds until the next try when there were `tries`; None: there is none. 0: as soon as the channel sends again."""
        if self.what is Class.ALARM:
            return 0.0
        if self.what is Class.NEVER or tries >= self.tries:
            return None
        return float(min(self.first_wait * self.factor ** max(tries - 1, 0), max(LONGEST, self.first_wait)))


Row = tuple[tuple[int, ...], Rule]  # codes of one meaning
