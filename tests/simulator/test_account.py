"""Files of the stand-in."""

from __future__ import annotations

import hashlib
from typing import Any

import aiohttp

from tests.simulator.world import CHANNEL, World, in_world, until

NUMBER, ACCOUNT = CHANNEL["phone_number_id"], CHANNEL["waba_id"]
HEADERS = {"Authorization": "Bearer EAAtoken"}
PNG = bytes.fromhex("89504e470d0a1a0a") + b"x" * 100


async def upload(world: World, content: bytes, mime_type: str) -> tuple[int, Any]:
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime_type})
    form.add_field("file", content, filename="file", content_type=mime_type)
    async with world.http.post(f"{world.url}/v24.0/{NUMBER}/media", data=form, headers=HEADERS) as answer:
        return answer.status, await answer.json()


@in_world()
async def test_a_file_goes_up_and_comes_down_in_two_steps(world: World) -> None:
    status, made = await upload(world, PNG, "image/png")
    assert status == 200
    status, shown = await world.graph("GET", made["id"])
    assert shown["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert shown["file_size"] == str(len(PNG))
    async with world.http.get(shown["url"], headers=HEADERS) as answer:
        assert (answer.status, await answer.read()) == (200, PNG)
    async with world.http.get(shown["url"]) as answer:
        assert answer.status == 401
    async with world.http.get(shown["url"].replace("ext=1", "ext=0"), headers=HEADERS) as answer:
        assert answer.status == 404
    await world.heard()
    await world.sent("image", {"id": made["id"]})
    assert await world.graph("DELETE", made["id"]) == (200, {"success": True})
    status, answer_body = await world.send("image", {"id": made["id"]})
    assert (status, answer_body["error"]["code"]) == (400, 100)


@in_world()
async def test_files_of_other_kinds_and_sizes_are_refused(world: World) -> None:
    status, answer = await upload(world, b"<svg/>", "image/svg+xml")
    assert (status, answer["error"]["code"]) == (400, 100)
    status, answer = await upload(world, b"x" * (5 * 1024 * 1024 + 1), "image/jpeg")
    assert (status, answer["error"]["code"]) == (400, 131053)


@in_world()
async def test_a_file_of_another_kind_fails_by_status(world: World) -> None:
    await world.heard()
    _, made = await upload(world, b"words", "text/plain")
    wamid = await world.sent("image", {"id": made["id"]})
    await until(lambda: world.desk.statuses(wamid))
    assert world.desk.statuses(wamid)[0]["errors"][0]["code"] == 131053
