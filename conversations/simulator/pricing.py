"""What Meta says a message costs: `pricing` and `conversation` of status webhooks, and the 72 hours after an ad (facts §5, §9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from conversations.simulator.store import Store

WINDOW = 24 * 3600  # seconds in which an answer to somebody from an ad opens the free entry point
ENTRY = 72 * 3600  # seconds it then lasts
SERVICE_IS_CHARGED = datetime(2026, 10, 1, tzinfo=UTC).timestamp()  # service messages, and utility inside the window


@dataclass(frozen=True)
class Price:
    category: str  # service, utility, marketing, authentication, referral_conversion; group_… in groups
    type: str = "regular"  # or free_customer_service, free_entry_point
    entry_ends_at: float | None = None  # of the free entry point

    @property
    def billable(self) -> bool:
        return self.type == "regular"

    def in_status(self) -> dict[str, Any]:
        return {"billable": self.billable, "pricing_model": "PMP", "type": self.type, "category": self.category}


class EntryPoints:
    """Customers who came by an ad, and since when answering them costs nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # (number, customer): when they came, and when the first answer made it free
        self._known: dict[tuple[str, int], tuple[float, float | None]] = {
            (row["phone_number_id"], row["customer_id"]): (row["came_at"], row["opened_at"])
            for row in store.rows("SELECT * FROM entry")
        }

    def came(self, phone_number_id: str, customer_id: int, at: float) -> None:
        self._keep((phone_number_id, customer_id), at, None)

    def answered(self, phone_number_id: str, customer_id: int, at: float) -> float | None:
        """The desk writes: until when that is free, None when it is not."""
        key = (phone_number_id, customer_id)
        came, opened = self._known.get(key, (0.0, None))
        if key in self._known and opened is None and at - came <= WINDOW:
            self._keep(key, came, at)
        return self.open_until(phone_number_id, customer_id, at)

    def open_until(self, phone_number_id: str, customer_id: int, at: float) -> float | None:
        """As `answered`, without answering."""
        opened = self._known.get((phone_number_id, customer_id), (0.0, None))[1]
        return opened + ENTRY if opened is not None and at < opened + ENTRY else None

    def forget(self) -> None:
        self._known.clear()
        self._store.clear("entry")

    def _keep(self, key: tuple[str, int], came: float, opened: float | None) -> None:
        self._known[key] = (came, opened)
        self._store.write("REPLACE INTO entry VALUES (?, ?, ?, ?)", (*key, came, opened))


def price(category: str, *, in_window: bool, entry_ends_at: float | None, at: float, in_group: bool = False) -> Price:
    """`category` of the template, "service" for anything else."""
    if in_group:
        return Price(f"group_{category}")
    if entry_ends_at is not None:
        return Price("referral_conversion", "free_entry_point", entry_ends_at)
    if at < SERVICE_IS_CHARGED and in_window and category in ("service", "utility"):
        return Price(category, "free_customer_service")
    return Price(category)
