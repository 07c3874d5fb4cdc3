"""Faults, settings, counts, restarts: what commands, benches and tests ask of the simulator."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.simulator.world import CHANNEL, MARTA, QUICK, World, desk_running, in_world, simulator_running, until


@in_world()
async def test_control_needs_the_token(world: World) -> None:
    status, _ = await world.call("GET", "/control/settings")
    assert status == 401
    status, _ = await world.call("GET", "/healthz")
    assert status == 200


@in_world()
async def test_a_wrong_setting_or_fault_is_a_sentence(world: World) -> None:
    for path, body in (("settings", {"duplicate": 2}), ("settings", {"x": 1}), ("faults", {"kind": "magic"})):
        status, answer = await world.call("POST", f"/control/{path}", body, **{"X-Demo-Token": "demo-token"})
        assert status == 400
        assert answer["error"]["message"]


@in_world()
async def test_timeout_after_accept_takes_the_message_and_cuts_the_line(world: World) -> None:
    await world.heard()
    await world.control("faults", {"next": 1, "kind": "timeout_after_accept", "seconds": 0.05})
    with pytest.raises(aiohttp.ClientError):
        await world.send(biz_opaque_callback_data="k1")
    await until(lambda: len(world.desk.statuses()) == 3)
    await world.sent(biz_opaque_callback_data="k1")
    received = await world.control("received")
    assert (received["total"], received["by_opaque_duplicates"], received["extra_copies"]) == (2, 1, 1)
    assert [m["biz_opaque_callback_data"] for m in received["messages"]] == ["k1", "k1"]
    assert len({m["content_hash"] for m in received["messages"]}) == 1


@pytest.mark.parametrize(
    ("fault", "http", "code"),
    [
        ({"kind": "rate_limit"}, 400, 130429),
        ({"kind": "error", "code": 131056}, 400, 131056),
        ({"kind": "error", "code": 190}, 401, 190),
        ({"kind": "error", "code": 131016}, 500, 131016),
        ({"kind": "error", "code": 999999}, 400, 999999),
        ({"kind": "transient_error", "code": 999999}, 400, 999999),
    ],
)
@in_world()
async def test_the_next_answers_fail(world: World, fault: dict[str, object], http: int, code: int) -> None:
    await world.heard()
    await world.control("faults", {"next": 2, **fault})
    for _ in range(2):
        status, answer = await world.send()
        assert (status, answer["error"]["code"]) == (http, code)
        assert answer["error"].get("is_transient", False) is (fault["kind"] == "transient_error" or code == 131016)
    await world.sent()
    assert world.simulator.chats.summary()["total"] == 1


@in_world()
async def test_http_500_is_no_json_and_takes_nothing(world: World) -> None:
    await world.heard()
    await world.control("faults", {"kind": "http_500"})
    status, answer = await world.send()
    assert status == 500
    assert answer.startswith(b"<html>")
    assert world.simulator.chats.summary()["total"] == 0


@in_world()
async def test_a_cut_line_took_nothing_and_an_unheard_one_is_never_told(world: World) -> None:
    await world.heard()
    for kind, total in (("cut", 0), ("unheard", 1)):
        await world.control("faults", {"kind": kind, "seconds": 0.05})
        with pytest.raises(aiohttp.ClientError):
            await world.send()
        assert world.simulator.chats.summary()["total"] == total
    assert not len(world.simulator.webhooks)


@in_world()
async def test_answers_that_are_none_although_it_was_taken(world: World) -> None:
    await world.heard()
    await world.control("faults", {"kind": "no_id"})
    status, answer = await world.send()
    assert (status, "messages" in answer) == (200, False)
    await world.control("faults", {"kind": "http_500_with_id"})
    status, answer = await world.send()
    assert (status, answer["messages"][0]["id"][:5]) == (500, "wamid")
    await until(lambda: len(world.desk.statuses()) == 6)


@in_world()
async def test_copies_of_one_message_are_counted_whatever_their_attempt(world: World) -> None:
    await world.heard()
    for mark in ("k1/1", "k1/2", "k2/1", "k1"):
        await world.sent(biz_opaque_callback_data=mark)
    summary = world.simulator.chats.summary()
    assert (summary["by_opaque_duplicates"], summary["extra_copies"]) == (1, 2)


@in_world()
async def test_a_failed_status_and_a_slow_answer(world: World) -> None:
    await world.heard()
    await world.control("faults", {"kind": "failed_status", "code": 131049})
    await world.control("faults", {"kind": "slow", "seconds": 0.05})
    wamid = await world.sent()
    await until(lambda: world.desk.statuses(wamid))
    assert world.desk.statuses(wamid)[0]["errors"][0]["code"] == 131049
    await world.sent()


@in_world()
async def test_a_fault_waits_for_its_own_number(world: World) -> None:
    await world.heard()
    await world.control("faults", {"kind": "rate_limit", "phone_number_id": "another"})
    await world.sent()
    assert (await world.control("faults", {"kind": "none"}))["faults"] == []


@in_world()
async def test_an_offline_phone_gets_its_messages_later(world: World) -> None:
    await world.heard()
    await world.control("settings", {"online": False, "from": MARTA})
    wamid = await world.sent()
    await until(lambda: world.desk.statuses(wamid) and not len(world.simulator.webhooks))
    assert [s["status"] for s in world.desk.statuses(wamid)] == ["sent"]
    await world.control("settings", {"online": True})
    await until(lambda: len(world.desk.statuses(wamid)) == 3)


@in_world(read_receipts=False)
async def test_without_read_receipts_nothing_is_read(world: World) -> None:
    await world.heard()
    wamid = await world.sent()
    await until(lambda: len(world.desk.statuses(wamid)) == 2)
    await asyncio.sleep(0.1)
    assert {s["status"] for s in world.desk.statuses(wamid)} == {"sent", "delivered"}


@in_world(statuses=False)
async def test_statuses_can_be_off_and_counts_are_paged(world: World) -> None:
    await world.control("heard", {"heard": [{"phone_number_id": CHANNEL["phone_number_id"], "from": MARTA}]})
    for place in range(5):
        await world.sent("text", {"body": str(place)})
    first = await world.control("received?limit=3")
    rest = await world.control(f"received?limit=3&after={first['next']}")
    assert [m["text"] for m in first["messages"] + rest["messages"]] == ["0", "1", "2", "3", "4"]
    assert rest["next"] is None
    summary = await world.control("received?summary=1")
    assert "messages" not in summary
    assert (summary["total"], summary["webhooks_waiting"]) == (5, 0)
    await world.control("reset", {})
    assert (await world.control("received?summary=1"))["total"] == 0


def test_it_learns_channels_from_the_desk(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk_running() as desk, simulator_running(tmp_path, desk) as world:
            await until(lambda: world.simulator.desk.up)
            await world.control("settings", QUICK)
            await world.heard()
            await world.sent()

    asyncio.run(scenario())


def test_statuses_due_survive_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk_running() as desk:
            slow = {"sent_delay": 0.2, "delivered_delay": 0.2}
            async with simulator_running(tmp_path, desk, slow) as world:
                await world.heard()
                wamid = await world.sent(biz_opaque_callback_data="k1")
                assert desk.statuses() == []
            async with simulator_running(tmp_path, desk) as world:
                await until(lambda: len(desk.statuses(wamid)) == 3)
                assert (await world.control("received"))["messages"][0]["biz_opaque_callback_data"] == "k1"
                assert (await world.control("settings"))["sent_delay"] == [0.2, 0.2]
                await world.sent()  # still knows the channel and the open window

    asyncio.run(scenario())


@in_world()
async def test_webhooks_wait_while_the_desk_refuses(world: World) -> None:
    await world.heard()
    world.desk.answer = 503
    wamid = await world.sent()
    await until(lambda: world.simulator.webhooks.refused >= 3)
    assert len(world.simulator.webhooks) == 3
    world.desk.answer = 200
    await until(lambda: len(world.desk.statuses(wamid)) == 3)


@in_world(statuses=False)
async def test_a_past_is_told_message_by_message(world: World) -> None:
    await world.control("clock", {"now": "2026-10-01T08:00:00+00:00"})
    heard = {"phone_number_id": CHANNEL["phone_number_id"], "from": MARTA, "timestamp": "2026-10-01T07:59:00+00:00"}
    for _twice in range(2):
        await world.control("heard", {**heard, "wamid": "wamid.past", "type": "text", "content": {"body": "ciao"}})
    await world.sent("text", {"body": "Eccoci"})
    customer = world.simulator.customers.find(MARTA)
    assert customer is not None
    said, answered = world.simulator.chats.chat(customer.id, CHANNEL["phone_number_id"])
    assert (said["mine"], said["content"], answered["status"]) == (True, {"body": "ciao"}, "read")
    assert 0 <= answered["at"] - said["at"] - 60 < 5


@in_world()
async def test_a_delivery_signed_by_hand_is_shown_and_can_be_marked_read(world: World) -> None:
    told: dict[str, Any] = {
        "wamid": "wamid.HAND",
        "type": "text",
        "content": {"body": "Vorrei fare un reso"},
        "name": "Lucia",
    }
    await world.heard()
    await world.heard(**told)
    customer = world.simulator.customers.find(MARTA)
    assert customer
    assert customer.name == "Lucia"
    number = CHANNEL["phone_number_id"]
    for wamid in ("wamid.HAND", "wamid.NEVER-TOLD"):
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        assert (await world.graph("POST", f"{number}/messages", body))[0] == 200
    assert world.simulator.chats.chat(customer.id, number)[0]["status"] == "read"
    own = await world.sent()
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": own}
    status, answer = await world.graph("POST", f"{number}/messages", body)
    assert (status, answer["error"]["code"]) == (400, 131009)
