"""/{phone_number_id}/official_business_account: asking for the verified badge, and what came of it (C5)."""

from __future__ import annotations

import secrets

from aiohttp import web

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, need, one_of, text
from conversations.simulator.graph.request import number_of, parameters
from conversations.simulator.numbers import Number

ACTIONS = ("SUBMIT_APPLICATION", "WITHDRAW_APPLICATION", "RESUBMIT_APPLICATION")
MESSAGES = {
    "": "No application has been submitted.",
    "PENDING": "Your Official Business Account application is under review",
    "UNDER_REVIEW": "Your Official Business Account application is under review",
    "APPROVED": "Your Official Business Account has been approved",
    "REJECTED": "Your Official Business Account application was rejected. You can apply again after 30 days.",
    "EXPIRED": "Your Official Business Account application has expired",
    "CANCELLED": "Your Official Business Account application was withdrawn",
}


def _shown(number: Number) -> Fields:
    known = number.oba_status or "NOT_STARTED"
    return {"id": number.phone_number_id, "oba_status": known, "status_message": MESSAGES[number.oba_status]}


async def get_badge(request: web.Request) -> web.StreamResponse:
    _simulator, _channel, number = await number_of(request)
    return web.json_response(_shown(number))


async def ask_for_badge(request: web.Request) -> web.StreamResponse:
    """Submit when none is open, withdraw one that is pending, submit again after a rejection."""
    simulator, _channel, number = await number_of(request)
    given = await parameters(request)
    action = need(given, "action", str, "")
    one_of(action, ACTIONS, "action")
    data = given.get("application_data")
    if data is not None:
        data = need(given, "application_data", dict, "")
        text(data, "business_name", 255, "application_data", required=False)
        text(data, "business_description", 1000, "application_data", required=False)
    allowed = {
        "SUBMIT_APPLICATION": number.oba_status in ("", "EXPIRED", "CANCELLED"),
        "WITHDRAW_APPLICATION": number.oba_status in ("PENDING", "UNDER_REVIEW"),
        "RESUBMIT_APPLICATION": number.oba_status == "REJECTED",
    }
    if not allowed[action]:
        raise GraphError(
            100, f"{action} is not possible while the application is {number.oba_status or 'NOT_STARTED'}."
        )
    number.oba_status = "CANCELLED" if action == "WITHDRAW_APPLICATION" else "PENDING"
    simulator.numbers.save(number)
    await simulator.store.committed()
    done = "withdrawn" if action == "WITHDRAW_APPLICATION" else "submitted"
    return web.json_response(
        {
            "success": True,
            "message": f"Official Business Account application {done} successfully",
            "updated_status": _shown(number),
            "tracking_id": f"oba_req_{secrets.token_hex(8)}",
        }
    )
