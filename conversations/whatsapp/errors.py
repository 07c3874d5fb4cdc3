"""Meta's error codes: what each means for the message and what to do (facts §10; C31).

Logic branches on `code`, never on the HTTP status: rate limits usually come as 400.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class Class(StrEnum):
    RETRY = "retry"  # the same request, with backoff
    WAIT = "wait"  # a condition must pass first: longer
    NEVER = "never"  # unchanged, it will never go
    ALARM = "alarm"  # never, and an administrator must act: the channel stops


@dataclass(frozen=True, slots=True)
class Rule:
    what: Class
    sentence: str
    tries: int = 5
    first_wait: float = 1.0  # seconds; doubled (or times four for the pair rate) each time


R, W, N, A = Class.RETRY, Class.WAIT, Class.NEVER, Class.ALARM

TOKEN = gettext_noop("WhatsApp does not accept this channel's access token any more.")
PERMISSION = gettext_noop("The access token lacks a permission for this.")
BUSY = gettext_noop("WhatsApp is busy; it is tried again.")
SLOW = gettext_noop("Too much was sent at once; it goes out a little later.")
BUG = gettext_noop("WhatsApp did not accept the form of this message.")
POLICY = gettext_noop("WhatsApp has restricted this account. Sending has stopped.")
PAYMENT = gettext_noop("WhatsApp reports a payment problem of the account. Sending has stopped.")
UNREGISTERED = gettext_noop("This number is not registered with WhatsApp. Sending has stopped.")
TEMPLATE = gettext_noop("The template's values do not fit its definition.")
TEMPLATE_GONE = gettext_noop("This template is not approved in this language.")
GROUP = gettext_noop("WhatsApp refused this for the group.")
NUMBER = gettext_noop("The number could not be verified or registered.")

# Codes of one meaning together.
MEANINGS: list[tuple[tuple[int, ...], Rule]] = [
    ((0, 190), Rule(A, TOKEN)),
    ((3, 10, 131005), Rule(A, PERMISSION)),
    ((1, 131000), Rule(R, BUSY, tries=3)),
    ((2, 131016, 133004, 139102, 139103), Rule(R, BUSY)),
    ((4, 80007, 17, 613), Rule(W, SLOW, first_wait=30)),
    ((33, 100, 131008, 131009, 135000), Rule(N, BUG)),
    ((368, 131031), Rule(A, POLICY)),
    ((130429,), Rule(R, SLOW, tries=12)),
    (
        (131048,),
        Rule(
            A,
            gettext_noop("WhatsApp limits this number because customers reported or blocked it. Sending has stopped."),
            first_wait=3600,
        ),
    ),
    (
        (131056,),
        Rule(
            R, gettext_noop("Too many messages to this customer in a short time; it goes out a little later."), tries=8
        ),
    ),
    (
        (131064,),
        Rule(
            A,
            gettext_noop("WhatsApp limits this number because of wrongly classified templates. Sending has stopped."),
            first_wait=3600,
        ),
    ),
    ((131047,), Rule(N, gettext_noop("More than 24 hours since the customer wrote. Send a template."))),
    (
        (131049,),
        Rule(
            W,
            gettext_noop("WhatsApp held this marketing message back for this customer. Try again tomorrow."),
            tries=2,
            first_wait=86400,
        ),
    ),
    ((131050,), Rule(N, gettext_noop("The customer does not want marketing messages."))),
    ((130472,), Rule(N, gettext_noop("WhatsApp did not deliver this message as part of an experiment."))),
    ((130497,), Rule(N, gettext_noop("WhatsApp does not allow messages to this country from this account."))),
    ((131021,), Rule(N, gettext_noop("The number cannot write to itself."))),
    ((131026,), Rule(N, gettext_noop("This customer cannot be reached on WhatsApp."))),
    ((131030,), Rule(N, gettext_noop("A test number may write only to the numbers on its list."))),
    ((131035, 131036), Rule(N, gettext_noop("WhatsApp did not keep this message."))),
    ((131037,), Rule(A, gettext_noop("The display name of this number is not approved. Sending has stopped."))),
    ((131042, 131044, 134011), Rule(A, PAYMENT)),
    ((131045, 133010), Rule(A, UNREGISTERED)),
    ((131051, 130501), Rule(N, gettext_noop("WhatsApp does not support this kind of message."))),
    ((131052,), Rule(N, gettext_noop("The customer's file could not be fetched."))),
    ((131053,), Rule(N, gettext_noop("The file could not be uploaded: check its kind and size."))),
    ((131055, 132001), Rule(N, TEMPLATE_GONE)),
    ((134100, 134101, 134102), Rule(W, TEMPLATE_GONE, first_wait=600)),
    ((131057,), Rule(R, gettext_noop("The number is being upgraded; it is tried again."), tries=10, first_wait=60)),
    ((2494100,), Rule(R, BUSY, tries=10, first_wait=60)),
    ((131062,), Rule(N, gettext_noop("This message needs the customer's phone number."))),
    ((131063,), Rule(N, gettext_noop("Marketing templates are switched off for this number."))),
    ((132000, 132008, 132012, 132018), Rule(N, TEMPLATE)),
    ((132005,), Rule(N, gettext_noop("The template is too long once filled."))),
    ((132007,), Rule(N, gettext_noop("The template breaks WhatsApp's content rules."))),
    ((132015,), Rule(W, gettext_noop("The template is paused."), first_wait=10800)),
    ((132016,), Rule(N, gettext_noop("The template is disabled."))),
    ((132068,), Rule(N, gettext_noop("The flow is blocked."))),
    ((132069,), Rule(W, gettext_noop("The flow is limited for now."), first_wait=3600)),
    ((133000, 133008, 133009, 133015, 133016, 136024, 136025), Rule(W, NUMBER)),
    ((133005, 133006), Rule(N, NUMBER)),
    ((137000,), Rule(N, gettext_noop("The customer's identity has changed; verify it first."))),
    ((139100,), Rule(N, gettext_noop("Some customers could not be blocked."))),
    ((139101,), Rule(N, gettext_noop("The block list is full."))),
    ((131208,), Rule(W, SLOW, first_wait=60)),
    ((131020, 131041, 131059, 131201, 131202, 131203, 131204, 131207, *range(131209, 131216)), Rule(N, GROUP)),
    (
        (2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299),
        Rule(N, gettext_noop("WhatsApp refused the template's form.")),
    ),
    (tuple(range(200, 300)), Rule(A, PERMISSION)),
]
TABLE: dict[int, Rule] = {code: rule for codes, rule in MEANINGS for code in codes}

# Ours, in the same column of the message: what never reached Meta.
OURS: dict[str, str] = {
    "window_closed": gettext_noop("The service window closed before it could be sent. Send a template."),
    "halted": gettext_noop("Automatic messages are switched off."),
    "too_late": gettext_noop("An automatic message waited for more than an hour, so it was not sent."),
    "no_address": gettext_noop("This customer has no address on this channel."),
    "template_not_approved": gettext_noop("The template is not approved any more."),
    "template_paused": gettext_noop("WhatsApp has paused the template."),
    "template_disabled": gettext_noop("WhatsApp has disabled the template."),
    "template_gone": gettext_noop("The template was deleted."),
    "invalid": gettext_noop("This message cannot be put into WhatsApp's form."),
    "file_gone": gettext_noop("The file is not kept any more. Send it again."),
    "channel_off": gettext_noop("This number is switched off."),
    "network": gettext_noop("WhatsApp could not be reached; it is tried again."),
    "unconfirmed": gettext_noop("It is not known whether WhatsApp got this message."),
    "gave_up": gettext_noop("It was tried several times without success."),
}


@dataclass(frozen=True, slots=True)
class GraphError:
    """Meta's error body, however it came. `code` 0 with no body means: no usable answer."""

    code: int
    message: str
    details: str
    http_status: int
    is_transient: bool
    trace: str

    @property
    def rule(self) -> Rule:
        known = TABLE.get(self.code)
        if known is not None:
            return known
        if self.is_transient or self.http_status >= 500:
            return Rule(R, BUSY, tries=3)
        return Rule(N, gettext_noop("WhatsApp refused this message."))

    def wait(self, tries: int) -> float:
        """Seconds until the next try; the pair rate backs off by 4^X (facts §9)."""
        factor = 4 if self.code == 131056 else 2
        return float(min(self.rule.first_wait * factor ** max(tries - 1, 0), 6 * 3600))


def parse(body: Any, http_status: int) -> GraphError:
    """From an answer's JSON (or None). `error_data` may be a string, `code` a number in text."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return GraphError(-1, "", "", http_status, http_status >= 500, "")
    data = error.get("error_data")
    details = data.get("details", "") if isinstance(data, dict) else (data if isinstance(data, str) else "")
    try:
        code = int(error.get("code", -1))
    except (TypeError, ValueError):
        code = -1
    return GraphError(
        code=code,
        message=str(error.get("message", ""))[:300],
        details=str(details or error.get("error_user_msg") or "")[:300],
        http_status=http_status,
        is_transient=bool(error.get("is_transient")),
        trace=str(error.get("fbtrace_id", ""))[:80],
    )


def describe(code: str) -> str:
    """The sentence an agent reads for a message's `error_code`, ours or Meta's."""
    if not code:
        return ""
    if code in OURS:
        return _(OURS[code])
    if code.isdigit() and int(code) in TABLE:
        return _(TABLE[int(code)].sentence)
    return _("WhatsApp refused this message.")
