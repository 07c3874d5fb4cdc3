"""Taking messages, refusing them in Meta's shape, and what follows by webhook."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from conversations.simulator.clock import machine_now
from tests.simulator.world import CHANNEL, MARTA, World, in_world, until

NUMBER = CHANNEL["phone_number_id"]


@in_world()
async def test_sent_delivered_and_read_come_back_signed(world: World) -> None:
    await world.heard(name="Marta")
    status, answer = await world.send(biz_opaque_callback_data="out-1")
    assert status == 200
    assert answer["contacts"] == [{"input": f"+{MARTA}", "wa_id": MARTA}]
    wamid = answer["messages"][0]["id"]
    await until(lambda: len(world.desk.statuses(wamid)) == 3)
    sent, delivered, read = world.desk.statuses(wamid)
    assert [sent["status"], delivered["status"], read["status"]] == ["sent", "delivered", "read"]
    assert sent["recipient_id"] == MARTA
    assert sent["biz_opaque_callback_data"] == "out-1"
    assert sent["pricing"] == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    assert "pricing" not in read
    assert isinstance(sent["timestamp"], str)
    value = world.desk.values()[0]
    assert value["metadata"] == {"display_phone_number": "390550001122", "phone_number_id": NUMBER}
    assert value["contacts"][0]["profile"]["name"] == "Marta"
    await until(lambda: len(world.simulator.webhooks) == 0)


@in_world()
async def test_a_user_id_is_enough(world: World) -> None:
    await world.heard("IT.1234567890123")
    status, answer = await world.send(recipient="IT.1234567890123")
    assert (status, answer["contacts"]) == (200, [{"input": "IT.1234567890123", "user_id": "IT.1234567890123"}])
    await until(lambda: len(world.desk.statuses()) == 3)
    assert "recipient_id" not in world.desk.statuses()[0]
    assert world.desk.statuses()[0]["recipient_user_id"] == "IT.1234567890123"


async def failed(world: World, code: int) -> None:
    """Taken with 200, and reported as failed: as Meta does for what it only learns later."""
    wamid = await world.sent()
    await until(lambda: world.desk.statuses(wamid))
    (status,) = world.desk.statuses(wamid)
    assert (status["status"], status["errors"][0]["code"]) == ("failed", code)
    assert world.simulator.chats.summary()["total"] == 0


@in_world()
async def test_nobody_has_this_number(world: World) -> None:
    await failed(world, 131026)


@in_world()
async def test_the_window_is_closed_after_24_hours(world: World) -> None:
    await world.heard(timestamp=str(int(machine_now() - 24 * 3600 - 5)))
    await failed(world, 131047)
    template = {"name": "order_ready", "language": {"code": "it"}, "components": [_body("Marta", "T-1042")]}
    wamid = await world.sent("template", template)
    await until(lambda: len(world.desk.statuses(wamid)) == 3)
    assert world.desk.statuses(wamid)[0]["pricing"]["category"] == "utility"


@in_world()
async def test_the_desks_clock_closes_the_window(world: World) -> None:
    await world.heard()
    await until(lambda: world.simulator.desk.up)
    status, _ = await world.call("POST", "/phone/clock", {"advance_seconds": 90_000})
    assert status == 200
    await failed(world, 131047)


def _body(*values: str) -> dict[str, Any]:
    return {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}


async def refused(world: World, http: int, code: int, *args: Any, **more: Any) -> dict[str, Any]:
    status, answer = await world.send(*args, **more)
    error: dict[str, Any] = answer["error"]
    assert (status, error["code"]) == (http, code), answer
    assert error["type"] in ("OAuthException", "GraphMethodException")
    assert error["fbtrace_id"]
    return error


@in_world()
async def test_errors_have_metas_shape(world: World) -> None:
    error = await refused(world, 400, 100, "text", {"body": "a" * 4097})
    assert error["message"] == "(#100) Invalid parameter"
    assert error["error_data"] == {
        "messaging_product": "whatsapp",
        "details": "Param text['body'] must be at most 4096 characters long.",
    }


@in_world()
async def test_a_wrong_token_and_an_unknown_number(world: World) -> None:
    status, answer = await world.graph("POST", f"{NUMBER}/messages", {}, token="old")
    assert (status, answer["error"]["code"]) == (401, 190)
    status, answer = await world.graph("POST", "999/messages", {})
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)


@in_world()
async def test_recipient_is_sender(world: World) -> None:
    await refused(world, 400, 131021, to=CHANNEL["display_phone_number"])


@in_world()
async def test_pair_rate_lets_a_burst_pass_and_then_waits(world: World) -> None:
    await world.heard()
    answers = await asyncio.gather(*[world.send() for _ in range(46)])
    assert sorted(status for status, _ in answers) == [200] * 45 + [400]
    await refused(world, 400, 131056)


@in_world(pair_limit=False, throughput=10)
async def test_throughput_never_passes_more_in_a_second(world: World) -> None:
    await world.heard()
    limit = CHANNEL["throughput"]  # 12: the channel's own is higher than the setting
    answers = await asyncio.gather(*[world.send() for _ in range(20)])
    codes = [answer.get("error", {}).get("code") for _, answer in answers]
    assert codes.count(None) == limit
    assert codes.count(130429) == 20 - int(str(limit))
    await asyncio.sleep(1.01)
    await world.sent()


@pytest.mark.parametrize(
    ("http", "code", "template"),
    [
        (404, 132001, {"name": "unknown", "language": {"code": "it"}}),
        (404, 132001, {"name": "order_ready", "language": {"code": "fr"}}),
        (400, 132000, {"name": "order_ready", "language": {"code": "it"}, "components": [_body("Marta")]}),
        (400, 132018, {"name": "order_ready", "language": {"code": "it"}, "components": [_body("Marta\n", "T-1")]}),
        (400, 132005, {"name": "order_ready", "language": {"code": "it"}, "components": [_body("M" * 1020, "T-1")]}),
        (
            400,
            131008,
            {
                "name": "parcel_on_its_way",
                "language": {"code": "en"},
                "components": [{"type": "header", "parameters": [{"type": "text", "text": "7"}]}, _body("M", "Monday")],
            },
        ),
    ],
)
@in_world()
async def test_templates_are_checked_against_their_definition(
    world: World, http: int, code: int, template: dict[str, Any]
) -> None:
    await refused(world, http, code, "template", template)


@in_world()
async def test_reactions_are_shown_and_only_sent(world: World) -> None:
    await world.heard()
    target = await world.sent()
    wamid = await world.sent("reaction", {"message_id": target, "emoji": "👍"})
    await until(lambda: world.desk.statuses(wamid) and len(world.simulator.webhooks) == 0)
    assert [status["status"] for status in world.desk.statuses(wamid)] == ["sent"]
    late = await world.sent("reaction", {"message_id": "wamid.unknown", "emoji": "👍"})
    await until(lambda: world.desk.statuses(late))
    assert world.desk.statuses(late)[0]["errors"][0]["code"] == 131009


@in_world(duplicate=1.0)
async def test_every_status_can_come_twice(world: World) -> None:
    await world.heard()
    wamid = await world.sent()
    await until(lambda: len(world.desk.statuses(wamid)) == 6)
    assert sorted(status["status"] for status in world.desk.statuses(wamid)) == sorted(
        ["sent", "delivered", "read"] * 2
    )


@in_world(shuffle=1.0, delivered_delay=0.1, read_delay=0.1)
async def test_statuses_can_come_out_of_order_with_true_times(world: World) -> None:
    await world.heard()
    wamid = await world.sent()
    await until(lambda: len(world.desk.statuses(wamid)) == 3)
    assert [status["status"] for status in world.desk.statuses(wamid)] != ["sent", "delivered", "read"]
    chat = world.simulator.chats.get(wamid)
    assert chat
    assert chat["status"] == "read"


@in_world(connections=1, batch=50, pair_limit=False)
async def test_many_statuses_share_a_webhook_when_the_desk_is_slow(world: World) -> None:
    await world.heard()
    await asyncio.gather(*[world.sent() for _ in range(60)])
    await until(lambda: len(world.desk.statuses()) == 180)
    assert len(world.desk.deliveries) < 180


@in_world()
async def test_a_code_by_template_needs_a_number(world: World) -> None:
    example = {"body_text": [["4711"]]}
    body = [{"type": "BODY", "text": "Your code is {{1}}, for this shop only.", "example": example}]
    made = {"name": "login_code", "language": "en", "category": "AUTHENTICATION", "components": body}
    await world.control("settings", {"review_delay": 0})
    status, answer = await world.graph("POST", f"{CHANNEL['waba_id']}/message_templates", made)
    assert status == 200, answer
    await world.control(
        "templates",
        {"phone_number_id": CHANNEL["phone_number_id"], "name": "login_code", "language": "en", "status": "APPROVED"},
    )
    filled = [{"type": "body", "parameters": [{"type": "text", "text": "4711"}]}]
    template = {"name": "login_code", "language": {"code": "en"}, "components": filled}
    assert (await world.send("template", template))[0] == 200
    status, answer = await world.send("template", template, recipient="IT.13491208655302741918")
    assert (status, answer["error"]["code"]) == (400, 131062)
