"""Groups of a business number and who is in them (facts §7): what WhatsApp keeps."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import Any

from conversations.simulator.store import Store

MOST_MEMBERS = 8  # besides the business
LINK = "https://chat.whatsapp.com/"
IN, ASKS, REMOVED, LEFT = "in", "asks", "removed", "left"


@dataclass(frozen=True)
class Group:
    id: str
    phone_number_id: str
    subject: str
    description: str
    by_approval: int  # who follows the link only asks to join
    link: str
    created_at: float  # business time
    suspended: int = 0
    picture: str = ""  # hash of a kept file

    @property
    def mode(self) -> str:
        return "approval_required" if self.by_approval else "auto_approve"


@dataclass(frozen=True)
class Member:
    group_id: str
    customer_id: int
    state: str  # in, asks, removed, left
    request_id: str  # of somebody who asks
    at: float


class Groups:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = {row["id"]: Group(**dict(row)) for row in store.rows("SELECT * FROM chat_group")}

    def get(self, group_id: str) -> Group | None:
        return self._known.get(group_id)

    def of_number(self, phone_number_id: str) -> list[Group]:
        found = [group for group in self._known.values() if group.phone_number_id == phone_number_id]
        return sorted(found, key=lambda group: (group.created_at, group.id))

    def by_link(self, link: str) -> Group | None:
        return next((group for group in self._known.values() if group.link == link), None)

    def add(
        self,
        phone_number_id: str,
        *,
        subject: str,
        description: str = "",
        by_approval: bool = False,
        at: float,
        key: str = "",
    ) -> Group:
        """`key`: to get the same id each time."""
        name = f"capi_group:{phone_number_id}:{key or secrets.randbelow(9 * 10**17) + 10**17}"
        group = Group(
            id=urlsafe_b64encode(name.encode()).decode().rstrip("=") + "ZD",
            phone_number_id=phone_number_id,
            subject=subject,
            description=description,
            by_approval=int(by_approval),
            link=_new_link(),
            created_at=at,
        )
        return self._keep(group)

    def change(self, group: Group, **changes: Any) -> Group:
        return self._keep(replace(group, **changes))

    def new_link(self, group: Group) -> Group:
        """The old one leads nowhere any more."""
        return self._keep(replace(group, link=_new_link()))

    def delete(self, group: Group) -> None:
        del self._known[group.id]
        self._store.write("DELETE FROM chat_group WHERE id = ?", (group.id,))
        self._store.write("DELETE FROM member WHERE group_id = ?", (group.id,))

    # ---- members ----

    def members(self, group_id: str, state: str = IN) -> list[Member]:
        sql = "SELECT * FROM member WHERE group_id = ? AND state = ? ORDER BY at, customer_id"
        return [Member(**dict(row)) for row in self._store.rows(sql, (group_id, state))]

    def member(self, group_id: str, customer_id: int) -> Member | None:
        sql = "SELECT * FROM member WHERE group_id = ? AND customer_id = ?"
        row = self._store.row(sql, (group_id, customer_id))
        return Member(**dict(row)) if row else None

    def is_in(self, group_id: str, customer_id: int) -> bool:
        member = self.member(group_id, customer_id)
        return member is not None and member.state == IN

    def is_full(self, group_id: str) -> bool:
        return len(self.members(group_id)) >= MOST_MEMBERS

    def set_member(self, group_id: str, customer_id: int, state: str, at: float) -> Member:
        request_id = secrets.token_urlsafe(24) if state == ASKS else ""
        member = Member(group_id, customer_id, state, request_id, at)
        self._store.write("REPLACE INTO member VALUES (?, ?, ?, ?, ?)", tuple(vars(member).values()))
        return member

    def forget(self) -> None:
        self._known.clear()
        self._store.clear("chat_group", "member")

    def _keep(self, group: Group) -> Group:
        self._known[group.id] = group
        self._store.write("REPLACE INTO chat_group VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", tuple(vars(group).values()))
        return group


def _new_link() -> str:
    return LINK + secrets.token_urlsafe(16)
