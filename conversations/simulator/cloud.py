"""POST /{version}/{phone_number_id}/messages: take a message, refuse it, or go wrong as asked."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.clock import machine_now
from conversations.simulator.errors import GraphError, bad_token, no_such_object
from conversations.simulator.faults import Fault
from conversations.simulator.interactive import products_of
from conversations.simulator.media_rules import MEDIA_TYPES
from conversations.simulator.rules import Outgoing, check_message, digits
from conversations.simulator.simulator import Simulator, of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """GraphError → Meta's body."""
    try:
        return await handler(request)
    except GraphError as error:
        return web.json_response(error.body(), status=error.http)


def bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise bad_token("No access token was given.")
    return token.strip()


async def channel_of(request: web.Request) -> Channel:
    """The number of the path, when the token is its own; asks the desk before saying no."""
    simulator, token = of(request), bearer(request)
    phone_number_id = request.match_info["object_id"]
    channel = simulator.channels.get(phone_number_id)
    if channel is None or channel.access_token != token:
        await simulator.desk.learn_channels()
        channel = simulator.channels.get(phone_number_id)
    if channel is None:
        raise no_such_object(phone_number_id)
    if channel.access_token != token:
        raise bad_token("Session has expired")
    return channel


def version_of(request: web.Request) -> int:
    return int(request.match_info["version"].split(".")[0])


async def messages(request: web.Request) -> web.StreamResponse:
    simulator, channel = of(request), await channel_of(request)
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise GraphError(100, "The request body is not valid JSON.") from None
    if isinstance(body, dict) and "status" in body:
        return await _mark_read(simulator, channel, body)
    fault = simulator.faults.take(channel.phone_number_id)
    if fault:
        simulator.events.tell("faults", simulator.faults.all)
        refusal = await _go_wrong(request, fault)
        if refusal is not None:
            return refusal
    answer = _accept(simulator, channel, body, version_of(request), fault)
    await simulator.store.committed()  # from here on a crash of ours loses nothing we said yes to
    return await _answer_wrongly(request, fault, answer) if fault else web.json_response(answer)


async def _go_wrong(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """The mishap that comes before a message is taken; None when it is taken all the same."""
    if fault.kind == "rate_limit":
        raise GraphError(130429, subcode=2494055)
    if fault.kind in {"error", "transient_error"}:
        raise GraphError(fault.code, transient=fault.kind == "transient_error")
    if fault.kind == "cut":
        return await _cut(request, fault)
    if fault.kind == "http_500":
        return web.Response(
            status=500, text="<html><body>Internal Server Error</body></html>", content_type="text/html"
        )
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return None


async def _answer_wrongly(request: web.Request, fault: Fault, answer: dict[str, Any]) -> web.StreamResponse:
    """The mishap that comes after a message was taken."""
    if fault.kind in {"timeout_after_accept", "unheard"}:
        return await _cut(request, fault)
    if fault.kind == "no_id":
        return web.json_response({"messaging_product": "whatsapp", "contacts": answer["contacts"]})
    return web.json_response(answer, status=500 if fault.kind == "http_500_with_id" else 200)


async def _cut(request: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _accept(simulator: Simulator, channel: Channel, body: Any, version: int, fault: Fault | None) -> dict[str, Any]:
    if not simulator.numbers.of(channel.phone_number_id).connected:
        raise GraphError(133010)
    sent = check_message(body)
    shown = _filled(simulator, channel, sent) if sent.type == "template" else None
    _check_media_exists(simulator, channel, sent)
    if sent.type == "interactive":
        _check_products_exist(simulator, channel, sent.content)
    settings, now = simulator.settings, machine_now()
    if settings["throughput_limit"]:
        simulator.throughput.take(channel.phone_number_id, max(settings["throughput"], channel.throughput), now)
    number = digits(sent.to)
    if number and number == channel.digits:
        raise GraphError(131021)
    if settings["pair_limit"] and not sent.group:
        simulator.pairs.take(channel.phone_number_id, number or sent.recipient, now)
    fail = fault.code if fault and fault.kind == "failed_status" else None
    unheard = fault is not None and fault.kind == "unheard"
    if sent.group:
        wamid = simulator.group_phones.take(channel, sent, version=version, shown=shown, fail=fail, unheard=unheard)
        contact = {"input": sent.group, "wa_id": sent.group}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}
    wamid, customer = simulator.phones.take(channel, sent, version=version, shown=shown, fail=fail, unheard=unheard)
    contact = {"input": sent.to or sent.recipient}
    if number:
        contact["wa_id"] = (customer and customer.wa_id) or number
    else:
        contact["user_id"] = sent.recipient
    message = {"id": wamid, **({"message_status": "accepted"} if shown else {})}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _filled(simulator: Simulator, channel: Channel, sent: Outgoing) -> dict[str, Any]:
    """A template as the customer reads it; the id of a group becomes its invitation."""
    content = copy.deepcopy(sent.content)
    for component in content.get("components") or []:
        for parameter in component.get("parameters") or []:
            if parameter.get("type") == "group_id":
                group = simulator.groups.get(str(parameter.get("group_id")))
                if group is None or group.phone_number_id != channel.phone_number_id:
                    raise GraphError(131041)
                parameter |= {"type": "text", "text": group.link}
    shown = simulator.templates.filled(channel.waba_id, content)
    if shown["category"] == "authentication" and not sent.to:  # one-time codes need a number; groups have none
        raise GraphError(131051 if sent.group else 131062)
    return shown


def _check_media_exists(simulator: Simulator, channel: Channel, sent: Outgoing) -> None:
    media_id = sent.content.get("id") if sent.type in MEDIA_TYPES else None
    if media_id and simulator.media.get(media_id, channel.phone_number_id) is None:
        raise GraphError(100, f"Param {sent.type}['id'] is not a valid whatsapp business account media attachment ID")


def _check_products_exist(simulator: Simulator, channel: Channel, content: dict[str, Any]) -> None:
    """Of several products those that are missing are dropped; none left is refused."""
    catalogues, products = products_of(content)
    if not products and content["type"] != "catalog_message":
        return
    catalogue = simulator.catalogue
    if not catalogue.is_connected(channel.waba_id) or set(catalogues) - {catalogue.id_of(channel.waba_id)}:
        raise GraphError(131009, "The catalog is not connected to this WhatsApp Business Account.")
    if products and not any(catalogue.get(product) for product in products):
        raise GraphError(131009, "Products not found in FB Catalog.")


async def _mark_read(simulator: Simulator, channel: Channel, body: dict[str, Any]) -> web.StreamResponse:
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    if body["status"] != "read" or not isinstance(body.get("message_id"), str):
        raise GraphError(131009, "Param status must be 'read', with the message_id of a received message.")
    typing = body.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise GraphError(131009, "Param typing_indicator['type'] must be one of {TEXT}.")
    simulator.marks.append(
        {"phone_number_id": channel.phone_number_id, "wamid": body["message_id"], "typing": typing is not None}
    )
    simulator.phones.read_by_desk(channel, body["message_id"], typing=typing is not None)
    await simulator.store.committed()
    return web.json_response({"success": True})
