"""What the stand-in takes and answers, against Meta's published OpenAPI (D38). Every difference is listed with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conversations.test_contracts_requests import meta, problems, resolved
from tests.simulator.test_groups import WHATSAPP, club
from tests.simulator.test_numbers import issued
from tests.simulator.world import CHANNEL, World, in_world

pytestmark = pytest.mark.contracts
__all__ = ["meta"]

NUMBER, ACCOUNT = CHANNEL["phone_number_id"], CHANNEL["waba_id"]
Json = dict[str, Any]
OF_NUMBER, OF_ACCOUNT, OF_GROUP = "/{Version}/{Phone-Number-ID}", "/{Version}/{WABA-ID}", "/{Version}/{group_id}"

# Words of the validator -> the calls, and the reason.
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "'status' is a required property": (
        {"numbers"},
        "Without `fields` Graph answers a few; the documentation's sample of this call has no status.",
    ),
    "'NOT_STARTED' is not one of": ({"badge"}, "The file has no word for never having applied."),
}

# name: (path of the file, method, our path, body)
Call = tuple[str, str, str, Json | None]
CALLS: dict[str, Call] = {
    "a number": (
        OF_NUMBER,
        "get",
        f"{NUMBER}?fields=id,display_phone_number,verified_name,quality_rating,name_status",
        None,
    ),
    "numbers": (OF_ACCOUNT + "/phone_numbers", "get", f"{ACCOUNT}/phone_numbers", None),
    "a PIN": (OF_NUMBER, "post", NUMBER, {"pin": "150954"}),
    "subscribed": (OF_ACCOUNT + "/subscribed_apps", "get", f"{ACCOUNT}/subscribed_apps", None),
    "subscribe": (OF_ACCOUNT + "/subscribed_apps", "post", f"{ACCOUNT}/subscribed_apps", {}),
    "unsubscribe": (OF_ACCOUNT + "/subscribed_apps", "delete", f"{ACCOUNT}/subscribed_apps", None),
    "profile": (OF_NUMBER + "/whatsapp_business_profile", "get", f"{NUMBER}/whatsapp_business_profile", None),
    "change of profile": (
        OF_NUMBER + "/whatsapp_business_profile",
        "post",
        f"{NUMBER}/whatsapp_business_profile",
        {**WHATSAPP, "about": "Ceramiche", "websites": ["https://example.org"], "vertical": "RETAIL"},
    ),
    "badge": (OF_NUMBER + "/official_business_account", "get", f"{NUMBER}/official_business_account", None),
    "asking for the badge": (
        OF_NUMBER + "/official_business_account",
        "post",
        f"{NUMBER}/official_business_account",
        {"action": "SUBMIT_APPLICATION"},
    ),
    "commerce": (OF_NUMBER + "/whatsapp_commerce_settings", "get", f"{NUMBER}/whatsapp_commerce_settings", None),
    "groups": (OF_NUMBER + "/groups", "get", f"{NUMBER}/groups", None),
}


def unexplained(name: str, found: list[str]) -> list[str]:
    """What no exception explains; an exception that explains nothing any more is reported too."""
    mine = [words for words, (calls, _reason) in EXCEPTIONS.items() if name in calls]
    useless = [f"no longer needed: {words}" for words in mine if not any(words in problem for problem in found)]
    return useless + [problem for problem in found if not any(words in problem for words in mine)]


def check(meta: Json, name: str, call: Call, answer: Any) -> None:
    """Body and answer fit what the file says of this call."""
    path, method, _ours, body = call
    operation = meta["paths"][path][method]
    if body:
        wanted = resolved(meta, operation["requestBody"])["content"]["application/json"]["schema"]
        assert problems(meta, wanted, body) == []
    content = resolved(meta, operation["responses"]["200"]).get("content", {})
    if "application/json" in content:
        assert unexplained(name, problems(meta, content["application/json"]["schema"], answer)) == []


@pytest.mark.parametrize("name", sorted(CALLS))
def test_an_answer_is_what_meta_answers(meta: Json, tmp_path: Any, name: str) -> None:
    got: list[Any] = []

    @in_world()
    async def ask(world: World) -> None:
        _path, method, ours, body = CALLS[name]
        status, answer = await world.graph(method.upper(), ours, body)
        assert status == 200, answer
        got.append(answer)

    ask(tmp_path)
    check(meta, name, CALLS[name], got[0])


def test_setting_a_number_up_is_what_meta_asks_for(meta: Json, tmp_path: Any) -> None:
    got: list[tuple[Call, Any]] = []

    @in_world()
    async def set_up(world: World) -> None:
        new = await issued(world)
        code: Json = {"code_method": "SMS", "language": "it_IT"}
        for what, body in (("request_code", code), ("verify_code", None), ("register", {**WHATSAPP, "pin": "212834"})):
            given = body or {"code": await new.code()}
            status, answer = await new.does(what, **given)
            assert status == 200, answer
            got.append(((f"{OF_NUMBER}/{what}", "post", "", given), answer))
        got.append(((f"{OF_NUMBER}/deregister", "post", "", None), (await new.does("deregister"))[1]))

    set_up(tmp_path)
    for call, answer in got:
        check(meta, call[0], call, answer)


def test_groups_are_made_and_changed_as_meta_says(meta: Json, tmp_path: Any) -> None:
    got: list[tuple[Call, Any]] = []

    @in_world()
    async def play(world: World) -> None:
        group = await club(world, mode="approval_required")
        group.comes("Ines", "Sergio")
        _, asking = await world.graph("GET", f"{group.id}/join_requests")
        one, two = ({**WHATSAPP, "join_requests": [each["join_request_id"]]} for each in asking["data"])
        calls: list[tuple[str, str, Json | None]] = [
            ("", "get", None),
            ("", "post", {**WHATSAPP, "subject": "Rivenditori"}),
            ("/join_requests", "get", None),
            ("/join_requests", "post", one),
            ("/join_requests", "delete", two),
            ("/invite_link", "post", WHATSAPP),
            ("/invite_link", "delete", WHATSAPP),
            ("/participants", "delete", {**WHATSAPP, "participants": [{"user": "+393471200103"}]}),
            ("", "delete", None),
        ]
        for path, method, body in calls:
            status, answer = await world.graph(method.upper(), group.id + path, body)
            assert status == 200, answer
            got.append(((OF_GROUP + path, method, "", body), answer))

    play(tmp_path)
    for call, answer in got:
        check(meta, f"{call[1]} {call[0]}", call, answer)
