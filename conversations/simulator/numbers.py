"""What Meta knows of a business number besides its credentials: set-up, quality, profile, where its webhooks go.

A number the desk told us of is connected and verified. One issued here (POST /control/numbers, as in Meta's dashboard) begins at the left:

NOT_VERIFIED ──request_code, verify_code──► VERIFIED ──register──► CONNECTED ──deregister──► DISCONNECTED ──register──► CONNECTED
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from conversations.simulator.store import Store

Json = dict[str, Any]

# What POST /control/numbers may set, and to what. Meta's own words.
CHOICES: dict[str, tuple[str, ...]] = {
    "status": ("CONNECTED", "PENDING", "DISCONNECTED", "FLAGGED", "RESTRICTED", "BANNED", "RATE_LIMITED"),
    "code_verification_status": ("VERIFIED", "NOT_VERIFIED", "EXPIRED"),
    "name_status": ("APPROVED", "AVAILABLE_WITHOUT_REVIEW", "DECLINED", "EXPIRED", "PENDING_REVIEW", "NONE"),
    "quality_rating": ("GREEN", "YELLOW", "RED", "UNKNOWN"),
    "messaging_limit": ("TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"),
    "throughput_level": ("STANDARD", "HIGH", "NOT_APPLICABLE", ""),
    "oba_status": ("", "PENDING", "UNDER_REVIEW", "APPROVED", "REJECTED", "EXPIRED", "CANCELLED"),
}


@dataclass
class Number:
    phone_number_id: str
    status: str = "CONNECTED"
    code_verification_status: str = "VERIFIED"
    name_status: str = "APPROVED"
    quality_rating: str = "GREEN"
    messaging_limit: str = "TIER_2K"
    throughput_level: str = ""  # "": HIGH when the channel may send more than 80 a second, else STANDARD
    oba_status: str = ""  # official business account; "": never asked for
    is_on_biz_app: bool = False  # a coexistence number: also used in the Business app on a phone
    new_display_name: str = ""
    pin: str = ""  # two-step verification; "": never set
    pin_guesses: list[float] = field(default_factory=list)
    registered_at: list[float] = field(default_factory=list)
    deregistered_at: list[float] = field(default_factory=list)
    code: str = ""  # sent by SMS or voice, not yet used
    code_sent_at: list[float] = field(default_factory=list)
    code_tries: int = 0
    subscribed: bool = True  # the app gets the account's webhooks
    account_callback: str = ""  # overrides of the app's callback: the account's, the number's
    number_callback: str = ""
    profile: Json = field(default_factory=dict)
    is_cart_enabled: bool = True
    is_catalog_visible: bool = True
    catalog_id: str = ""

    @property
    def connected(self) -> bool:
        """Can send and be written to."""
        return self.status not in ("PENDING", "DISCONNECTED", "BANNED")


class Numbers:
    def __init__(self, store: Store) -> None:
        self._store = store
        known = {each.name for each in fields(Number)}
        self._known: dict[str, Number] = {}
        for row in store.rows("SELECT * FROM number"):
            kept = {key: value for key, value in json.loads(row["state"]).items() if key in known}
            self._known[row["phone_number_id"]] = Number(**kept)

    def of(self, phone_number_id: str) -> Number:
        return self._known.setdefault(phone_number_id, Number(phone_number_id))

    def save(self, number: Number) -> None:
        self._known[number.phone_number_id] = number
        state = json.dumps(asdict(number), separators=(",", ":"))
        self._store.write("REPLACE INTO number VALUES (?, ?)", (number.phone_number_id, state))

    def issue(self, phone_number_id: str) -> Number:
        """A number that is only just in Meta's books."""
        issued = Number(
            phone_number_id,
            status="PENDING",
            code_verification_status="NOT_VERIFIED",
            name_status="PENDING_REVIEW",
            quality_rating="UNKNOWN",
            messaging_limit="TIER_250",
            subscribed=False,
        )
        self.save(issued)
        return issued

    def change(self, number: Number, changes: Json) -> None:
        """Play Meta: set some of CHOICES, or is_on_biz_app. Raises ValueError."""
        for key, value in changes.items():
            if key == "is_on_biz_app" and isinstance(value, bool):
                number.is_on_biz_app = value
            elif value in CHOICES.get(key, ()):
                setattr(number, key, value)
            else:
                raise ValueError(f"{key}: one of {', '.join(CHOICES.get(key, ('no such property',)))}")
        self.save(number)

    def callback(self, phone_number_id: str) -> str:
        """The override of this number's webhooks, else the account's; "" when the app's callback gets them."""
        number = self.of(phone_number_id)
        return number.number_callback or number.account_callback

    def wants_webhooks(self, phone_number_id: str) -> bool:
        return self.of(phone_number_id).subscribed

    def forget(self) -> None:
        self._known.clear()
        self._store.clear("number")
