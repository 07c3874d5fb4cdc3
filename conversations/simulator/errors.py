"""Meta's refusals: code, HTTP status, words and the exact shape of the body (facts §10)."""

from __future__ import annotations

import secrets
from typing import Any

# code: (HTTP status, title). Titles are Meta's own, because clients see them in messages and logs.
TABLE: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    17: (400, "User request limit reached"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    299: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    613: (400, "Calls to this api have exceeded the rate limit"),
    2200: (400, "Callback verification failed"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    130501: (400, "Message type is not currently supported"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131020: (400, "Bad Group"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131035: (400, "Webhook could not be delivered in the retention period"),
    131036: (400, "Message payload not found"),
    131037: (400, "Display name approval needed"),
    131041: (400, "Group unknown"),
    131042: (400, "Business eligibility payment issue"),
    131044: (400, "Payment method missing"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "User has stopped marketing messages from this business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131059: (400, "Invalid cursor"),
    131062: (400, "Business-scoped user ID is not allowed for this message"),
    131063: (400, "Marketing templates are not enabled on Cloud API"),
    131064: (400, "Template misclassification limit reached"),
    131201: (206, "Request partially succeeded"),
    131202: (400, "Duplicate participant"),
    131203: (400, "Unable to add participant to group"),
    131204: (400, "Participant overlimit"),
    131207: (403, "Group suspended"),
    131208: (429, "Group Rate Limit Hit"),
    131209: (400, "Invalid Group Profile Picture Aspect Ratio"),
    131210: (400, "Image is Too Small to Process"),
    131211: (400, "Group create limit reached"),
    131212: (400, "Participant is not a part of the group."),
    131213: (400, "Group join request does not exist."),
    131214: (400, "Group creation is temporarily disabled"),
    131215: (400, "This phone number is not eligible to access Groups APIs"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template format character policy violated"),
    132008: (400, "Template parameter value is not valid"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "Template parameters are not valid"),
    132068: (400, "Flow is in blocked state"),
    132069: (400, "Flow is in throttled state"),
    133000: (500, "Incomplete Deregistration"),
    133004: (503, "Server is temporarily unavailable"),
    133005: (400, "Two step verification PIN Mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too Many two step verification PIN Guesses"),
    133009: (400, "Two step verification PIN Guessed Too Fast"),
    133010: (400, "Phone number not registered"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register or deregister rate limit exceeded"),
    134011: (404, "Payments terms of service have not been accepted"),
    134100: (400, "Only marketing messages supported"),
    134101: (400, "Template synchronization in progress"),
    134102: (400, "Template unavailable for use"),
    135000: (400, "Generic user error"),
    136024: (400, "Request code error"),
    136025: (400, "Verify code error"),
    137000: (400, "Identity key mismatch"),
    138000: (400, "Calling not enabled"),
    138999: (400, "Call failed"),
    139100: (400, "Failed to block/unblock users"),
    139101: (400, "Blocklist limit reached"),
    139102: (400, "Blocklist concurrent update"),
    139103: (500, "Internal error"),
    147001: (400, "Username not available"),
    147002: (400, "Username not valid"),
    147003: (400, "Username not eligible"),
    147004: (400, "Username reserved"),
    147005: (400, "Username changed too often"),
    2388019: (400, "Template limit exceeded"),
    2388040: (400, "Character limit exceeded"),
    2388047: (400, "Message header format is not valid"),
    2388072: (400, "Message body format is not valid"),
    2388073: (400, "Message footer format is not valid"),
    2388293: (400, "Parameters to words ratio exceeds limit"),
    2388299: (400, "Leading or trailing parameters not allowed"),
    2494100: (400, "Account in maintenance mode"),
    2593107: (400, "Synchronization request limit exceeded"),
    2593108: (400, "Synchronization request outside the allowed time"),
    2593109: (400, "History sharing is turned off"),
}
TRANSIENT = {2, 4, 80007, 131016, 133004}

DETAILS: dict[int, str] = {
    133005: "Two-step verification PIN incorrect.",
    133010: "Phone number not registered on the WhatsApp Business Platform.",
    130429: "Cloud API message throughput has been reached.",
    131021: "Recipient phone number cannot be the same as the sender's.",
    131026: "Message undeliverable.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last replied to this "
    "number.",
    131056: "Message failed to send because there were too many messages sent from this phone number to the same phone "
    "number in a short period of time.",
}


class GraphError(Exception):
    """A refusal of the stand-in. `details` goes to error_data.details, which clients are told to build on."""

    def __init__(
        self, code: int, details: str = "", *, subcode: int | None = None, title: str = "", transient: bool = False
    ) -> None:
        self.code = code
        self.is_transient = transient or code in TRANSIENT
        self.http, known = TABLE.get(code, (400, "Unknown error"))
        self.title = title or known
        self.details = details or DETAILS.get(code, self.title)
        self.subcode = subcode
        super().__init__(f"(#{code}) {self.details}")

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": f"(#{self.code}) {self.title}", "type": "OAuthException", "code": self.code}
        if self.code in (0, 190):
            error["message"] = f"Error validating access token: {self.details}"
        elif self.code == 2200:
            error["message"] = f"(#2200) {self.details}"
        elif self.subcode == 33 or self.code in (1, 2):
            error["message"], error["type"] = self.details, "GraphMethodException"
        else:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.is_transient:
            error["is_transient"] = True
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(17)
        return {"error": error}

    def brief(self) -> dict[str, Any]:
        """As lists of what failed name it: one of several users, participants or requests."""
        message = f"(#{self.code}) {self.title}"
        return {
            "code": self.code,
            "message": message,
            "title": self.title,
            "error_data": {"details": self.details},
        }

    def in_status(self) -> dict[str, Any]:
        """One of `statuses[].errors`."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
        }


def bad_token(details: str = "The session is invalid because the user logged out.") -> GraphError:
    return GraphError(190, details, subcode=463)


def no_such_object(object_id: str) -> GraphError:
    return GraphError(
        100,
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        subcode=33,
    )
