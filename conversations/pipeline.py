"""What a pipeline step is given, and the contract it keeps (ARCHITECTURE, D21, D22).

A step is `(PipelineContext) -> Stop | None`, listed in config/pipeline.py. It
- SHALL be idempotent: after a crash it may run again on the same message;
- SHALL NOT call the network: it writes outbox rows;
- SHALL write only through actions of its own floor or below; the conversation's row is locked while it runs;
- MAY return Stop to end the pipeline for this message;
- MAY raise: it is tried again after 1 s and 5 s, then parked, and the steps after it go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from conversations.models.channel import Channel
from conversations.models.contact import Contact
from conversations.models.conversation import Conversation
from conversations.models.message import Message

# D21: answered by people only, never automatically.
NEVER_ANSWERED = frozenset({"unsupported", "unknown", "call"})


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends the pipeline for this message; `why` goes to the log."""

    why: str


@dataclass(slots=True)
class PipelineContext:
    """One inbound message on its way. `conversation` is locked; reload nothing, pass facts on through `facts`."""

    message: Message
    conversation: Conversation
    contact: Contact | None
    channel: Channel
    now: datetime
    is_replay: bool = False
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """The message opened (or reopened) the conversation: nobody has been asked to answer it yet."""
        return self.conversation.department_id is None

    @property
    def may_answer_automatically(self) -> bool:
        return (
            self.contact is not None
            and not self.contact.is_blocked
            and self.message.type not in NEVER_ANSWERED
            and not self.conversation.needs_person
        )
