"""What a webhook says, after parsing: plain values, no models, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote. Any of the three may be absent, but not all (facts §4)."""

    wa_id: str = ""
    user_id: str = ""
    profile_name: str = ""
    username: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.wa_id or self.user_id)


@dataclass(frozen=True, slots=True)
class Media:
    media_id: str
    url: str
    mime_type: str
    sha256: str
    filename: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message of a contact or group, of any type; `text` is what people read, `content` the typed object."""

    wamid: str
    sender: Sender
    timestamp: datetime
    type: str
    text: str
    content: dict[str, Any]
    media: tuple[Media, ...] = ()
    group_id: str = ""
    reply_to: str = ""
    referral: dict[str, Any] = field(default_factory=dict)
    is_echo: bool = False
    is_history: bool = False
    status: str = ""  # of one of ours out of the history


@dataclass(frozen=True, slots=True)
class ReactionChange:
    wamid: str
    sender: Sender
    timestamp: datetime
    target: str
    emoji: str  # "" removes it


@dataclass(frozen=True, slots=True)
class EditChange:
    wamid: str
    sender: Sender
    timestamp: datetime
    target: str
    type: str
    text: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RevokeChange:
    wamid: str
    timestamp: datetime
    target: str


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """The customer changed number or user id; `old` and `new` are of the same kind."""

    kind: str  # wa_id | bsuid
    old: str
    new: str
    also_wa_id: str
    also_user_id: str
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class PreferenceChange:
    """What a customer wants to receive, said in WhatsApp itself (C53)."""

    sender: Sender
    timestamp: datetime
    topic: str
    state: str  # opt_in | opt_out
    words: str


@dataclass(frozen=True, slots=True)
class BookEntry:
    """A name in the address book of a coexistence number's business app; "" when it was taken out."""

    sender: Sender
    timestamp: datetime
    name: str


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """One webhook of a call. `payload` is what the button or link that was tapped carried."""

    call_id: str
    sender: Sender
    timestamp: datetime
    by_customer: bool
    status: str  # ringing | missed | completed
    duration: int | None  # seconds
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a group that was to change: subject, description or picture (its hash)."""

    name: str
    value: str
    done: bool
    error_code: str


@dataclass(frozen=True, slots=True)
class GroupUpdate:
    """One item of `groups[]`; `matter` is Meta's type. What does not apply to it is empty (facts §7)."""

    matter: str
    timestamp: datetime
    group_id: str
    request_id: str = ""
    subject: str = ""
    description: str = ""
    invite_link: str = ""
    approval: str = ""
    added: tuple[Sender, ...] = ()
    removed: tuple[Sender, ...] = ()
    by_business: bool = False
    join_request_id: str = ""
    person: Sender | None = None
    settings: tuple[Setting, ...] = ()
    error_code: str = ""

    @property
    def people(self) -> tuple[Sender, ...]:
        return (*self.added, *self.removed, *([self.person] if self.person else []))


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    wamid: str
    status: str
    timestamp: datetime
    opaque: str
    error_code: str
    error_detail: str
    pricing: dict[str, Any]
    raw: dict[str, Any]
    is_group: bool = False
    participant: Sender = Sender()  # of a group, when it is about one of them
    recipient: Sender = Sender()  # of any other message: phone and user id, where Meta names both (facts §4)


@dataclass(frozen=True, slots=True)
class News:
    """One thing Meta tells of a number, an account or a template: a code of ours, with codes, numbers and times (facts §6).

    What is told later of the same `slot` replaces it; "" stands for news whose order is kept where it belongs.
    """

    slot: str
    matter: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountChange:
    """Anything about the account, a template, a group, a preference; or a field nobody knows yet.

    `data` is as it came, but without what says who a customer is: that stands in rows that can be erased. `at` is Meta's time.
    """

    field: str
    event: str
    data: dict[str, Any]
    at: datetime | None = None
    number: str = ""  # digits of the number it is about; "": the whole account
    number_id: str = ""  # or its id
    account: str = ""  # of another business account than the envelope's
    news: tuple[News, ...] = ()


Update = (
    InboundMessage
    | ReactionChange
    | EditChange
    | RevokeChange
    | IdentityChange
    | PreferenceChange
    | BookEntry
    | CallUpdate
    | GroupUpdate
    | StatusUpdate
    | AccountChange
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """One update and where it belongs."""

    waba_id: str
    phone_number_id: str
    update: Update
