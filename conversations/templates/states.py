"""What a template's status, quality and rejection mean, in words and for sending (facts §6, §8). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

DRAFT = "DRAFT"  # ours: written in admin, not submitted yet


@dataclass(frozen=True, slots=True)
class State:
    words: str
    code: str = ""  # of the refusal when somebody wants to send it; "" for one that may be sent
    advice: str = ""


# "Its status must be APPROVED" (Meta, templates overview); FLAGGED warns of bad quality and still sends, LOCKED only stops edits.
STATES: dict[str, State] = {
    DRAFT: State(
        gettext_noop("Draft"),
        "template_not_approved",
        gettext_noop("It is not submitted yet. Submit it; WhatsApp reviews it within 24 hours."),
    ),
    "PENDING": State(
        gettext_noop("In review"),
        "template_not_approved",
        gettext_noop("WhatsApp is reviewing it, which takes up to 24 hours."),
    ),
    "IN_APPEAL": State(
        gettext_noop("Under appeal"),
        "template_not_approved",
        gettext_noop("The appeal is decided within 24 hours."),
    ),
    "APPROVED": State(gettext_noop("Approved")),
    "FLAGGED": State(
        gettext_noop("Flagged"),
        advice=gettext_noop("Customers complain about it or do not read it: it may be paused soon."),
    ),
    "LOCKED": State(gettext_noop("Locked"), advice=gettext_noop("It can be sent, but not edited at the moment.")),
    "REJECTED": State(
        gettext_noop("Rejected"),
        "template_not_approved",
        gettext_noop("Change what the reason says and submit it again, or appeal in WhatsApp Manager."),
    ),
    "PAUSED": State(
        gettext_noop("Paused"),
        "template_paused",
        gettext_noop(
            "Customers complained about it or did not read it. It comes back by itself: after 3 hours the first time, after 6 the "
            "second; the third time it is disabled. Choose another one meanwhile."
        ),
    ),
    "DISABLED": State(
        gettext_noop("Disabled"),
        "template_disabled",
        gettext_noop("WhatsApp has switched it off for good. Write another one, or edit it and submit it again."),
    ),
    "LIMIT_EXCEEDED": State(
        gettext_noop("Over the limit"),
        "template_not_approved",
        gettext_noop("The account has as many templates as it may have. Delete some."),
    ),
    "ARCHIVED": State(gettext_noop("Archived"), "template_gone", gettext_noop("Restore it in WhatsApp Manager.")),
    "PENDING_DELETION": State(gettext_noop("Being deleted"), "template_gone", gettext_noop("Choose another one.")),
    "DELETED": State(gettext_noop("Deleted"), "template_gone", gettext_noop("Choose another one.")),
}
USABLE = tuple(name for name, state in STATES.items() if not state.code)
UNKNOWN = State(gettext_noop("Not known"), "template_not_approved", gettext_noop("Look it up in WhatsApp Manager."))
# What a status webhook says, where the template's own status reads otherwise.
SAID = {"REINSTATED": "APPROVED", "UNPAUSED": "APPROVED", "ACTIVE": "APPROVED", "IN_REVIEW": "PENDING"}

REJECTIONS: dict[str, str] = {
    "ABUSIVE_CONTENT": gettext_noop("WhatsApp found it abusive or threatening. Write it more kindly, without threats."),
    "INCORRECT_CATEGORY": gettext_noop(
        "It belongs into another category. Choose that one, or leave out what does not fit."
    ),
    "INVALID_FORMAT": gettext_noop(
        "Its form is not right: variables at the start or end, out of order, too many for the text, or braces that do not close."
    ),
    "PROMOTIONAL": gettext_noop(
        "It advertises, but is no marketing template. Choose Marketing, or leave the advertising out."
    ),
    "SCAM": gettext_noop(
        "WhatsApp takes it for a fraud. Do not ask for card, account or identity numbers; say who you are."
    ),
    "TAG_CONTENT_MISMATCH": gettext_noop(
        "Language or category do not match the text. Check the language it is written in, and the examples."
    ),
}


def of(status: str) -> State:
    return STATES.get(status.upper(), UNKNOWN)


def said(event: str) -> str:
    """The status that a webhook's `event` means."""
    name = event.upper()
    return SAID.get(name, name)[:24]


def why_rejected(reason: str) -> str:
    """What to do, in words; Meta's own code where it is new to us."""
    if not reason or reason.upper() == "NONE":
        return ""
    known = REJECTIONS.get(reason.upper())
    return _(known) if known else reason


def words(status: str) -> str:
    return _(of(status).words)


def advice(status: str) -> str:
    text = of(status).advice
    return _(text) if text else ""
