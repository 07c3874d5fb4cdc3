"""POST one signed message (Standard Webhooks). The only code here that talks to receivers."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from django.utils.translation import gettext as _

from conversations.errors import DeskError
from conversations.outgoing import guard
from crm_sync import signing
from crm_sync.connectors.contract import Answer, Outcome, Parcel

TIMEOUT = (5, 15)  # seconds to connect, to answer (Standard Webhooks: 15 to 30 in all)
READ = 300  # characters of an answer that staff get to see
LONGEST_WAIT = timedelta(hours=1)  # a Retry-After beyond it is not believed

# Standard Webhooks, "Delivery success and failure".
UNREACHABLE = frozenset({408, 425, 429, 502, 503, 504})
HOPELESS = frozenset({400, 409, 413, 415, 422})


def encode(body: dict[str, object]) -> bytes:
    """The bytes that are signed and sent: the same for the same body, whichever database kept it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


class SignedWebhook:
    """Connections of the kind "webhook"."""

    def __init__(self) -> None:
        self._mine = threading.local()  # a session keeps connections alive, and belongs to one thread

    def deliver(self, parcel: Parcel, *, at: datetime) -> Outcome:
        body = encode(parcel.body)
        try:
            headers = signing.headers(secrets_=list(parcel.secrets), webhook_id=parcel.webhook_id, at=at, body=body)
            guard.check_address(parcel.url)
            with self._session().post(
                parcel.url,
                data=body,
                headers={"content-type": "application/json", "user-agent": "Sportello-Webhooks/1", **headers},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,  # a receiver may answer with any amount: we read a little
            ) as response:
                return _outcome(response, at)
        except ValueError as problem:  # a secret that is none, an address that cannot be parsed
            return Outcome(Answer.REFUSED, problem=(_("Cannot be signed or addressed: %s") % problem)[:READ])
        except DeskError as problem:
            return Outcome(Answer.REFUSED, problem=str(problem.message)[:READ])
        except requests.Timeout:
            return Outcome(Answer.UNREACHABLE, problem=_("No answer in time"))
        except (requests.RequestException, OSError) as problem:
            return Outcome(Answer.UNREACHABLE, problem=_("No connection (%s)") % type(problem).__name__)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._mine, "session", None)
        if session is None:
            session = self._mine.session = guard.session()
        return session


def _outcome(response: requests.Response, at: datetime) -> Outcome:
    status = response.status_code
    beginning = next(
        response.iter_content(READ), b""
    )  # a short answer is read whole, so that the connection can be used again
    if 200 <= status < 300:
        return Outcome(Answer.TAKEN, status)
    said = " ".join(beginning.decode(errors="replace").split())
    problem = f"HTTP {status}: {said}" if said else f"HTTP {status}"
    wait = _retry_after(response.headers.get("retry-after", ""), at)
    if status == 410:
        return Outcome(Answer.GONE, status, problem)
    if status in UNREACHABLE:
        return Outcome(Answer.UNREACHABLE, status, problem, wait)
    if status in HOPELESS:
        return Outcome(Answer.HOPELESS, status, problem)
    return Outcome(Answer.REFUSED, status, problem, wait)


def _retry_after(value: str, at: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3)."""
    if value.strip().isdigit():
        wait = timedelta(seconds=min(int(value), LONGEST_WAIT.total_seconds()))
    else:
        try:
            when = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return None
        wait = (when if when.tzinfo else when.replace(tzinfo=UTC)) - at
    return min(max(wait, timedelta()), LONGEST_WAIT)
