"""The only code that talks to Meta (ARCHITECTURE). One place for timeouts, retries of reads, and what an answer means."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from conversations.whatsapp.errors import GraphError, parse

CONNECT, READ = 5.0, 30.0  # seconds
CHUNK = 64 * 1024
LONGEST_ID = 200  # as long as the column

Json = dict[str, Any]


class ApiError(Exception):
    """Meta answered with an error; `error.rule` says what to do."""

    def __init__(self, error: GraphError) -> None:
        self.error = error
        super().__init__(f"({error.code}) {error.message}")


class NotSent(Exception):
    """The request never reached Meta: it is safe to send it again."""


class Unanswered(Exception):
    """The request may have reached Meta, the answer did not reach us: never repeat it blindly (D3, D4)."""


@dataclass(frozen=True, slots=True)
class Access:
    """What is needed to speak for one channel."""

    base_url: str
    api_version: str
    phone_number_id: str
    waba_id: str
    access_token: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took the message. 200 means accepted, never delivered (facts §0)."""

    wamid: str
    wa_id: str
    user_id: str
    message_status: str


class _Local(threading.local):
    session: requests.Session | None = None


_local = _Local()


def _session() -> requests.Session:
    """One per thread, with kept-alive connections. Reads are repeated by urllib3; POSTs never."""
    if _local.session is None:
        session = requests.Session()
        retry = Retry(
            total=2, connect=2, read=2, status=2, backoff_factor=0.3, status_forcelist=(502, 503, 504), allowed_methods={"GET"},
            raise_on_status=False,
        )  # fmt: skip
        adapter = HTTPAdapter(max_retries=retry, pool_maxsize=4)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.trust_env = False
        _local.session = session
    return _local.session


class CloudApi:
    """Meta's Cloud API for one channel (facts §8)."""

    def __init__(self, access: Access) -> None:
        self.access = access

    def send(self, payload: Json) -> Accepted:
        """POST /{phone number id}/messages. Raises ApiError, NotSent or Unanswered."""
        answer = self._call("POST", f"{self.access.phone_number_id}/messages", json=payload)
        message, contact = _first(answer.get("messages")), _first(answer.get("contacts"))
        wamid = str(message.get("id") or "")
        if not 0 < len(wamid) <= LONGEST_ID:
            raise Unanswered("an answer without a message id")
        return Accepted(
            wamid=wamid,
            wa_id=str(contact.get("wa_id") or ""),
            user_id=str(contact.get("user_id") or ""),
            message_status=str(message.get("message_status") or ""),
        )

    def mark_read(self, wamid: str, *, typing: bool = False) -> None:
        """Blue ticks for this and all earlier messages; with `typing` the dots too, for 25 s or until the answer."""
        payload: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            payload["typing_indicator"] = {"type": "text"}
        self._call("POST", f"{self.access.phone_number_id}/messages", json=payload)

    def media(self, media_id: str) -> Json:
        """Link (valid five minutes), type, size and hash of a file."""
        return self._call("GET", media_id, params={"phone_number_id": self.access.phone_number_id})

    def download(self, url: str) -> Iterator[bytes]:
        """The file behind a media link, in pieces. Raises ApiError (404: ask for a new link) or NotSent."""
        try:
            response = _session().get(
                url, headers=self._headers(), timeout=(CONNECT, READ), stream=True, allow_redirects=False
            )
        except requests.RequestException as problem:
            raise NotSent(type(problem).__name__) from problem
        with response:
            if response.status_code != requests.codes.ok:
                raise ApiError(parse(None, response.status_code))
            try:
                yield from response.iter_content(CHUNK)
            except requests.RequestException as problem:
                raise NotSent(type(problem).__name__) from problem

    def upload(self, *, content: bytes, content_type: str, filename: str) -> str:
        """Meta's media id, kept 30 days."""
        answer = self._call(
            "POST",
            f"{self.access.phone_number_id}/media",
            data={"messaging_product": "whatsapp", "type": content_type},
            files={"file": (filename, content, content_type)},
        )
        return str(answer.get("id") or "")

    def phone_number(self) -> Json:
        fields = "verified_name,display_phone_number,quality_rating,status,throughput,whatsapp_business_manager_messaging_limit"
        return self._call("GET", self.access.phone_number_id, params={"fields": fields})

    def phone_numbers(self) -> list[Json]:
        return list(self._call("GET", f"{self.access.waba_id}/phone_numbers").get("data") or [])

    def templates(self) -> list[Json]:
        """All pages."""
        found: list[Json] = []
        params: Json = {"fields": "id,name,language,status,category,quality_score,components", "limit": 100}
        while True:
            page = self._call("GET", f"{self.access.waba_id}/message_templates", params=params)
            found += page.get("data") or []
            after = ((page.get("paging") or {}).get("cursors") or {}).get("after")
            if not after or not (page.get("paging") or {}).get("next"):
                return found
            params = {**params, "after": after}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access.access_token}"}

    def _call(self, method: str, path: str, **kwargs: Any) -> Json:
        url = f"{self.access.base_url.rstrip('/')}/{self.access.api_version}/{path}"
        try:
            response = _session().request(
                method, url, headers=self._headers(), timeout=(CONNECT, READ), allow_redirects=False, **kwargs
            )
        except requests.ConnectTimeout as problem:
            raise NotSent("connect timeout") from problem
        except requests.ConnectionError as problem:
            raise _after_connection_error(problem) from problem
        except requests.RequestException as problem:
            raise Unanswered(type(problem).__name__) from problem
        try:
            body = response.json()
        except ValueError:
            body = None
        if response.status_code >= 400:
            error = parse(body, response.status_code)
            if error.code < 0 and response.status_code >= 500:
                raise Unanswered(f"HTTP {response.status_code} without a reason")
            raise ApiError(error)
        if not isinstance(body, dict):
            raise Unanswered("an answer that is no JSON object")
        return body


def _first(items: Any) -> Json:
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}


def _after_connection_error(problem: requests.ConnectionError) -> Exception:
    """Refused or not found: nothing was sent. A cut connection: who knows."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    name = type(reason).__name__
    if name in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}:
        return NotSent(name)
    return Unanswered(type(problem).__name__)
