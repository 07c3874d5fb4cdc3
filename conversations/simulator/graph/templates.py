"""Templates of a business account: list, create, one of them, edit, delete (facts §8)."""

from __future__ import annotations

from aiohttp import web

from conversations.simulator.errors import GraphError, no_such_object
from conversations.simulator.fields import Fields
from conversations.simulator.graph.request import account, chosen, mine, page, parameters, success
from conversations.simulator.simulator import of

SHOWN = ("name", "parameter_format", "components", "language", "status", "category", "id")


async def list_templates(request: web.Request) -> web.StreamResponse:
    """`name`, `status`, `fields`, `limit` and a cursor."""
    waba_id = (await account(request))[0].waba_id
    wanted = request.query.get("status", "").upper()
    found = of(request).templates.of_account(waba_id, request.query.get("name", ""))
    rows, paging = page(request, [one for one in found if wanted in ("", one["status"])])
    shown = [chosen(request, one, default=SHOWN, node="MessageTemplate") for one in rows]
    return web.json_response({"data": shown, **paging})


async def create_template(request: web.Request) -> web.StreamResponse:
    waba_id = (await account(request))[0].waba_id
    given = await parameters(request)
    _check_samples(request, given)
    made = of(request).templates.create(waba_id, given)
    await of(request).store.committed()
    return web.json_response(made)


async def delete_template(request: web.Request) -> web.StreamResponse:
    waba_id = (await account(request))[0].waba_id
    name = request.query.get("name", "")
    if not name:
        raise GraphError(100, "The parameter name is required.")
    of(request).templates.delete(waba_id, name, request.query.get("hsm_id", ""))
    await of(request).store.committed()
    return success()


async def get_template(request: web.Request) -> web.StreamResponse:
    return web.json_response(chosen(request, await _mine(request), default=SHOWN, node="MessageTemplate"))


async def edit_template(request: web.Request) -> web.StreamResponse:
    template, given = await _mine(request), await parameters(request)
    _check_samples(request, given)
    of(request).templates.edit(template["id"], given)
    await of(request).store.committed()
    return success()


async def _mine(request: web.Request) -> Fields:
    template_id = request.match_info["object_id"]
    found = of(request).templates.get(template_id)
    if found is None or found["waba_id"] not in {channel.waba_id for channel in await mine(request)}:
        raise no_such_object(template_id)
    return found


def _check_samples(request: web.Request, given: Fields) -> None:
    """A header's sample is a handle of the Resumable Upload API."""
    for component in given.get("components") or ():
        example = component.get("example") if isinstance(component, dict) else None
        for handle in (example.get("header_handle") or ()) if isinstance(example, dict) else ():
            if of(request).uploads.get(str(handle)) is None:
                raise GraphError(100, "The header_handle of an example is not one of an upload.", subcode=2494102)
