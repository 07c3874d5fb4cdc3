"""One real-looking update of each kind that Meta sends, written by hand from its documentation (facts §2 to §6), with ids of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.conversations import wire

Json = dict[str, Any]
# There before any fuzzing: what statuses, reactions, edits and deletions refer to.
HEARD, SENT = "wamid.heard", "wamid.sent"
ERROR = {"code": 131047, "title": "Re-engagement message", "message": "…", "error_data": {"details": "24 hours"}}
PRICING = {"billable": True, "pricing_model": "PMP", "category": "service", "type": "regular"}


def _echo() -> Json:
    return {**wire.message(sender="390655500"), "to": wire.ASHA}


def _edit() -> Json:
    inner = {"type": "text", "text": {"body": "Anzi, un cambio"}}
    return wire.message("edit", {"original_message_id": HEARD, "message": inner})


def _system(kind: str, **more: Any) -> Json:
    return wire.message("system", {"body": "…", "type": kind, **more}, from_user_id=wire.ASHA_ID)


# The list of `value` it stands in, and the update.
UPDATES: dict[str, tuple[str, Callable[[], Json]]] = {
    **{kind: ("messages", partial(wire.message, kind)) for kind in wire.CONTENTS},
    "with a user id": ("messages", partial(wire.message, from_user_id=wire.ASHA_ID)),
    "without a number": ("messages", partial(wire.message, sender="", from_user_id=wire.ASHA_ID)),
    "a reply": ("messages", partial(wire.message, context={"from": "390655500", "id": HEARD})),
    "from an ad": (
        "messages",
        partial(wire.message, referral={"source_type": "ad", "source_id": "1", "body": "Tazze"}),
    ),
    "in a group": ("messages", partial(wire.message, group_id="Y2FwaV9ncm91cDox")),
    "of tomorrow's kind": ("messages", partial(wire.message, "hologram", {"shape": "cube"})),
    "list reply": (
        "messages",
        partial(wire.message, "interactive", {"type": "list_reply", "list_reply": {"id": "a", "title": "Reso"}}),
    ),
    "flow reply": (
        "messages",
        partial(
            wire.message,
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"a": 1}'}},
        ),
    ),
    "reaction": ("messages", partial(wire.message, "reaction", {"message_id": HEARD, "emoji": "👍"})),
    "early reaction": ("messages", partial(wire.message, "reaction", {"message_id": "wamid.later", "emoji": "👍"})),
    "edit": ("messages", _edit),
    "revoke": ("messages", partial(wire.message, "revoke", {"original_message_id": HEARD})),
    "new number": ("messages", partial(_system, "user_changed_number", wa_id="393339999999")),
    "new user id": ("messages", partial(_system, "user_changed_user_id", user_id="IT.999")),
    "echo": ("message_echoes", _echo),
    **{
        kind: ("statuses", partial(wire.status, SENT, kind, pricing=PRICING, biz_opaque_callback_data="sportello-1"))
        for kind in ("sent", "delivered", "read", "played")
    },
    "failed": ("statuses", partial(wire.status, SENT, "failed", errors=[ERROR])),
    "early status": ("statuses", partial(wire.status, "wamid.later", "read")),
}

# By field: the value of a change about the account.
ACCOUNTS: dict[str, Json] = {
    "message_template_status_update": {
        "event": "REJECTED",
        "message_template_id": 1,
        "message_template_name": "ritorno",
        "message_template_language": "it",
        "reason": "INVALID_FORMAT",
    },
    "message_template_quality_update": {
        "previous_quality_score": "GREEN",
        "new_quality_score": "RED",
        "message_template_id": 1,
        "message_template_name": "ritorno",
        "message_template_language": "it",
    },
    "template_category_update": {
        "message_template_id": 1,
        "message_template_name": "ritorno",
        "message_template_language": "it",
        "previous_category": "UTILITY",
        "new_category": "MARKETING",
    },
    "message_template_components_update": {
        "message_template_id": 1,
        "message_template_name": "ritorno",
        "message_template_language": "it",
        "message_template_element": "Ciao {{1}}",
    },
    "account_update": {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": "X", "expiration": 1}],
    },
    "account_alerts": {"entity_type": "WABA", "entity_id": 1, "alert_info": {"alert_severity": "WARNING"}},
    "account_review_update": {"decision": "APPROVED"},
    "business_capability_update": {"max_daily_conversation_per_phone": 1000, "max_phone_numbers_per_business": 20},
    "phone_number_quality_update": {
        "display_phone_number": "390655500",
        "event": "FLAGGED",
        "current_limit": "TIER_1K",
    },
    "phone_number_name_update": {"display_phone_number": "390655500", "decision": "APPROVED"},
    "security": {"display_phone_number": "390655500", "event": "PIN_CHANGED", "requester": "1"},
    "user_preferences": {
        "messaging_product": "whatsapp",
        "contacts": [wire.contact()],
        "user_preferences": [
            {
                "wa_id": wire.ASHA,
                "detail": "stop",
                "category": "marketing_messages",
                "value": "stop",
                "timestamp": wire.T0,
            }
        ],
    },
    "user_id_update": {
        "wa_id": wire.ASHA,
        "user_id": {"previous": wire.ASHA_ID, "current": "IT.2"},
        "timestamp": str(wire.T0),
    },
    "smb_app_state_sync": {
        "state_sync": [{"type": "contact", "contact": {"full_name": "Asha", "phone_number": "1"}, "action": "add"}]
    },
    "history": {
        "messaging_product": "whatsapp",
        "history": [{"metadata": {"phase": 0}, "threads": [{"id": wire.ASHA, "messages": [wire.message()]}]}],
    },
    "group_lifecycle_update": {
        "groups": [
            {"timestamp": wire.T0, "group_id": "G1", "type": "group_create", "subject": "Tazze", "request_id": "1"}
        ]
    },
    "group_participants_update": {
        "groups": [
            {
                "timestamp": wire.T0,
                "group_id": "G1",
                "type": "group_participants_add",
                "added_participants": [{"wa_id": wire.ASHA}],
            }
        ]
    },
    "messages": {"errors": [{"code": 130429, "title": "Rate limit hit"}]},
}
