"""The addresses of the Graph API besides /messages and /media, any version."""

from __future__ import annotations

from aiohttp import web

from conversations.simulator import account
from conversations.simulator.graph import (
    badge,
    blocks,
    commerce,
    contact_book,
    group_members,
    groups,
    numbers,
    profile,
    registration,
    subscriptions,
    templates,
    uploads,
)
from conversations.simulator.simulator import of

OBJECT = r"/v{version:\d+\.\d+}/{object_id:[^/]+}"


async def get_object(request: web.Request) -> web.StreamResponse:
    """GET /{id}: a number, a template, a group, an upload session, or a file."""
    object_id = request.match_info["object_id"]
    if object_id.startswith("upload:"):
        return await uploads.show_session(request)
    if of(request).channels.get(object_id):
        return await numbers.get_number(request)
    if of(request).templates.get(object_id):
        return await templates.get_template(request)
    if of(request).groups.get(object_id):
        return await groups.get_group(request)
    return await account.get_object(request)


async def post_object(request: web.Request) -> web.StreamResponse:
    """POST /{id}: a number's settings, a template's edit, a group's, or bytes of an upload."""
    object_id = request.match_info["object_id"]
    if object_id.startswith("upload:"):
        return await uploads.send_bytes(request)
    if of(request).templates.get(object_id):
        return await templates.edit_template(request)
    if of(request).groups.get(object_id):
        return await groups.change_group(request)
    return await numbers.change_number(request)


async def delete_object(request: web.Request) -> web.StreamResponse:
    """DELETE /{id}: a group, or a file."""
    if of(request).groups.get(request.match_info["object_id"]):
        return await groups.delete_group(request)
    return await account.delete_object(request)


def routes() -> list[web.RouteDef]:
    get, post, delete = web.get, web.post, web.delete
    return [
        post(OBJECT + "/request_code", registration.request_code),
        post(OBJECT + "/verify_code", registration.verify_code),
        post(OBJECT + "/register", registration.register),
        post(OBJECT + "/deregister", registration.deregister),
        get(OBJECT + "/phone_numbers", numbers.phone_numbers),
        get(OBJECT + "/subscribed_apps", subscriptions.list_apps),
        post(OBJECT + "/subscribed_apps", subscriptions.subscribe),
        delete(OBJECT + "/subscribed_apps", subscriptions.unsubscribe),
        get(OBJECT + "/whatsapp_business_profile", profile.get_profile),
        post(OBJECT + "/whatsapp_business_profile", profile.change_profile),
        get("/whatsapp_business/pictures/{sha256}", profile.show_picture),
        post(OBJECT + "/uploads", uploads.open_session),
        get(OBJECT + "/official_business_account", badge.get_badge),
        post(OBJECT + "/official_business_account", badge.ask_for_badge),
        get(OBJECT + "/block_users", blocks.list_blocked),
        post(OBJECT + "/block_users", blocks.block),
        delete(OBJECT + "/block_users", blocks.unblock),
        delete(OBJECT + "/contact_book", contact_book.forget_contact),
        get(OBJECT + "/whatsapp_commerce_settings", commerce.get_settings),
        post(OBJECT + "/whatsapp_commerce_settings", commerce.change_settings),
        get(OBJECT + "/product_catalogs", commerce.list_catalogues),
        post(OBJECT + "/product_catalogs", commerce.connect_catalogue),
        delete(OBJECT + "/product_catalogs", commerce.connect_catalogue),
        get(OBJECT + "/products", commerce.list_products),
        get(OBJECT + "/message_templates", templates.list_templates),
        post(OBJECT + "/message_templates", templates.create_template),
        delete(OBJECT + "/message_templates", templates.delete_template),
        get(OBJECT + "/groups", groups.list_groups),
        post(OBJECT + "/groups", groups.create_group),
        get(OBJECT + "/invite_link", groups.get_link),
        post(OBJECT + "/invite_link", groups.reset_link),
        delete(OBJECT + "/invite_link", groups.reset_link),
        get(OBJECT + "/join_requests", group_members.list_requests),
        post(OBJECT + "/join_requests", group_members.approve),
        delete(OBJECT + "/join_requests", group_members.reject),
        post(OBJECT + "/participants", group_members.add),
        delete(OBJECT + "/participants", group_members.remove),
        get(OBJECT, get_object),
        post(OBJECT, post_object),
        delete(OBJECT, delete_object),
    ]
