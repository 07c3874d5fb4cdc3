"""The people with a phone: those played on the page, and those somebody wrote for (POST /control/heard)."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any

from conversations.simulator.clock import machine_now
from conversations.simulator.rules import BSUID, digits
from conversations.simulator.store import Settings, Store

COUNTRIES = {"39": "IT", "44": "GB", "49": "DE", "33": "FR", "34": "ES", "41": "CH", "43": "AT", "55": "BR", "52": "MX"}

# name, number ("" = only a user id), username, note: the customers of the first start, all invented
PEOPLE = (
    ("Marta Belluzzi", "393471200101", "", "hotel, Italian"),
    ("Sergio Lonati", "393471200102", "", "waits for a parcel"),
    ("Ines Carraro", "393471200103", "ines.carraro", "sends voice messages"),
    ("Olivia Brandt", "4915112300104", "", "writes English"),
    ("Yusuf Demir", "", "yusuf.demir", "no phone number, user id only"),
)


@dataclass(frozen=True)
class Customer:
    id: int
    name: str
    wa_id: str | None  # None: hides the phone number, can only be reached by user_id
    user_id: str  # business-scoped (facts §4)
    username: str | None
    note: str
    online: int
    read_receipts: int
    active_at: float  # business time, unix seconds

    @property
    def address(self) -> str:
        return self.wa_id or self.user_id


class Customers:
    """All of them in memory: some ten thousand of a bench are a few megabytes."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._by_id: dict[int, Customer] = {}
        self._by_address: dict[str, Customer] = {}
        self._heard: dict[tuple[str, int], float] = {}
        rows = store.rows("SELECT * FROM no_offers")
        self._no_offers = {(row["phone_number_id"], row["customer_id"]) for row in rows}
        for row in store.rows("SELECT * FROM customer"):
            self._keep(Customer(**dict(row)))
        for row in store.rows("SELECT * FROM heard"):
            self._heard[row["phone_number_id"], row["customer_id"]] = row["at"]

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, customer_id: int | None) -> Customer | None:
        return self._by_id.get(customer_id) if customer_id is not None else None

    def find(self, to: str, recipient: str = "") -> Customer | None:
        """By phone, which wins when both are given, or by user id; with the prefixes of Brazil, Mexico, Argentina."""
        if not to:
            return self._by_address.get(recipient)
        number = digits(to)
        found = (self._by_address.get(form) for form in (number, *_other_forms(number)))
        return next((customer for customer in found if customer), None)

    def recent(self, search: str = "", limit: int = 60) -> list[Customer]:
        """Last written first, filtered by part of a name or number."""
        like = f"%{search}%"
        sql = "SELECT id FROM customer WHERE ? = '' OR name LIKE ? OR wa_id LIKE ? ORDER BY active_at DESC, id LIMIT ?"
        return [self._by_id[row["id"]] for row in self._store.rows(sql, (search, like, like, limit))]

    def add(
        self,
        *,
        name: str,
        number: str = "",
        user_id: str = "",
        username: str = "",
        note: str = "",
        active_at: float = 0,
    ) -> Customer:
        """Raises ValueError for a number or user id that is none, or is somebody else's."""
        wa_id = digits(number) if number else None
        if wa_id == "" or (user_id and not BSUID.match(user_id)):
            raise ValueError("not a phone number with its country code, or not a user id")
        user_id = user_id or make_user_id(wa_id)
        if user_id in self._by_address or (wa_id and wa_id in self._by_address):
            raise ValueError("somebody has this number already")
        settings = self._settings
        customer = Customer(
            id=0,
            name=name.strip()[:80] or "+" + (wa_id or user_id),
            wa_id=wa_id,
            user_id=user_id,
            username=username or None,
            note=note[:120],
            online=int(settings["online"]),
            read_receipts=int(settings["read_receipts"]),
            active_at=active_at,
        )
        values = [value for key, value in asdict(customer).items() if key != "id"]
        sql = """INSERT INTO customer (name, wa_id, user_id, username, note, online, read_receipts, active_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
        return self._keep(replace(customer, id=self._store.write(sql, values)))

    def met(self, address: str, *, name: str = "", user_id: str = "") -> Customer:
        """The customer with this number or user id, new if need be. Raises ValueError."""
        by_id = bool(BSUID.match(address))
        found = self.find("" if by_id else address, address)
        if found:
            nameless = found.name == "+" + found.address
            return self.change(found, name=name[:80]) if name and nameless else found
        return self.add(name=name, number="" if by_id else address, user_id=address if by_id else user_id)

    def change(self, customer: Customer, **changes: Any) -> Customer:
        changed = replace(customer, **changes)
        sql = "UPDATE customer SET name = ?, note = ?, online = ?, read_receipts = ?, active_at = ? WHERE id = ?"
        row = (changed.name, changed.note, changed.online, changed.read_receipts, changed.active_at, changed.id)
        self._store.write(sql, row)
        return self._keep(changed)

    def all(self) -> list[Customer]:
        return list(self._by_id.values())

    def wrote(self, customer: Customer, phone_number_id: str, at: float) -> None:
        """Open or renew the service window, which starts at the customer's newest message."""
        key = (phone_number_id, customer.id)
        if at > self._heard.get(key, 0.0):
            self._heard[key] = at
            self._store.write("REPLACE INTO heard VALUES (?, ?, ?)", (*key, at))
        if at > customer.active_at:
            self.change(customer, active_at=at)

    def last_heard(self, customer: Customer, phone_number_id: str) -> float | None:
        return self._heard.get((phone_number_id, customer.id))

    def last_heard_in(self, group_id: str) -> float | None:
        """When any member last wrote to a group: `wrote` was told the group's id instead of a number's."""
        return max((at for (where, _who), at in self._heard.items() if where == group_id), default=None)

    def renumber(self, customer: Customer, number: str) -> Customer:
        """A new number and, with it, a new user id. Raises ValueError."""
        wa_id = digits(number)
        if not customer.wa_id or not wa_id or wa_id in self._by_address:
            raise ValueError("not a phone number with its country code, or somebody's already")
        del self._by_address[customer.wa_id], self._by_address[customer.user_id]
        changed = replace(customer, wa_id=wa_id, user_id=make_user_id(wa_id))
        values = (changed.wa_id, changed.user_id, changed.id)
        self._store.write("UPDATE customer SET wa_id = ?, user_id = ? WHERE id = ?", values)
        return self._keep(changed)

    def wants_offers(self, customer: Customer, phone_number_id: str) -> bool:
        return (phone_number_id, customer.id) not in self._no_offers

    def set_offers(self, customer: Customer, phone_number_id: str, *, wanted: bool) -> None:
        key = (phone_number_id, customer.id)
        if wanted:
            self._no_offers.discard(key)
            self._store.write("DELETE FROM no_offers WHERE phone_number_id = ? AND customer_id = ?", key)
        else:
            self._no_offers.add(key)
            self._store.write("REPLACE INTO no_offers VALUES (?, ?)", key)

    def reset(self) -> None:
        self._by_id.clear()
        self._by_address.clear()
        self._heard.clear()
        self._no_offers.clear()
        self._store.clear("customer", "heard", "no_offers")

    def seed(self) -> None:
        for place, (name, number, username, note) in enumerate(PEOPLE):
            self.add(name=name, number=number, username=username, note=note, active_at=machine_now() - place)

    def _keep(self, customer: Customer) -> Customer:
        self._by_id[customer.id] = customer
        self._by_address[customer.user_id] = customer
        if customer.wa_id:
            self._by_address[customer.wa_id] = customer
        return customer


def make_user_id(wa_id: str | None) -> str:
    country = COUNTRIES.get((wa_id or "39")[:2], "US")
    return f"{country}.{secrets.randbelow(9 * 10**19) + 10**19}"


def _other_forms(number: str) -> list[str]:
    """The same mobile written the other way (facts §11)."""
    if re.fullmatch(r"55\d{2}9\d{8}", number):
        return [number[:4] + number[5:]]
    if re.fullmatch(r"55\d{2}[6-9]\d{7}", number):
        return [f"{number[:4]}9{number[4:]}"]
    if re.fullmatch(r"521\d{10}", number):
        return ["52" + number[3:]]
    if re.fullmatch(r"52\d{10}", number):
        return ["521" + number[2:]]
    if number.startswith("549"):
        return ["54" + number[3:]]
    return []
