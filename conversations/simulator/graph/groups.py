"""Groups by the business: make, show, list, change, delete (facts §7). What came of it arrives as a webhook with the request's id."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.errors import GraphError, no_such_object
from conversations.simulator.fields import Fields, one_of, text
from conversations.simulator.graph.profile import picture_size
from conversations.simulator.graph.request import chosen, mine, needs_product, number_of, page, parameters
from conversations.simulator.groups import Group
from conversations.simulator.membership import new_request_id, tell
from conversations.simulator.simulator import Simulator, of

SUBJECT, DESCRIPTION = 128, 2048
SMALLEST, LARGEST = 192, 5 * 1024 * 1024  # pixels each way, bytes
LIFECYCLE, SETTINGS = "group_lifecycle_update", "group_settings_update"


async def group_of(request: web.Request) -> tuple[Simulator, Channel, Group]:
    """The group of the path, when the token's number is in it. Raises GraphError."""
    simulator, object_id = of(request), request.match_info["object_id"]
    group = simulator.groups.get(object_id)
    for channel in await mine(request):
        if group is not None and channel.phone_number_id == group.phone_number_id:
            return simulator, channel, group
    raise no_such_object(object_id)


def eligible(simulator: Simulator, channel: Channel) -> None:
    """Official business accounts only, and none that is used in the Business app too."""
    number = simulator.numbers.of(channel.phone_number_id)
    if number.oba_status != "APPROVED" or number.is_on_biz_app:
        raise GraphError(131215)


async def create_group(request: web.Request) -> web.StreamResponse:
    simulator, channel, _number = await number_of(request)
    given = await parameters(request)
    needs_product(given)
    eligible(simulator, channel)
    subject = (text(given, "subject", SUBJECT, "") or "").strip()
    description = text(given, "description", DESCRIPTION, "", required=False) or ""
    mode = given.get("join_approval_mode", "auto_approve")
    one_of(mode, ("auto_approve", "approval_required"), "join_approval_mode")
    group = simulator.groups.add(
        channel.phone_number_id,
        subject=subject,
        description=description,
        by_approval=mode == "approval_required",
        at=simulator.clock.now(),
    )
    made = {"subject": subject, "invite_link": group.link, "join_approval_mode": mode}
    if description:
        made["description"] = description
    return await _asked(simulator, channel, group, LIFECYCLE, "group_create", **made)


async def list_groups(request: web.Request) -> web.StreamResponse:
    simulator, channel, _number = await number_of(request)
    known = [
        {"id": group.id, "subject": group.subject, "created_at": str(int(group.created_at))}
        for group in simulator.groups.of_number(channel.phone_number_id)
    ]
    found, paging = page(request, known)
    return web.json_response({"data": {"groups": found}, **paging})


async def get_group(request: web.Request) -> web.StreamResponse:
    """Without `fields` only the id."""
    simulator, _channel, group = await group_of(request)
    people = [simulator.customers.get(member.customer_id) for member in simulator.groups.members(group.id)]
    shown: Fields = {
        "id": group.id,
        "messaging_product": "whatsapp",
        "subject": group.subject,
        "description": group.description,
        "join_approval_mode": group.mode,
        "suspended": bool(group.suspended),
        "creation_timestamp": int(group.created_at),
        "participants": [
            {"wa_id": each.wa_id} if each.wa_id else {"user_id": each.user_id} for each in people if each is not None
        ],
        "total_participant_count": len(people),
    }
    return web.json_response(
        {"messaging_product": "whatsapp", **chosen(request, shown, default=("id",), node="WhatsAppGroup")}
    )


async def change_group(request: web.Request) -> web.StreamResponse:
    """Subject, description, picture (multipart `file`). Each is told of apart in the webhook."""
    simulator, channel, group = await group_of(request)
    given = await parameters(request)
    needs_product(given)
    _not_suspended(group)
    changes: dict[str, Any] = {}
    told: dict[str, Any] = {}
    if "subject" in given:
        changes["subject"] = text(given, "subject", SUBJECT, "")
        told["group_subject"] = {"text": changes["subject"], "update_successful": True}
    if "description" in given:
        changes["description"] = text(given, "description", DESCRIPTION, "", required=False) or ""
        told["group_description"] = {"text": changes["description"], "update_successful": True}
    file = given.get("file")
    if isinstance(file, web.FileField):
        changes["picture"] = _picture(simulator, file.content_type, file.file.read())
        told["profile_picture"] = {
            "mime_type": "image/jpeg",
            "sha256": changes["picture"],
            "update_successful": True,
        }
    if not told:
        raise GraphError(100, "At least one of subject, description, file is required.")
    group = simulator.groups.change(group, **changes)
    return await _asked(simulator, channel, group, SETTINGS, "group_settings_update", **told)


def _picture(simulator: Simulator, kind: str, content: bytes) -> str:
    width, height = picture_size(content)
    if kind not in ("image/jpeg", "image/jpg") or not width or len(content) > LARGEST:
        raise GraphError(131053, "The picture must be a JPEG of at most 5 MB.")
    if width != height:
        raise GraphError(131209, "Width and height of the image must be equal.")
    if width < SMALLEST:
        raise GraphError(131210, f"Image width and height must be at least {SMALLEST}px.")
    return simulator.uploads.keep(content)


async def delete_group(request: web.Request) -> web.StreamResponse:
    simulator, channel, group = await group_of(request)
    simulator.groups.delete(group)
    return await _asked(simulator, channel, group, LIFECYCLE, "group_delete", success=True)


async def get_link(request: web.Request) -> web.StreamResponse:
    _simulator, _channel, group = await group_of(request)
    return web.json_response({"messaging_product": "whatsapp", "invite_link": group.link})


async def reset_link(request: web.Request) -> web.StreamResponse:
    """POST answers the new link; DELETE only ends the old one."""
    simulator, _channel, group = await group_of(request)
    needs_product(await parameters(request))
    group = simulator.groups.new_link(group)
    await simulator.store.committed()
    answer = {"success": "true"} if request.method == "DELETE" else {"invite_link": group.link}
    return web.json_response({"messaging_product": "whatsapp", **answer})


def _not_suspended(group: Group) -> None:
    if group.suspended:
        raise GraphError(131207, "The group violates platform policies.")


async def _asked(
    simulator: Simulator, channel: Channel, group: Group, field: str, kind: str, *, success: bool = False, **told: Any
) -> web.StreamResponse:
    """Answer with a request id; what came of it follows by webhook."""
    request_id = new_request_id()
    tell(simulator, channel, field, group, kind, soon=True, request_id=request_id, **told)
    await simulator.store.committed()
    answer: Fields = {"messaging_product": "whatsapp", "request_id": request_id}
    return web.json_response({**answer, "success": True} if success else answer)
