"""What customers do on the phone page, and what the desk hears of it (facts §3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.world import CHANNEL, MARTA, World, in_world, until

NUMBER = CHANNEL["phone_number_id"]


class Hand:
    """Somebody with the phone page in hand."""

    def __init__(self, world: World, name: str = "Marta") -> None:
        self.world = world
        self.customer = next(each for each in world.simulator.customers.all() if each.name.startswith(name))

    async def does(self, path: str, **body: Any) -> tuple[int, Any]:
        body = {"customer": self.customer.id, "channel": NUMBER, **body}
        return await self.world.call("POST", f"/phone/{path}", body)

    async def writes(self, kind: str, content: Any, **more: Any) -> str:
        status, answer = await self.does("messages", type=kind, content=content, **more)
        assert status == 201, answer
        return str(answer["wamid"])

    async def sent(self, wamid: str) -> dict[str, Any]:
        """The message as the desk got it."""
        await until(lambda: [each for each in self.world.desk.messages() if each["id"] == wamid])
        return next(each for each in self.world.desk.messages() if each["id"] == wamid)

    async def last(self, kind: str) -> dict[str, Any]:
        await until(lambda: [each for each in self.world.desk.messages() if each["type"] == kind])
        return [each for each in self.world.desk.messages() if each["type"] == kind][-1]


@pytest.mark.parametrize(
    ("kind", "given", "sent"),
    [
        ("text", {"body": "Ciao", "more": 1}, {"body": "Ciao"}),
        (
            "location",
            {"latitude": 43.7, "longitude": 11.2, "name": "Bottega"},
            {"latitude": 43.7, "longitude": 11.2, "name": "Bottega"},
        ),
        ("reaction", {"message_id": "wamid.1", "emoji": "👍"}, {"message_id": "wamid.1", "emoji": "👍"}),
        ("reaction", {"message_id": "wamid.1", "emoji": ""}, {"message_id": "wamid.1"}),
        ("button", {"payload": "yes", "text": "Sì"}, {"payload": "yes", "text": "Sì"}),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "a", "title": "Ordini", "description": "Stato"}},
            {"type": "list_reply", "list_reply": {"id": "a", "title": "Ordini", "description": "Stato"}},
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "values": {"size": "M"}}},
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"size": "M"}'}},
        ),
        (
            "interactive",
            {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}},
            {
                "type": "call_permission_reply",
                "call_permission_reply": {"response": "accept", "response_source": "user_action"},
            },
        ),
        (
            "contacts",
            [{"name": "Paolo Ferri", "phone": "+39 333 765 4321"}],
            [
                {
                    "name": {"formatted_name": "Paolo Ferri", "first_name": "Paolo", "last_name": "Ferri"},
                    "phones": [{"phone": "+39 333 765 4321", "type": "CELL", "wa_id": "393337654321"}],
                    "origin": "other",
                }
            ],
        ),
        (
            "order",
            {"product_items": [{"product_retailer_id": "TAZ-01", "quantity": 2}], "text": " Regalo "},
            {
                "catalog_id": "402290129340398".rjust(15, "4"),
                "product_items": [
                    {"product_retailer_id": "TAZ-01", "quantity": 2, "item_price": 24, "currency": "EUR"}
                ],
                "text": "Regalo",
            },
        ),
    ],
)
@in_world()
async def test_each_kind_arrives_in_metas_shape(world: World, kind: str, given: Any, sent: Any) -> None:
    hand = Hand(world)
    arrived = (await hand.sent(await hand.writes(kind, given)))[kind]
    if kind == "order":
        sent = {**sent, "catalog_id": arrived["catalog_id"]}
    assert arrived == sent


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", {"body": " "}),
        ("order", {"product_items": []}),
        ("order", {"product_items": [{"product_retailer_id": "SET-01", "quantity": 1}]}),
        ("order", {"product_items": [{"product_retailer_id": "TAZ-01", "quantity": 100}]}),
        ("contacts", []),
        ("contacts", [{"phone": "+39 333 1"}]),
        ("interactive", {"type": "dance"}),
        ("image", {"id": "1"}),
        ("poll", {}),
        ("unsupported", {"type": "dance"}),
    ],
)
@in_world()
async def test_nonsense_is_refused_with_a_sentence(world: World, kind: str, given: Any) -> None:
    status, answer = await Hand(world).does("messages", type=kind, content=given)
    assert status == 400
    assert answer["error"]["message"]


@in_world()
async def test_forwarded_quoted_and_about_a_product(world: World) -> None:
    hand = Hand(world)
    first = await hand.writes("text", {"body": "Guardate"}, forwarded=True)
    assert (await hand.sent(first))["context"] == {"forwarded": True}
    often = await hand.writes("text", {"body": "Guardate"}, forwarded="often")
    assert (await hand.sent(often))["context"] == {"frequently_forwarded": True}
    reply = await hand.writes("text", {"body": "Questo"}, quotes=first)
    assert (await hand.sent(reply))["context"] == {"from": hand.customer.wa_id, "id": first}
    asked = await hand.writes("text", {"body": "C'è ancora?"}, product="TAZ-01")
    assert (await hand.sent(asked))["context"]["referred_product"]["product_retailer_id"] == "TAZ-01"


@in_world()
async def test_an_edit_is_heard_by_coexistence_numbers_only(world: World) -> None:
    hand = Hand(world)
    wamid = await hand.writes("text", {"body": "Vorrei due tazzze"})
    assert (await hand.does("edit", wamid=wamid, text="Vorrei due tazze"))[0] == 200
    assert (await hand.last("unsupported"))["unsupported"] == {"type": "edit"}

    await world.control("numbers", {"phone_number_id": NUMBER, "is_on_biz_app": True})
    await hand.does("edit", wamid=wamid, text="Vorrei tre tazze")
    edit = (await hand.last("edit"))["edit"]
    assert edit == {"original_message_id": wamid, "message": {"type": "text", "text": {"body": "Vorrei tre tazze"}}}
    assert (await hand.does("revoke", wamid=wamid))[0] == 200
    assert (await hand.last("revoke"))["revoke"] == {"original_message_id": wamid}
    _, chat = await world.call("GET", f"/phone/chat?customer={hand.customer.id}&channel={NUMBER}")
    assert (chat["messages"][0]["edited"], chat["messages"][0]["revoked"]) == (True, True)


@in_world()
async def test_late_edits_and_strangers_are_refused(world: World) -> None:
    hand, other = Hand(world), Hand(world, "Sergio")
    wamid = await hand.writes("text", {"body": "Ciao"})
    assert (await other.does("edit", wamid=wamid, text="Addio"))[0] == 400
    assert (await hand.does("edit", wamid=wamid, text=" "))[0] == 400
    await world.call("POST", "/phone/clock", {"advance_seconds": 16 * 60})
    assert (await hand.does("edit", wamid=wamid, text="Addio"))[0] == 400
    assert (await hand.does("revoke", wamid=wamid))[0] == 200


@in_world()
async def test_a_missed_call_opens_the_window(world: World) -> None:
    hand = Hand(world)
    assert (await hand.does("act", act="call"))[0] == 200
    await until(lambda: world.desk.values("calls"))
    (value,) = world.desk.values("calls")
    assert (value["calls"][0]["from"], value["calls"][0]["event"]) == (hand.customer.wa_id, "terminate")
    assert value["metadata"]["phone_number_id"] == NUMBER
    assert world.simulator.customers.last_heard(hand.customer, NUMBER) is not None


@in_world()
async def test_offers_are_stopped_and_wanted_again(world: World) -> None:
    hand = Hand(world)
    await hand.does("act", act="stop")
    await until(lambda: world.desk.values("user_preferences"))
    (value,) = world.desk.values("user_preferences")
    assert (value["user_preferences"][0]["value"], value["contacts"][0]["wa_id"]) == ("stop", hand.customer.wa_id)
    template = {"name": "new_glazes", "language": {"code": "it"}}
    wamid = await world.sent("template", template, to=f"+{hand.customer.wa_id}")
    await until(lambda: world.desk.statuses(wamid))
    assert world.desk.statuses(wamid)[0]["errors"][0]["code"] == 131050
    await hand.does("act", act="resume")
    wamid = await world.sent("template", template, to=f"+{hand.customer.wa_id}")
    await until(lambda: world.desk.statuses(wamid))
    assert world.desk.statuses(wamid)[0]["status"] != "failed"


@in_world()
async def test_who_blocks_the_shop_is_not_reached(world: World) -> None:
    hand = Hand(world)
    await hand.writes("text", {"body": "Ciao"})
    _, shown = await hand.does("act", act="block")
    assert shown["blocked"] == [NUMBER]
    wamid = await world.sent(to=f"+{hand.customer.wa_id}")
    await until(lambda: world.desk.statuses(wamid))
    assert world.desk.statuses(wamid)[0]["errors"][0]["code"] == 131026
    assert (await hand.does("act", act="unblock"))[1]["blocked"] == []


@in_world()
async def test_a_new_number_is_told_to_those_who_know_the_old_one(world: World) -> None:
    hand = Hand(world)
    old = hand.customer
    await hand.writes("text", {"body": "Ciao"})
    _, shown = await hand.does("act", act="number", number="+39 347 999 8877")
    assert shown["wa_id"] == "393479998877"
    system = await hand.last("system")
    assert (system["from"], system["system"]["wa_id"]) == (old.wa_id, "393479998877")
    assert shown["user_id"] == system["system"]["user_id"] != old.user_id
    assert (await hand.does("act", act="number", number=MARTA[:3]))[0] == 400


@in_world()
async def test_an_answer_to_somebody_from_an_ad_is_free_for_72_hours(world: World) -> None:
    hand = Hand(world)
    wamid = await hand.writes("text", {"body": "Vi ho visti"}, from_ad=True)
    assert (await hand.sent(wamid))["referral"]["source_type"] == "ad"
    sent = await world.sent(to=f"+{hand.customer.wa_id}")
    await until(lambda: world.desk.statuses(sent))
    status = world.desk.statuses(sent)[0]
    assert status["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_entry_point",
        "category": "referral_conversion",
    }
    assert status["conversation"]["origin"]["type"] == "referral_conversion"
    await world.call("POST", "/phone/clock", {"advance_seconds": 73 * 3600})
    await hand.writes("text", {"body": "Di nuovo io"})
    sent = await world.sent(to=f"+{hand.customer.wa_id}")
    await until(lambda: world.desk.statuses(sent))
    assert world.desk.statuses(sent)[0]["pricing"]["type"] == "regular"


@in_world()
async def test_a_voice_message_is_played_once(world: World) -> None:
    hand = Hand(world)
    await hand.writes("text", {"body": "Ciao"})
    media = world.simulator.media.add(NUMBER, b"OggS", "audio/ogg", "voce.ogg", from_customer=False)
    wamid = await world.sent("audio", {"id": media.id, "voice": True}, to=f"+{hand.customer.wa_id}")
    for _ in range(2):
        await hand.does("play", wamid=wamid)
        await until(lambda: [each for each in world.desk.statuses(wamid) if each["status"] == "played"])
    assert len([each for each in world.desk.statuses(wamid) if each["status"] == "played"]) == 1
    _, chat = await world.call("GET", f"/phone/chat?customer={hand.customer.id}&channel={NUMBER}")
    shown = chat["messages"][-1]
    assert (shown["status"], shown["read_at"] >= shown["delivered_at"] > 0) == ("played", True)


@in_world()
async def test_what_the_desk_cannot_read_is_still_told(world: World) -> None:
    hand = Hand(world)
    sent = await hand.sent(await hand.writes("unsupported", {"type": "poll"}))
    assert (sent["type"], sent["unsupported"], sent["errors"][0]["code"]) == ("unsupported", {"type": "poll"}, 131051)
    assert json.dumps(sent)
