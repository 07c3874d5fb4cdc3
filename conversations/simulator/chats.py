"""Every message between customers and the desk, and what each customer really received (D28)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from conversations.simulator.clock import iso, machine_now
from conversations.simulator.store import Store

RANK = {"queued": 0, "accepted": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 9}
SHOWN = 200  # newest messages of a chat on the page
MOST_PINNED = 3
Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message has come, for the page. `chat` is its group's id or its customer's."""

    wamid: str
    status: str
    delivered_at: float | None
    read_at: float | None
    chat: str | int | None


class Chats:
    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        *,
        wamid: str,
        phone_number_id: str,
        customer_id: int | None,
        recipient: str,
        from_customer: bool,
        kind: str,
        body: dict[str, Any],
        at: float,
        status: str,
        reach: int = 0,
        error_code: int | None = None,
        category: str = "service",
        opaque: str | None = None,
        group_id: str | None = None,
        price: dict[str, Any] | None = None,
    ) -> Row:
        """Keep a message; its row."""
        known = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        content_hash = hashlib.sha256(f"{kind}:{json.dumps(body.get('content'), sort_keys=True)}".encode()).hexdigest()
        sql = """INSERT INTO message (wamid, phone_number_id, customer_id, recipient, from_customer, type, body, at,
                 accepted_at, status, reach, error_code, category, opaque, content_hash, group_id, price)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
        row = (wamid, phone_number_id, customer_id, recipient, int(from_customer), kind, known, at, machine_now())
        more = (status, reach, error_code, category, opaque, content_hash[:32], group_id, price and json.dumps(price))
        row_id = self._store.write(sql, (*row, *more))
        return self._store.rows("SELECT * FROM message WHERE id = ?", (row_id,))[0]

    def get(self, wamid: str) -> Row | None:
        return self._store.row("SELECT * FROM message WHERE wamid = ?", (wamid,))

    def reached(self, wamid: str, status: str, at: float) -> Progress | None:
        """Raise a message's status, never lower it, and keep when; how it stands when that changed."""
        row = self.get(wamid)
        if row is None or RANK[status] <= RANK[row["status"]]:
            return None
        delivered_at = row["delivered_at"] or (at if status in ("delivered", "read", "played") else None)
        read_at = row["read_at"] or (at if status in ("read", "played") else None)
        sql = "UPDATE message SET status = ?, delivered_at = ?, read_at = ? WHERE id = ?"
        self._store.write(sql, (status, delivered_at, read_at, row["id"]))
        return Progress(wamid, status, delivered_at, read_at, row["group_id"] or row["customer_id"])

    def rewrite(self, row: Row, body: dict[str, Any]) -> None:
        """The message reads otherwise now: edited, or taken back."""
        known = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        self._store.write("UPDATE message SET body = ? WHERE id = ?", (known, row["id"]))

    def read_by_desk(self, row: Row, at: float) -> list[Progress]:
        """Marking one as read marks the earlier ones too (facts §8); those that changed."""
        sql = """SELECT wamid FROM message WHERE customer_id = ? AND phone_number_id = ? AND from_customer
                 AND group_id IS NULL AND id <= ? AND status != 'read'"""
        unread = self._store.rows(sql, (row["customer_id"], row["phone_number_id"], row["id"]))
        changed = (self.reached(each["wamid"], "read", at) for each in unread)
        return [progress for progress in changed if progress]

    def unreached(self, customer_id: int, reach: int) -> list[Row]:
        """The desk's messages this phone has not got yet (reach 0), or got and not opened (reach 1)."""
        sql = """SELECT * FROM message WHERE customer_id = ? AND from_customer = 0 AND reach = ? AND status != 'failed'
                 AND group_id IS NULL AND type != 'reaction' ORDER BY id"""
        return self._store.rows(sql, (customer_id, reach))

    def unreached_in_groups(self, customer_id: int, reach: int) -> list[Row]:
        """The same of messages to groups this customer is in."""
        sql = """SELECT message.* FROM receipt JOIN message USING (wamid)
                 WHERE receipt.customer_id = ? AND receipt.reach = ? ORDER BY message.id"""
        return self._store.rows(sql, (customer_id, reach))

    def set_receipt(self, wamid: str, customer_id: int, reach: int) -> None:
        self._store.write("REPLACE INTO receipt VALUES (?, ?, ?)", (wamid, customer_id, reach))

    def set_reach(self, row_id: int, reach: int) -> None:
        self._store.write("UPDATE message SET reach = ? WHERE id = ?", (reach, row_id))

    def react(self, wamid: str, emoji: str, *, customer_id: int = 0) -> None:
        """Customer 0 is the desk; no emoji takes the reaction back."""
        key = (wamid, customer_id)
        if emoji:
            self._store.write("REPLACE INTO reacted VALUES (?, ?, ?)", (*key, emoji))
        else:
            self._store.write("DELETE FROM reacted WHERE wamid = ? AND customer_id = ?", key)

    # ---- pinned in groups ----

    def pin(self, group_id: str, wamid: str, *, at: float, until: float) -> None:
        """At most three; the oldest message goes."""
        self._store.write("REPLACE INTO pinned VALUES (?, ?, ?, ?)", (group_id, wamid, at, until))
        pinned = self.pinned(group_id, at)
        if len(pinned) > MOST_PINNED:
            self.unpin(group_id, pinned[-1]["wamid"])

    def unpin(self, group_id: str, wamid: str) -> None:
        self._store.write("DELETE FROM pinned WHERE group_id = ? AND wamid = ?", (group_id, wamid))

    def pinned(self, group_id: str, now: float) -> list[Row]:
        """Newest message first."""
        sql = """SELECT message.* FROM pinned JOIN message USING (wamid)
                 WHERE pinned.group_id = ? AND until > ? ORDER BY message.id DESC"""
        return self._store.rows(sql, (group_id, now))

    # ---- for the page ----

    def chat(self, customer_id: int, phone_number_id: str) -> list[dict[str, Any]]:
        sql = """SELECT * FROM message WHERE customer_id = ? AND phone_number_id = ? AND group_id IS NULL
                 AND type NOT IN ('reaction', 'pin') AND (from_customer OR (status != 'failed' AND reach > 0))
                 ORDER BY id DESC LIMIT ?"""
        rows = self._store.rows(sql, (customer_id, phone_number_id, SHOWN))
        return [self.as_json(row) for row in reversed(rows)]

    def group_chat(self, group_id: str) -> list[dict[str, Any]]:
        sql = """SELECT * FROM message WHERE group_id = ? AND type NOT IN ('reaction', 'pin') AND status != 'failed'
                 ORDER BY id DESC LIMIT ?"""
        return [self.as_json(row) for row in reversed(self._store.rows(sql, (group_id, SHOWN)))]

    def as_json(self, row: Row) -> dict[str, Any]:
        found = self._store.rows("SELECT customer_id, emoji FROM reacted WHERE wamid = ?", (row["wamid"],))
        body = json.loads(row["body"])
        quoted = self.get(body["quotes"]) if body.get("quotes") else None
        sender = self._name(row) if row["group_id"] and row["from_customer"] else ""
        return {
            "id": row["id"],
            "wamid": row["wamid"],
            "customer": row["customer_id"],
            "group": row["group_id"],
            "sender": sender,
            "mine": bool(row["from_customer"]),
            "type": row["type"],
            "at": row["at"],
            "status": row["status"],
            "delivered_at": row["delivered_at"],
            "read_at": row["read_at"],
            **body,
            "quoted": self._quote(quoted) if quoted else None,
            "reactions": {str(each["customer_id"]): each["emoji"] for each in found},
        }

    def _quote(self, row: Row) -> dict[str, Any]:
        customer = row["customer_id"] if row["from_customer"] else None
        return {"customer": customer, "sender": self._name(row), "text": gist(row), "type": row["type"]}

    def _name(self, row: Row) -> str:
        if not row["from_customer"]:
            return ""
        found = self._store.row("SELECT name FROM customer WHERE id = ?", (row["customer_id"],))
        return str(found["name"]) if found else ""

    # ---- for whoever counts ----

    def received(self, *, phone_number_id: str, to: str, after: int, limit: int) -> list[dict[str, Any]]:
        sql = """SELECT * FROM message WHERE from_customer = 0 AND status != 'failed' AND id > ?
                 AND (? = '' OR phone_number_id = ?) AND (? = '' OR recipient = ?) ORDER BY id LIMIT ?"""
        rows = self._store.rows(sql, (after, phone_number_id, phone_number_id, to, to, limit))
        return [
            {
                "id": row["id"],
                "wamid": row["wamid"],
                "phone_number_id": row["phone_number_id"],
                "to": row["recipient"],
                "type": row["type"],
                "text": gist(row),
                "status": row["status"],
                "biz_opaque_callback_data": row["opaque"],
                "content_hash": row["content_hash"],
                "accepted_at": iso(row["accepted_at"]),
                "at": iso(row["at"]),
            }
            for row in rows
        ]

    def summary(self, phone_number_id: str = "") -> dict[str, Any]:
        """Counts only; quick for tens of thousands. What follows a slash in the desk's mark is the attempt: copies of one message."""
        values = (phone_number_id, phone_number_id)
        doubled = self._store.row(
            """SELECT COUNT(*) AS keys, COALESCE(SUM(times - 1), 0) AS extra FROM (
                SELECT COUNT(*) AS times FROM message
                WHERE opaque IS NOT NULL AND from_customer = 0 AND status != 'failed'
                AND (? = '' OR phone_number_id = ?)
                GROUP BY phone_number_id, substr(opaque, 1, instr(opaque || '/', '/') - 1) HAVING COUNT(*) > 1)""",
            values,
        )
        by_status = self._store.rows(
            """SELECT status, COUNT(*) AS n FROM message WHERE from_customer = 0 AND (? = '' OR phone_number_id = ?)
               GROUP BY status""",
            values,
        )
        written = self._store.row("SELECT COUNT(*) AS n FROM message WHERE from_customer = 1")
        counts = {row["status"]: row["n"] for row in by_status}
        return {
            "total": sum(n for status, n in counts.items() if status != "failed"),
            "by_status": counts,
            "by_opaque_duplicates": doubled["keys"] if doubled else 0,
            "extra_copies": doubled["extra"] if doubled else 0,
            "from_customers": written["n"] if written else 0,
        }

    def reset(self) -> None:
        self._store.clear("message", "reacted", "receipt", "pinned")


def gist(row: Row) -> str:
    """A message in one line of text."""
    body = json.loads(row["body"])
    content = body.get("content") or {}
    if body.get("revoked"):
        return ""
    if body.get("shown"):
        return str(body["shown"].get("body", ""))
    if isinstance(content, list):
        return ", ".join(str(card.get("name", {}).get("formatted_name", "")) for card in content)
    reply = content.get("button_reply") or content.get("list_reply") or content.get("body")
    if isinstance(reply, dict):
        return str(reply.get("title") or reply.get("text") or "")
    return str(
        reply or content.get("caption") or content.get("text") or content.get("name") or content.get("emoji") or ""
    )
