"""GET /{phone_number_id}, GET /{waba_id}/phone_numbers, POST /{phone_number_id}: what Meta shows and lets one set."""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.customers import COUNTRIES
from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, need, text
from conversations.simulator.graph.request import account, chosen, number_of, page, parameters, success
from conversations.simulator.graph.subscriptions import check_callback
from conversations.simulator.numbers import Number
from conversations.simulator.simulator import Simulator, of

NODE = "WhatsAppBusinessPhoneNumber"
SHOWN = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
    "id",
)  # when no fields are asked for
FAST = 80  # messages a second; more than this is level HIGH (facts §9)
SETTABLE = ("pin", "webhook_configuration", "new_display_name", "search_visibility", "username")


def shown(simulator: Simulator, channel: Channel) -> Fields:
    number = simulator.numbers.of(channel.phone_number_id)
    level = number.throughput_level or ("HIGH" if channel.throughput > FAST else "STANDARD")
    dial = next((prefix for prefix in COUNTRIES if channel.digits.startswith(prefix)), "1")
    return {
        "id": channel.phone_number_id,
        "display_phone_number": channel.display_phone_number,
        "verified_name": channel.name,
        "status": number.status,
        "quality_rating": number.quality_rating,
        "quality_score": {"score": number.quality_rating},
        "name_status": number.name_status,
        "new_display_name": number.new_display_name or None,
        "new_name_status": "PENDING_REVIEW" if number.new_display_name else "NONE",
        "code_verification_status": number.code_verification_status,
        "throughput": {"level": level if number.connected else "NOT_APPLICABLE"},
        "platform_type": "CLOUD_API" if number.connected else "NOT_APPLICABLE",
        "host_platform": "CLOUD_API" if number.connected else "NOT_APPLICABLE",
        "account_mode": "LIVE" if number.connected else "SANDBOX",
        "is_official_business_account": number.oba_status == "APPROVED",
        "is_pin_enabled": bool(number.pin) or not channel.issued,
        "is_on_biz_app": number.is_on_biz_app,
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "country_code": COUNTRIES.get(dial, "US"),
        "country_dial_code": dial,
        "health_status": _health(channel, number),
        "webhook_configuration": _webhooks(channel, number),
    }


def _health(channel: Channel, number: Number) -> Fields:
    """May it send, and what stands in the way: per number, account, business and app."""
    entity: Fields = {"entity_type": "PHONE_NUMBER", "id": channel.phone_number_id, "can_send_message": "AVAILABLE"}
    if not number.connected:
        entity["can_send_message"] = "BLOCKED"
        why = "The phone number is not registered, or is not verified."
        entity["errors"] = [
            {"error_code": 141000, "error_description": why, "possible_solution": "Verify and register the number."}
        ]
    elif number.status != "CONNECTED" or number.name_status not in ("APPROVED", "AVAILABLE_WITHOUT_REVIEW"):
        entity["can_send_message"] = "LIMITED"
        entity["additional_info"] = [f"Status {number.status}, display name {number.name_status}."]
    rest = [
        {"entity_type": kind, "id": known, "can_send_message": "AVAILABLE"}
        for kind, known in (("WABA", channel.waba_id), ("BUSINESS", f"9{channel.waba_id}"), ("APP", "1234567890123456"))
    ]
    return {"can_send_message": entity["can_send_message"], "entities": [entity, *rest]}


def _webhooks(channel: Channel, number: Number) -> Fields:
    known = {
        "phone_number": number.number_callback,
        "whatsapp_business_account": number.account_callback,
        "application": channel.webhook_url,
    }
    return {name: url for name, url in known.items() if url}


async def phone_numbers(request: web.Request) -> web.StreamResponse:
    simulator, listed = of(request), await account(request)
    found, paging = page(request, [chosen(request, shown(simulator, one), default=SHOWN, node=NODE) for one in listed])
    return web.json_response({"data": found, **paging})


async def get_number(request: web.Request) -> web.StreamResponse:
    simulator, channel, _number = await number_of(request)
    fault = simulator.faults.take(channel.phone_number_id, of_number=True)
    if fault:
        await asyncio.sleep(fault.seconds)
    return web.json_response(chosen(request, shown(simulator, channel), default=SHOWN, node=NODE))


async def change_number(request: web.Request) -> web.StreamResponse:
    """The two-step PIN, the number's own callback, a new display name."""
    simulator, channel, number = await number_of(request)
    given = await parameters(request)
    if not any(name in given for name in SETTABLE):
        raise GraphError(100, f"At least one of {', '.join(SETTABLE)} is required.")
    if "pin" in given:
        number.pin = check_pin(given)
        simulator.webhooks.account(
            channel, "security", {"display_phone_number": channel.digits, "event": "PIN_CHANGED", "requester": "0"}
        )
    if "webhook_configuration" in given:
        wanted = need(given, "webhook_configuration", dict, "")
        number.number_callback = await check_callback(wanted, "webhook_configuration", may_be_empty=True)
    if "new_display_name" in given:
        number.new_display_name = text(given, "new_display_name", 75, "") or ""
    simulator.numbers.save(number)
    await simulator.store.committed()
    return success()


def check_pin(given: Fields) -> str:
    pin = need(given, "pin", str, "")
    if not re.fullmatch(r"\d{6}", pin):
        raise GraphError(100, "Param pin must be a six-digit number.")
    return str(pin)
