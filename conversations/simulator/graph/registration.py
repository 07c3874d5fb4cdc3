"""Verifying and registering a number: request_code, verify_code, register, deregister (facts §8, §10)."""

from __future__ import annotations

import hmac
import re
import secrets

from aiohttp import web

from conversations.simulator.clock import machine_now
from conversations.simulator.errors import GraphError
from conversations.simulator.fields import need, one_of, text
from conversations.simulator.graph.numbers import check_pin
from conversations.simulator.graph.request import needs_product, number_of, parameters, success
from conversations.simulator.numbers import Number
from conversations.simulator.simulator import of

CODE_LIVES = 600.0  # seconds
CODES, CODE_WINDOW = 5, 3600.0  # so many codes an hour; Meta publishes no number
CODE_TRIES = 5
REGISTRATIONS, REGISTRATION_WINDOW = 10, 72 * 3600.0  # then 133016
GUESSES, GUESS_WINDOW = 5, 12 * 3600.0  # wrong PINs, then 133008; Meta publishes no number
REGIONS = ("AE", "AU", "BH", "BR", "CA", "CH", "DE", "GB", "ID", "IN", "JP", "KR", "SG", "ZA")


def _recent(times: list[float], seconds: float) -> list[float]:
    return [at for at in times if at > machine_now() - seconds]


async def request_code(request: web.Request) -> web.StreamResponse:
    """Sends six digits to the number; here they are shown on the phone page and by GET /control/numbers."""
    simulator, _channel, number = await number_of(request)
    given = await parameters(request)
    one_of(need(given, "code_method", str, ""), ("SMS", "VOICE"), "code_method")
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", text(given, "language", 6, "") or ""):
        raise GraphError(100, "Param language must be a locale such as en_US.")
    if number.code_verification_status == "VERIFIED":
        raise GraphError(136024, "The phone number is already verified.")
    number.code_sent_at = _recent(number.code_sent_at, CODE_WINDOW)
    if len(number.code_sent_at) >= CODES:
        raise GraphError(136024, "You have requested a code too many times. Please try again later.")
    number.code, number.code_tries = f"{secrets.randbelow(10**6):06}", 0
    number.code_sent_at.append(machine_now())
    await _kept(request, number)
    simulator.events.tell("numbers", dict)
    return success()


async def verify_code(request: web.Request) -> web.StreamResponse:
    simulator, channel, number = await number_of(request)
    code = re.sub(r"[\s-]", "", str((await parameters(request)).get("code") or ""))
    if not re.fullmatch(r"\d{6}", code):
        raise GraphError(100, "Param code must be the six digits that were sent.")
    if number.code_verification_status == "VERIFIED":
        raise GraphError(136025, "The phone number is already verified.")
    fresh = bool(number.code) and machine_now() - number.code_sent_at[-1] < CODE_LIVES
    if not fresh:
        raise GraphError(136025, "The code has expired, or none was requested. Please request a new code.")
    number.code_tries += 1
    right = hmac.compare_digest(code, number.code)
    if right or number.code_tries >= CODE_TRIES:
        number.code = ""
    if right:
        number.code_verification_status = "VERIFIED"
    await _kept(request, number)
    simulator.events.tell("numbers", dict)
    if not right:
        raise GraphError(136025, "The code you entered is incorrect. Please try again, or request a new code.")
    return web.json_response({"success": True, "id": channel.phone_number_id})


async def register(request: web.Request) -> web.StreamResponse:
    """Needs a verified number, and its PIN when it has one; the first PIN given becomes it."""
    simulator, _channel, number = await number_of(request)
    given = await parameters(request)
    needs_product(given)
    pin = check_pin(given)
    if given.get("data_localization_region") is not None:
        one_of(given["data_localization_region"], REGIONS, "data_localization_region")
    number.registered_at = _counted(number.registered_at, "register")
    await _kept(request, number)
    if number.code_verification_status != "VERIFIED":
        raise GraphError(133006, "Phone number needs to be verified before registering.")
    number.pin_guesses = _recent(number.pin_guesses, GUESS_WINDOW)
    if number.pin and len(number.pin_guesses) >= GUESSES:
        left = int(GUESS_WINDOW - (machine_now() - number.pin_guesses[0]))
        raise GraphError(133008, f"Too many two-step verification PIN guesses. Try again in {left} seconds.")
    if number.pin and not hmac.compare_digest(pin, number.pin):
        number.pin_guesses.append(machine_now())
        await _kept(request, number)
        raise GraphError(133005)
    number.pin, number.pin_guesses, number.status = pin, [], "CONNECTED"
    if number.name_status == "PENDING_REVIEW":
        number.name_status = "AVAILABLE_WITHOUT_REVIEW"
    await _kept(request, number)
    simulator.events.tell("reload", dict)
    return success()


async def deregister(request: web.Request) -> web.StreamResponse:
    simulator, _channel, number = await number_of(request)
    if number.is_on_biz_app:
        raise GraphError(100, "A phone number in use with the WhatsApp Business app cannot be deregistered.")
    number.deregistered_at = _counted(number.deregistered_at, "deregister")
    if not number.connected:
        await _kept(request, number)
        raise GraphError(133010)
    number.status = "DISCONNECTED"
    await _kept(request, number)
    simulator.events.tell("reload", dict)
    return success()


def _counted(times: list[float], what: str) -> list[float]:
    """Ten calls in 72 hours; then 133016, for the next 72."""
    recent = _recent(times, REGISTRATION_WINDOW)
    if len(recent) >= REGISTRATIONS:
        raise GraphError(133016, f"There were too many attempts to {what} this phone number. Try again in 72 hours.")
    return [*recent, machine_now()]


async def _kept(request: web.Request, number: Number) -> None:
    of(request).numbers.save(number)
    await of(request).store.committed()
