"""Errors that know what to do next (ARCHITECTURE law 6): a stable code, whether trying again helps, a sentence for a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Retry(StrEnum):
    NEVER = "never"
    LATER = "later"
    NOW = "now"


class DeskError(Exception):
    """Base of every refusal. The API shows `{"error": {"code", "message", "hint"}}` with `http_status`.

    `details` may carry ids, codes and numbers for the caller; it is merged into the API's error object.
    """

    code = "error"
    http_status = 400
    retry = Retry.NEVER
    message: Any = _("That did not work.")
    hint: Any = ""

    def __init__(self, message: Any = None, *, hint: Any = None, **details: Any) -> None:
        self.message = message if message is not None else self.message
        self.hint = hint if hint is not None else self.hint
        self.details = details
        super().__init__(str(self.message))


class NotAllowed(DeskError):
    code, http_status = "not_allowed", 403
    message = _("Your role does not allow this.")


class NotFound(DeskError):
    code, http_status = "not_found", 404
    message = _("There is nothing here, or you may not see it.")


class Invalid(DeskError):
    code, http_status = "invalid", 400
    message = _("Some fields need another value.")


class WindowClosed(DeskError):
    """Meta refuses free-form messages 24 h after the customer's last one (facts §9; C20)."""

    code, http_status = "window_closed", 409
    message = _("The service window is closed: the customer last wrote more than 24 hours ago.")
    hint = _("Send an approved template. The window opens again when the customer writes.")


class Locked(DeskError):
    code, http_status, retry = "locked", 423, Retry.LATER
    message = _("A colleague is answering this conversation.")
    hint = _("Wait until it is free, or ask a supervisor to take over.")


class NotYours(DeskError):
    code, http_status = "not_yours", 403
    message = _("This conversation is assigned to a colleague.")
    hint = _("You can read it and leave a note. A supervisor can reassign it.")


class ConversationClosed(DeskError):
    code, http_status = "conversation_closed", 409
    message = _("This conversation is resolved.")
    hint = _("Reopen it to answer.")


class ChannelStopped(DeskError):
    code, http_status, retry = "channel_stopped", 409, Retry.LATER
    message = _("This number is not sending at the moment.")
    hint = _("An administrator sees the reason on the channel's page.")


class MayNotBegin(DeskError):
    """Meta has barred the number from beginning conversations; answers inside the service window go (facts §6)."""

    code, http_status, retry = "may_not_begin", 409, Retry.LATER
    message = _("WhatsApp does not let this number write to customers first at the moment.")
    hint = _("Answer them when they write.")


class OptedOut(DeskError):
    """Consent is the customer's (C24, C53): a marketing template never goes against it, and is not kept for later."""

    code, http_status = "opted_out", 409
    message = _("The customer does not want marketing messages.")
    hint = _("Answer when they write, or send a utility template about something they asked for.")


class CapReached(DeskError):
    """An automatic reply that a cap would hold back for longer than it makes sense (C24, A15)."""

    code, http_status, retry = "cap_reached", 409, Retry.LATER
    message = _("A cap on messages is reached.")
    hint = _("An administrator sets the caps on the channel's page.")


class CapStands(DeskError):
    """A hold that nobody lifts by hand (C24)."""

    code, http_status = "cap_stands", 409
    message = _("This cap cannot be lifted for one message.")
    hint = _("It goes by itself when its time comes, or when the customer writes.")


class KeyReused(DeskError):
    """An Idempotency-Key stands for one message (C32)."""

    code, http_status = "key_reused", 409
    message = _("This key was used for another message.")
    hint = _("Make a new key for each message; repeat a key only to repeat the very same request.")


class Unconfirmed(DeskError):
    """Meta offers no key that would make sending twice impossible (D4): a person decides, knowing."""

    code, http_status, retry = "unconfirmed", 409, Retry.LATER
    message = _("It is not known whether WhatsApp has this message already.")
    hint = _(
        "Wait for its status. Sent again, the customer may receive it twice: repeat the request with "
        '{"force": true} if that is worth it.'
    )


class NotTransition(DeskError):
    code, http_status = "wrong_state", 409
    message = _("This cannot be done in the present state.")


class MetaRefused(DeskError):
    """Meta said no to a call of set-up or templates; `error` is its code, `field` the part of the form that it means."""

    code, http_status = "meta_refused", 502
    message = _("WhatsApp refused this.")


class MetaAway(DeskError):
    code, http_status, retry = "meta_away", 502, Retry.LATER
    message = _("WhatsApp could not be reached.")
    hint = _("Nothing was lost. Try again in a moment.")
