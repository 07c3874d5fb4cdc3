"""/{phone_number_id}/whatsapp_business_profile: what customers see of the shop (facts §8)."""

from __future__ import annotations

import io
import re
from typing import Any

from aiohttp import web
from PIL import Image

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, need, one_of, text
from conversations.simulator.graph.request import needs_product, number_of, parameters, success
from conversations.simulator.simulator import Simulator, of

LIMITS = {"about": 139, "address": 256, "description": 256, "email": 128}
WEBSITES, WEBSITE = 2, 256
SMALLEST = 192  # pixels of the profile picture, each way
VERTICALS = (
    "UNDEFINED", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY", "GOVT",
    "HOTEL", "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "ALCOHOL", "ONLINE_GAMBLING",
    "PHYSICAL_GAMBLING", "OTC_DRUGS", "MATRIMONY_SERVICE",
)  # fmt: skip
FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")


async def get_profile(request: web.Request) -> web.StreamResponse:
    _simulator, _channel, number = await number_of(request)
    wanted = [name.strip() for name in request.query.get("fields", "").split(",") if name.strip()] or list(FIELDS)
    for name in wanted:
        if name not in (*FIELDS, "messaging_product", "id"):
            raise GraphError(100, f"Tried accessing nonexisting field ({name}) on node type (WhatsAppBusinessProfile)")
    shown: Fields = {name: number.profile[name] for name in wanted if number.profile.get(name)}
    if "picture" in number.profile and "profile_picture_url" in wanted:
        shown["profile_picture_url"] = f"{request.scheme}://{request.host}{picture_path(number.profile)}"
    return web.json_response({"data": [{**shown, "messaging_product": "whatsapp"}]})


def picture_path(profile: Fields) -> str:
    return f"/whatsapp_business/pictures/{profile['picture']}" if profile.get("picture") else ""


async def change_profile(request: web.Request) -> web.StreamResponse:
    """Only what is given changes; an empty text takes away, but `about` cannot be empty."""
    simulator, _channel, number = await number_of(request)
    given = await parameters(request)
    needs_product(given)
    changes: dict[str, Any] = {}
    for name, most in LIMITS.items():
        if name in given:
            changes[name] = text(given, name, most, "", required=name == "about") or ""
    if changes.get("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", changes["email"]):
        raise GraphError(100, "Param email must be a valid email address.")
    if "websites" in given:
        changes["websites"] = _websites(need(given, "websites", list, ""))
    if "vertical" in given:
        one_of(given["vertical"] or "UNDEFINED", VERTICALS, "vertical")
        changes["vertical"] = given["vertical"] or "UNDEFINED"
    if "profile_picture_handle" in given:
        changes["picture"] = _picture(simulator, text(given, "profile_picture_handle", 4000, "") or "")
    number.profile = {**number.profile, **changes}
    simulator.numbers.save(number)
    await simulator.store.committed()
    simulator.events.tell("reload", dict)
    return success()


def _websites(given: list[Any]) -> list[str]:
    if len(given) > WEBSITES:
        raise GraphError(100, f"Param websites must have at most {WEBSITES} elements.")
    for url in given:
        if not isinstance(url, str) or len(url) > WEBSITE or not re.match(r"https?://[^\s/]+", url):
            raise GraphError(
                100, f"Param websites must be URLs with http:// or https://, at most {WEBSITE} characters."
            )
    return [str(url) for url in given]


def _picture(simulator: Simulator, handle: str) -> str:
    """The hash of an uploaded picture that is one: jpeg or png, large enough."""
    upload = simulator.uploads.get(handle)
    if upload is None:
        raise GraphError(100, "Param profile_picture_handle is not the handle of an upload.")
    width, height = picture_size(simulator.uploads.path(upload.sha256).read_bytes())
    if min(width, height) < SMALLEST:
        raise GraphError(100, f"The profile picture must be a JPEG or PNG of at least {SMALLEST} × {SMALLEST} pixels.")
    return upload.sha256


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height; (0, 0) for what is neither JPEG nor PNG."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            return picture.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return 0, 0


async def show_picture(request: web.Request) -> web.StreamResponse:
    """A profile picture, for anybody, as at WhatsApp."""
    uploads, sha256 = of(request).uploads, request.match_info["sha256"]
    kind = uploads.picture_type(sha256)
    if kind is None or not uploads.path(sha256).exists():
        raise web.HTTPNotFound
    headers = {"Content-Type": kind, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return web.FileResponse(uploads.path(sha256), headers=headers)
