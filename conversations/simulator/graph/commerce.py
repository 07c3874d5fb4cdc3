"""The catalogue: connected to the account, its products, and what the chat shows of it (whatsapp_commerce_settings)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from conversations.simulator.errors import GraphError, no_such_object
from conversations.simulator.fields import Fields
from conversations.simulator.graph.request import account, chosen, mine, number_of, page, parameters, success
from conversations.simulator.simulator import of

PRODUCT = ("id", "retailer_id", "name", "description", "price", "currency", "availability", "image_url", "url")


async def get_settings(request: web.Request) -> web.StreamResponse:
    simulator, channel, number = await number_of(request)
    shown = {
        "is_cart_enabled": number.is_cart_enabled,
        "is_catalog_visible": number.is_catalog_visible,
        "id": simulator.catalogue.id_of(channel.waba_id),
    }
    return web.json_response({"data": [shown]})


async def change_settings(request: web.Request) -> web.StreamResponse:
    """POST ?is_cart_enabled=&is_catalog_visible=."""
    simulator, _channel, number = await number_of(request)
    given = await parameters(request)
    for name in ("is_cart_enabled", "is_catalog_visible"):
        if name in given:
            setattr(number, name, _truth(name, given[name]))
    simulator.numbers.save(number)
    await simulator.store.committed()
    return success()


def _truth(name: str, value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if str(value).lower() not in known:
        raise GraphError(100, f"Param {name} must be a boolean.")
    return known[str(value).lower()]


async def list_catalogues(request: web.Request) -> web.StreamResponse:
    """GET /{waba_id}/product_catalogs: the one connected to the account, if any."""
    waba_id = (await account(request))[0].waba_id
    catalogue = of(request).catalogue
    known = [{"id": catalogue.id_of(waba_id), "name": catalogue.name}] if catalogue.is_connected(waba_id) else []
    found, paging = page(request, known)
    return web.json_response({"data": found, **paging})


async def connect_catalogue(request: web.Request) -> web.StreamResponse:
    """POST /{waba_id}/product_catalogs {catalog_id}. One at a time."""
    waba_id = (await account(request))[0].waba_id
    catalog_id = str((await parameters(request)).get("catalog_id") or "")
    if catalog_id != of(request).catalogue.id_of(waba_id):
        raise GraphError(100, f"Catalog {catalog_id} does not exist, or the token may not use it.")
    of(request).catalogue.connect(waba_id, connected=request.method == "POST")
    await of(request).store.committed()
    return success()


async def list_products(request: web.Request) -> web.StreamResponse:
    """GET /{catalog_id}/products."""
    catalogue, object_id = of(request).catalogue, request.match_info["object_id"]
    if object_id not in {catalogue.id_of(channel.waba_id) for channel in await mine(request)}:
        raise no_such_object(object_id)
    base = f"{request.scheme}://{request.host}"
    listed: list[Fields] = [
        chosen(request, product.shown(base), default=("id", "retailer_id", "name"), node="ProductItem")
        for product in catalogue.products
    ]
    found, paging = page(request, listed)
    return web.json_response({"data": found, **paging})
