"""What every call of the Graph API has: a token, the objects it may see, parameters, fields to show, pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.cloud import bearer
from conversations.simulator.errors import GraphError, bad_token, no_such_object
from conversations.simulator.fields import Fields
from conversations.simulator.numbers import Number
from conversations.simulator.simulator import Simulator, of


async def mine(request: web.Request) -> list[Channel]:
    """The numbers this token may act for; asks the desk before saying no."""
    token = bearer(request)
    found = [channel for channel in of(request).channels if channel.access_token == token]
    if not found:
        await of(request).desk.learn_channels()
        found = [channel for channel in of(request).channels if channel.access_token == token]
    if not found:
        raise bad_token("Session has expired")
    return found


async def account(request: web.Request) -> list[Channel]:
    """The token's numbers in the business account of the path."""
    waba_id = request.match_info["object_id"]
    found = [channel for channel in await mine(request) if channel.waba_id == waba_id]
    if not found:
        raise no_such_object(waba_id)
    return found


async def number_of(request: web.Request) -> tuple[Simulator, Channel, Number]:
    """The business number of the path."""
    object_id, simulator = request.match_info["object_id"], of(request)
    for channel in await mine(request):
        if channel.phone_number_id == object_id:
            return simulator, channel, simulator.numbers.of(channel.phone_number_id)
    raise no_such_object(object_id)


async def parameters(request: web.Request) -> Fields:
    """Graph takes them as JSON, as a form or in the address."""
    given: Fields = dict(request.query)
    given.pop("access_token", None)
    if request.content_type == "application/json" and request.can_read_body:
        try:
            body = await request.json()
        except ValueError:
            raise GraphError(100, "The request body is not valid JSON.") from None
        if not isinstance(body, dict):
            raise GraphError(100, "The request body must be a JSON object.")
        given |= body
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given |= dict(await request.post())
    return given


def needs_product(given: Fields) -> None:
    if given.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")


def chosen(request: web.Request, shown: Fields, *, default: Sequence[str], node: str) -> Fields:
    """The fields asked for, `default` when none are, always with the id. An unknown one is refused, as Graph does."""
    wanted = [name.partition("{")[0].partition(".")[0].strip() for name in request.query.get("fields", "").split(",")]
    names = [name for name in wanted if name] or list(default)
    for name in names:
        if name not in shown:
            raise GraphError(100, f"Tried accessing nonexisting field ({name}) on node type ({node})")
    return {name: shown[name] for name in [*names, "id"] if shown.get(name) is not None}


def page(
    request: web.Request, found: Sequence[Any], *, default: int = 25, most: int = 1024
) -> tuple[list[Any], Fields]:
    """`limit` and the cursors `after` and `before` (how many came before): this page, and `paging`."""
    query = request.query
    try:
        limit = min(int(query.get("limit", default)), most)
        start = max(int(query["before"]) - limit, 0) if "before" in query else int(query.get("after", 0))
    except ValueError:
        raise GraphError(131059, "Param limit must be a number, after and before cursors of ours.") from None
    shown = list(found[start : start + limit])
    if not shown:
        return [], {}
    paging: Fields = {"cursors": {"before": str(start), "after": str(start + len(shown))}}
    if start + limit < len(found):
        paging["next"] = str(request.url.update_query(after=str(start + len(shown))))
    if start:
        paging["previous"] = str(request.url.without_query_params("after").update_query(before=str(start)))
    return shown, {"paging": paging}


def success() -> web.Response:
    return web.json_response({"success": True})
