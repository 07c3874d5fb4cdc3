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

    def came(self, phone_number_id: str, customer_id: int, at: float) -> None:
        sql = "REPLACE INTO entry VALUES (?, ?, ?, NULL)"
        self._store.write(sql, (phone_number_id, customer_id, at))

    def answered(self, phone_number_id: str, customer_id: int, at: float) -> float | None:
        """The desk writes: until when that is free, None when it is not."""
        sql = "SELECT * FROM entry WHERE phone_number_id = ? AND customer_id = ?"
        row = self._store.row(sql, (phone_number_id, customer_id))
        if row is None:
            return None
        opened = row["opened_at"]
        if opened is None and at - row["came_at"] <= WINDOW:
            opened = at
            sql = "UPDATE entry SET opened_at = ? WHERE phone_number_id = ? AND customer_id = ?"
            self._store.write(sql, (opened, phone_number_id, customer_id))
        return opened + ENTRY if opened is not None and at < opened + ENTRY else None

    def open_until(self, phone_number_id: str, customer_id: int, at: float) -> float | None:
        """As `answered`, without answering."""
        sql = "SELECT opened_at FROM entry WHERE phone_number_id = ? AND customer_id = ?"
        row = self._store.row(sql, (phone_number_id, customer_id))
        if row is None or row["opened_at"] is None:
            return None
        ends = float(row["opened_at"]) + ENTRY
        return ends if at < ends else None

    def forget(self) -> None:
        self._store.clear("entry")


def price(category: str, *, in_window: bool, entry_ends_at: float | None, at: float, in_group: bool = False) -> Price:
    """`category` of the template, "service" for anything else."""
    if in_group:
        return Price(f"group_{category}")
    if entry_ends_at is not None:
        return Price("referral_conversion", "free_entry_point", entry_ends_at)
    if at < SERVICE_IS_CHARGED and in_window and category in ("service", "utility"):
        return Price(category, "free_customer_service")
    return Price(category)
