"""Customers a business number has blocked, and customers who have blocked a business number."""

from __future__ import annotations

from conversations.simulator.clock import machine_now
from conversations.simulator.store import Store


class Blocks:
    """`address` is a customer's phone number, or the user id of one without."""

    def __init__(self, store: Store) -> None:
        self._store = store
        rows = store.rows("SELECT phone_number_id, address, by_customer FROM block ORDER BY at")
        self._known = {(row["phone_number_id"], row["address"], row["by_customer"]): None for row in rows}

    def add(self, phone_number_id: str, address: str, *, by_customer: bool = False) -> None:
        key = (phone_number_id, address, int(by_customer))
        self._known[key] = None
        self._store.write("REPLACE INTO block VALUES (?, ?, ?, ?)", (*key, machine_now()))

    def remove(self, phone_number_id: str, address: str, *, by_customer: bool = False) -> bool:
        """False when it was not blocked."""
        key = (phone_number_id, address, int(by_customer))
        self._store.write("DELETE FROM block WHERE phone_number_id = ? AND address = ? AND by_customer = ?", key)
        return self._known.pop(key, 0) is None

    def has(self, phone_number_id: str, address: str, *, by_customer: bool = False) -> bool:
        return (phone_number_id, address, int(by_customer)) in self._known

    def all(self, phone_number_id: str) -> list[str]:
        """Whom this business number has blocked, oldest first."""
        return [
            address for number, address, by_customer in self._known if number == phone_number_id and not by_customer
        ]

    def count(self, phone_number_id: str) -> int:
        return len(self.all(phone_number_id))

    def forget(self) -> None:
        self._known.clear()
        self._store.clear("block")
