"""The only code that talks to Meta (ARCHITECTURE). One place for timeouts, retries of reads, and what an answer means.

What is asked of Meta is in client.py (messages and files), registration.py (numbers), management.py (templates) and commerce.py (products).
"""

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

Json = dict[str, Any]


class ApiError(Exception):
    """Meta answered with an error; `error.rule` says what to do."""

    def __init__(self, error: GraphError) -> None:
        self.error = error
        super().__init__(f"({error.code}) {error.message}")


class NotSent(Exception):
    """The request never reached Meta: it is safe to send it again."""


class Unanswered(Exception):
    """The request may have reached Meta, the answer did not reach us: never repeat it blindly (D3, D4).

    `answer` is what came instead of one, where that was JSON.
    """

    def __init__(self, reason: str, answer: Any = None) -> None:
        self.answer = answer if isinstance(answer, dict) else {}
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Access:
    """What is needed to speak for one channel."""

    base_url: str
    api_version: str
    phone_number_id: str
    waba_id: str
    access_token: str


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


class Transport:
    """Calls for one channel. Raises ApiError, NotSent or Unanswered."""

    def __init__(self, access: Access) -> None:
        self.access = access

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

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access.access_token}"}

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **kwargs: Any) -> Json:
        url = f"{self.access.base_url.rstrip('/')}/{self.access.api_version}/{path}"
        try:
            response = _session().request(
                method,
                url,
                headers={**self._headers(), **(headers or {})},
                timeout=(CONNECT, READ),
                allow_redirects=False,
                **kwargs,
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
        if response.status_code >= 400 or (isinstance(body, dict) and "error" in body):  # 206 may carry one (131201)
            error = parse(body, response.status_code)
            if error.code < 0 and response.status_code >= 500:
                raise Unanswered(f"HTTP {response.status_code} without a reason", body)
            raise ApiError(error)
        if not isinstance(body, dict):
            raise Unanswered("an answer that is no JSON object")
        return body


def _after_connection_error(problem: requests.ConnectionError) -> Exception:
    """Refused or not found: nothing was sent. A cut connection: who knows."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    name = type(reason).__name__
    if name in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}:
        return NotSent(name)
    return Unanswered(type(problem).__name__)
