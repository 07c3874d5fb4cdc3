"""The phone page: what a customer does arrives at the desk in Meta's shape; what the desk does is seen."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
from yarl import URL

from conversations.simulator.customers import PEOPLE
from conversations.simulator.options import PROJECT
from conversations.simulator.phone_page import IMPORTS
from tests.simulator.world import CHANNEL, World, in_world, until

# modules whose refusals a person at the page can meet, and how a refusal looks
SAYS = ("phone_api", "phone_writing", "phone_groups", "phone_numbers", "writing", "incoming", "membership", "customers")
REFUSAL = r'(?:raise ValueError\(|_WITHIN, )\s*"([^"]+)"'
NUMBER = str(CHANNEL["phone_number_id"])


async def customer(world: World, name: str = "Marta Belluzzi") -> dict[str, Any]:
    _, state = await world.call("GET", "/phone/state")
    found: dict[str, Any] = next(each for each in state["customers"] if each["name"] == name)
    return found


async def write(world: World, who: dict[str, Any], kind: str, content: Any, **more: Any) -> str:
    body = {"customer": who["id"], "channel": NUMBER, "type": kind, "content": content, **more}
    status, answer = await world.call("POST", "/phone/messages", body)
    assert status == 201, answer
    wamid: str = answer["wamid"]
    return wamid


async def chat(world: World, who: dict[str, Any]) -> list[dict[str, Any]]:
    _, answer = await world.call("GET", f"/phone/chat?customer={who['id']}&channel={NUMBER}")
    messages: list[dict[str, Any]] = answer["messages"]
    return messages


@in_world()
async def test_a_customer_writes_and_gets_ticks(world: World) -> None:
    marta = await customer(world)
    world.desk.answer = 500
    wamid = await write(world, marta, "text", {"body": "Vorrei fare un reso"})
    assert (await chat(world, marta))[0]["status"] == "queued"
    world.desk.answer = 200
    await until(lambda: world.desk.messages())
    (message,) = world.desk.messages()
    assert message["from"] == marta["wa_id"]
    assert message["from_user_id"] == marta["user_id"]
    assert message["text"] == {"body": "Vorrei fare un reso"}
    assert world.desk.values()[0]["contacts"] == [
        {"profile": {"name": "Marta Belluzzi"}, "wa_id": marta["wa_id"], "user_id": marta["user_id"]}
    ]
    assert (await chat(world, marta))[0]["status"] == "delivered"
    body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
        "typing_indicator": {"type": "text"},
    }
    assert await world.graph("POST", f"{NUMBER}/messages", body) == (200, {"success": True})
    assert (await chat(world, marta))[0]["status"] == "read"
    await world.sent(to=marta["wa_id"])  # writing opened the window


@in_world()
async def test_a_customer_without_a_number(world: World) -> None:
    yusuf = await customer(world, "Yusuf Demir")
    await write(world, yusuf, "text", {"body": "Merhaba"})
    await until(lambda: world.desk.messages())
    (message,) = world.desk.messages()
    assert "from" not in message
    assert message["from_user_id"] == yusuf["user_id"]
    assert world.desk.values()[0]["contacts"] == [
        {"profile": {"name": "Yusuf Demir", "username": "yusuf.demir"}, "user_id": yusuf["user_id"]}
    ]


@in_world()
async def test_answers_quotes_and_reactions(world: World) -> None:
    marta = await customer(world)
    await write(world, marta, "text", {"body": "Ciao"})
    wamid = await world.sent(to=marta["wa_id"])
    reply = {"type": "button_reply", "button_reply": {"id": "returns", "title": "Un reso"}}
    await write(world, marta, "interactive", reply, quotes=wamid)
    await write(world, marta, "reaction", {"message_id": wamid, "emoji": "👍"})
    await write(world, marta, "reaction", {"message_id": wamid, "emoji": ""})
    await until(lambda: len(world.desk.messages()) == 4)
    by_type = {message["type"]: message for message in world.desk.messages()}
    assert by_type["interactive"]["interactive"] == reply
    assert by_type["interactive"]["context"] == {"from": "390550001122", "id": wamid}
    reactions = [m["reaction"] for m in world.desk.messages() if m["type"] == "reaction"]
    assert {"message_id": wamid, "emoji": "👍"} in reactions
    assert {"message_id": wamid} in reactions


@in_world()
async def test_a_picture_and_a_place(world: World) -> None:
    marta = await customer(world)
    form = aiohttp.FormData({"channel": NUMBER})
    form.add_field("file", b"picture", filename="brocca.jpg", content_type="image/jpeg")
    async with world.http.post(f"{world.url}/phone/media", data=form) as answer:
        made = await answer.json()
    assert made["type"] == "image"
    await write(world, marta, "image", {"id": made["id"], "caption": "Rotta"})
    await write(world, marta, "location", {"latitude": 43.77, "longitude": 11.25, "name": "Casa"})
    await until(lambda: len(world.desk.messages()) == 2)
    image = next(m["image"] for m in world.desk.messages() if m["type"] == "image")
    assert image["mime_type"] == "image/jpeg"
    _, shown = await world.graph("GET", image["id"])
    assert shown["file_size"] == "7"


@in_world()
async def test_wrong_values_are_sentences(world: World) -> None:
    marta = await customer(world)
    for kind, content in (("text", {"body": ""}), ("location", {}), ("image", {"id": "1"}), ("dance", {})):
        body = {"customer": marta["id"], "channel": NUMBER, "type": kind, "content": content}
        status, answer = await world.call("POST", "/phone/messages", body)
        assert (status, bool(answer["error"]["message"])) == (400, True)
    status, _ = await world.call("POST", "/phone/customers", {"name": "X", "number": marta["wa_id"]})
    assert status == 400
    status, _ = await world.call("POST", "/phone/reset", {}, Origin="https://elsewhere.example")
    assert status == 403


@in_world()
async def test_the_page_is_strict_and_hears_live(world: World) -> None:
    marta = await customer(world)
    async with world.http.get(world.url + "/") as page:
        policy, text = page.headers["Content-Security-Policy"], await page.text()
    assert "unsafe" not in policy
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert text.count("<script") == 2
    assert f'<script type="importmap" nonce="{nonce}">' in text
    async with world.http.get(f"{world.url}/events?chat={marta['id']}") as stream:
        await write(world, marta, "text", {"body": "Ciao"})
        seen: list[str] = []
        while "message" not in seen:
            line = (await stream.content.readline()).decode()
            if line.startswith("event: "):
                seen.append(line[7:].strip())
            if line.startswith("data: ") and seen and seen[-1] == "message":
                assert json.loads(line[6:])["content"] == {"body": "Ciao"}
    for path in ("/static/../conversations/__init__.py", "/modules/preact/package.json", "/static/%2e%2e/manage.py"):
        async with world.http.get(URL(world.url + path, encoded=True)) as answer:
            assert answer.status == 404


def test_every_word_of_the_page_has_italian_and_none_is_left_over() -> None:
    """Texts of the page, refusals of its calls, and the notes of the people it comes with."""
    folder, simulator = PROJECT / "static" / "phone", PROJECT / "conversations" / "simulator"
    known = json.loads((folder / "words.it.json").read_text())
    used = {word for file in folder.glob("*.js") for word in re.findall(r'\b[tn]\("([^"]+)"', file.read_text())}
    said = {word for file in folder.glob("*.js") for word in re.findall(r'new Error\("([^"]+)"', file.read_text())}
    said |= {word for name in SAYS for word in re.findall(REFUSAL, (simulator / f"{name}.py").read_text())}
    assert (used | said) - set(known) == set()
    assert set(known) - used - said - {note for _name, _number, _username, note in PEOPLE} == set()


def test_every_import_of_the_page_can_be_found() -> None:
    for file in sorted((PROJECT / "static" / "phone").glob("*.js")):
        for name in re.findall(r'from "(\./[^"]+)"', file.read_text()):
            assert (file.parent / name).is_file(), (file.name, name)
        for name in re.findall(r'from "([^./][^"]*)"', file.read_text()):
            assert name in IMPORTS, (file.name, name)
