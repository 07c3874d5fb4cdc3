"""/{waba_id}/subscribed_apps, and the handshake with a callback (facts §1)."""

from __future__ import annotations

import secrets

import aiohttp
from aiohttp import web
from yarl import URL

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, text
from conversations.simulator.graph.request import account, parameters, success
from conversations.simulator.simulator import of

APP = {
    "id": "1234567890123456",
    "name": "Sportello",
    "link": "https://www.facebook.com/games/?app_id=1234567890123456",
}
LONGEST = 200  # characters of a callback
TIMEOUT = aiohttp.ClientTimeout(total=10)


async def list_apps(request: web.Request) -> web.StreamResponse:
    first = of(request).numbers.of((await account(request))[0].phone_number_id)
    shown: Fields = {"whatsapp_business_api_data": APP}
    if first.account_callback:
        shown["override_callback_uri"] = first.account_callback
    return web.json_response({"data": [shown] if first.subscribed else []})


async def subscribe(request: web.Request) -> web.StreamResponse:
    """Without a body the account's override ends. Each time the callback is asked to prove that it is ours."""
    simulator, listed = of(request), await account(request)
    given = await parameters(request)
    if given.get("override_callback_uri"):
        override = await check_callback(given, "")
    else:
        override = ""
        await handshake(listed[0].webhook_url, listed[0].verify_token)
    for channel in listed:
        number = simulator.numbers.of(channel.phone_number_id)
        number.subscribed, number.account_callback = True, override
        simulator.numbers.save(number)
    await simulator.store.committed()
    simulator.events.tell("numbers", dict)
    return success()


async def unsubscribe(request: web.Request) -> web.StreamResponse:
    """No more webhooks for any number of the account."""
    simulator = of(request)
    for channel in await account(request):
        number = simulator.numbers.of(channel.phone_number_id)
        number.subscribed, number.account_callback = False, ""
        simulator.numbers.save(number)
    await simulator.store.committed()
    simulator.events.tell("numbers", dict)
    return success()


async def check_callback(given: Fields, where: str, *, may_be_empty: bool = False) -> str:
    """`override_callback_uri` that passed the handshake with `verify_token`; "" takes an override away."""
    if may_be_empty and given.get("override_callback_uri") == "":
        return ""
    uri = text(given, "override_callback_uri", LONGEST, where) or ""
    await handshake(uri, text(given, "verify_token", 1000, where) or "")
    return uri


async def handshake(uri: str, verify_token: str) -> None:
    """GET with a challenge: 200 and the challenge, or the callback is refused. Raises GraphError 2200."""
    challenge = str(secrets.randbelow(9 * 10**9) + 10**9)
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.get(URL(uri).update_query(query), allow_redirects=False) as answer,
        ):
            said, status = (await answer.content.read(200)).decode("utf-8", "replace"), answer.status
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as problem:
        raise _refused(f"curl_errno = 7; curl_error = {type(problem).__name__}; HTTP Status Code = 0") from problem
    if status != 200 or said.strip() != challenge:
        raise _refused(f"curl_errno = 0; curl_error = ; HTTP Status Code = {status}; HTTP Message = {said[:80]!r}")


def _refused(why: str) -> GraphError:
    return GraphError(2200, f"Callback verification failed with the following errors: {why}")
