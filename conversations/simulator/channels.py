"""The business numbers this Cloud API knows: from the desk's demo door, or from POST /control/channels."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from conversations.simulator.store import Store


@dataclass(frozen=True)
class Channel:
    phone_number_id: str
    waba_id: str
    display_phone_number: str
    name: str
    access_token: str
    app_secret: str
    verify_token: str
    throughput: int
    webhook_url: str
    issued: int = 0  # made here, as in Meta's dashboard: whoever wants to use it needs its credentials

    @property
    def digits(self) -> str:
        """The number as webhooks' metadata has it: without `+` and spaces."""
        return "".join(c for c in self.display_phone_number if c.isdigit())

    def public(self) -> dict[str, str]:
        """What the phone page may know."""
        return {"phone_number_id": self.phone_number_id, "name": self.name, "number": self.display_phone_number}


class Channels:
    def __init__(self, store: Store, default_webhook_url: str) -> None:
        self._store = store
        self._default_webhook_url = default_webhook_url
        rows = store.rows("SELECT * FROM channel")
        self._known = {row["phone_number_id"]: Channel(**dict(row)) for row in rows}

    def __iter__(self) -> Any:
        return iter(self._known.values())

    def __len__(self) -> int:
        return len(self._known)

    def get(self, phone_number_id: str) -> Channel | None:
        return self._known.get(phone_number_id)

    def of_account(self, waba_id: str) -> list[Channel]:
        return [channel for channel in self._known.values() if channel.waba_id == waba_id]

    def learn(self, given: dict[str, Any], webhook_url: str | None = None) -> Channel:
        """Add or change one channel. Raises KeyError or ValueError when a field is missing or no number.

        Of a number issued here the desk can only say what is typed into Meta's dashboard: the callback and its token.
        """
        phone_number_id = str(given["phone_number_id"])
        before = self._known.get(phone_number_id)
        if before and before.issued:
            given = {**asdict(before), "verify_token": given.get("verify_token") or before.verify_token}
        channel = Channel(
            phone_number_id=phone_number_id,
            waba_id=str(given["waba_id"]),
            display_phone_number=str(given["display_phone_number"]),
            name=str(given.get("name") or given["display_phone_number"]),
            access_token=str(given["access_token"]),
            app_secret=str(given["app_secret"]),
            verify_token=str(given.get("verify_token") or ""),
            throughput=int(given.get("throughput") or 80),
            webhook_url=webhook_url or (before.webhook_url if before else self._default_webhook_url),
            issued=before.issued if before else 0,
        )
        return channel if channel == before else self._keep(channel)

    def issue(self, *, display_phone_number: str, name: str, waba_id: str = "") -> Channel:
        """A number as Meta's dashboard makes it, with ids and credentials of its own. Raises ValueError."""
        digits = "".join(c for c in display_phone_number if c.isdigit())
        if not 7 <= len(digits) <= 15:
            raise ValueError("not a phone number with its country code")
        account = self.of_account(waba_id)[:1]
        return self._keep(
            Channel(
                phone_number_id=_new_id(),
                waba_id=waba_id or _new_id(),
                display_phone_number=display_phone_number.strip(),
                name=name.strip()[:75] or display_phone_number,
                access_token=account[0].access_token if account else "EAA" + secrets.token_hex(40),
                app_secret=account[0].app_secret if account else secrets.token_hex(16),
                verify_token="",
                throughput=80,
                webhook_url=self._default_webhook_url,
                issued=1,
            )
        )

    def _keep(self, channel: Channel) -> Channel:
        self._known[channel.phone_number_id] = channel
        row = list(asdict(channel).values())
        self._store.write("REPLACE INTO channel VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return channel

    def forget(self) -> None:
        self._known.clear()
        self._store.write("DELETE FROM channel")


def _new_id() -> str:
    return str(secrets.randbelow(9 * 10**14) + 10**14)
