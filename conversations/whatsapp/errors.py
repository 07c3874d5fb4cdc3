"""What Meta answers when it says no, and what we say to people about it (C31).

Logic branches on `code`, never on the HTTP status: rate limits usually come as 400 (facts §0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.whatsapp import errors_of_setup, errors_table
from conversations.whatsapp.error_rules import Class, Rule

TABLE: dict[int, Rule] = {code: rule for codes, rule in [*errors_table.ROWS, *errors_of_setup.ROWS] for code in codes}
UNKNOWN = gettext_noop("WhatsApp refused this message.")
UNKNOWN_PASSING = Rule(Class.RETRY, UNKNOWN, tries=3)
UNKNOWN_FINAL = Rule(Class.NEVER, UNKNOWN)
NO_CODE = "http_"  # and the status: an answer without Meta's error body

# Ours, in the same column of the message: what never reached Meta.
OURS: dict[str, str] = {
    "window_closed": gettext_noop("The service window closed before it could be sent. Send a template."),
    "halted": gettext_noop("Automatic messages are switched off."),
    "too_late": gettext_noop("An automatic message waited for more than an hour, so it was not sent."),
    "no_address": gettext_noop("This customer has no address on this channel."),
    "template_not_approved": gettext_noop("The template is not approved any more."),
    "template_disabled": gettext_noop("WhatsApp has disabled the template."),
    "template_gone": gettext_noop("The template was deleted."),
    "invalid": gettext_noop("This message cannot be put into WhatsApp's form."),
    "file_gone": gettext_noop("The file is not kept any more. Send it again."),
    "channel_off": gettext_noop("This number is switched off."),
    "network": gettext_noop("WhatsApp could not be reached. Trying again helps once the connection is back."),
    "unconfirmed": gettext_noop(
        "It is not known whether WhatsApp got this message. Wait for its status; sent again, it may arrive twice."
    ),
    "opted_out": gettext_noop("The customer does not want marketing messages."),
    "cap_reached": gettext_noop("A cap would have held this automatic reply back for so long that it was not sent."),
    "pair_rate": gettext_noop("Many messages went to this customer at once; the next goes when WhatsApp takes it."),
    "gave_up": gettext_noop("It was tried several times without success."),
    "no_reason": gettext_noop("WhatsApp did not deliver this message, and gave no reason."),
}

# Why a channel stopped when Meta told of it by webhook.
STOPPED: dict[str, str] = {
    "account_disabled": gettext_noop("WhatsApp has disabled the business account. Appeal in WhatsApp Manager."),
    "account_restricted": gettext_noop("WhatsApp does not let the business answer its customers for now."),
    "account_deleted": gettext_noop("The business account was deleted at WhatsApp."),
    "account_offboarded": gettext_noop(
        "The business app was set up anew on a phone. WhatsApp usually reconnects within minutes."
    ),
    "account_removed": gettext_noop("The business account is not shared with this desk any more. Connect it again."),
}


@dataclass(frozen=True, slots=True)
class GraphError:
    """Meta's error body, however it came. `code` -1: there was none."""

    code: int
    message: str
    details: str
    http_status: int
    is_transient: bool
    trace: str
    subcode: int = 0  # Meta calls it deprecated; only what it says of templates is not in the code (facts §10: 2388xxx)

    @property
    def rule(self) -> Rule:
        known = TABLE.get(self.code)
        if known is not None:
            return known
        passing = self.is_transient or self.http_status >= 500 or (self.code < 0 and self.http_status == 429)
        return UNKNOWN_PASSING if passing else UNKNOWN_FINAL

    @property
    def label(self) -> str:
        """What a message's `error_code` keeps."""
        return str(self.code) if self.code >= 0 else f"{NO_CODE}{self.http_status}"


def parse(body: Any, http_status: int) -> GraphError:
    """From an answer's JSON (or None). `error_data` may be a string, `code` a number in text."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return GraphError(-1, "", "", http_status, http_status >= 500, "")
    data = error.get("error_data")
    details = data.get("details", "") if isinstance(data, dict) else (data if isinstance(data, str) else "")
    return GraphError(
        code=_number(error.get("code"), -1),
        subcode=_number(error.get("error_subcode"), 0),
        message=str(error.get("message", ""))[:300],
        details=str(details or error.get("error_user_msg") or "")[:300],
        http_status=http_status,
        is_transient=bool(error.get("is_transient")),
        trace=str(error.get("fbtrace_id", ""))[:80],
    )


def _number(value: Any, otherwise: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise


def rule_of(code: str) -> Rule | None:
    """The rule of a message's `error_code`; None for ours, and for codes nobody knows."""
    return TABLE.get(int(code)) if code.isascii() and code.isdecimal() else None


def describe(code: str, detail: str = "") -> str:
    """The sentence a person reads for an `error_code`, ours or Meta's. An unknown one is shown with its number and Meta's own words."""
    if not code:
        return ""
    if code in OURS or code in STOPPED:
        return _(OURS.get(code) or STOPPED[code])
    rule = rule_of(code)
    if rule is not None:
        return _(rule.sentence)
    if code.startswith(NO_CODE):
        return _("WhatsApp refused this message without a reason (HTTP %(status)s).") % {"status": code[len(NO_CODE) :]}
    if detail:
        return _("WhatsApp refused this message: “%(detail)s” (%(code)s).") % {"detail": detail, "code": code}
    return _("WhatsApp refused this message (%(code)s).") % {"code": code}
