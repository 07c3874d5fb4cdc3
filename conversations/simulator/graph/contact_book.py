"""DELETE /{phone_number_id}/contact_book?bsuid=…: Meta forgets which number belongs to a user id (facts §4)."""

from __future__ import annotations

from aiohttp import web

from conversations.simulator.errors import GraphError
from conversations.simulator.graph.request import needs_product, number_of, parameters, success
from conversations.simulator.rules import BSUID


async def forget_contact(request: web.Request) -> web.StreamResponse:
    """Any user id of the right form: Meta does not tell whether it knew it."""
    await number_of(request)
    given = await parameters(request)
    needs_product(given)
    if not BSUID.match(str(given.get("bsuid") or "")):
        raise GraphError(131009, "Param bsuid must be a business-scoped user ID.")
    return success()
