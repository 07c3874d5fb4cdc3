"""The business profile and its picture, which comes by the Resumable Upload API."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.simulator.world import CHANNEL, World, in_world

NUMBER = CHANNEL["phone_number_id"]
PATH = f"{NUMBER}/whatsapp_business_profile"
PROFILE = {
    "about": "Ceramiche fatte a mano",
    "address": "Via dei Vasai 3, Firenze",
    "email": "ciao@bottega-tramontana.example",
    "websites": ["https://bottega-tramontana.example"],
    "vertical": "RETAIL",
}


def picture(size: int, form: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (size, size), "#234a73").save(made, form)
    return made.getvalue()


async def uploaded(world: World, content: bytes, kind: str = "image/jpeg") -> str:
    """In two pieces, as after an interruption; the handle."""
    path = f"app/uploads?file_length={len(content)}&file_type={kind}&file_name=logo.jpg"
    status, session = await world.graph("POST", path)
    assert status == 200, session
    url, half = f"{world.url}/v24.0/{session['id']}", len(content) // 2
    answer: Any = {}
    for part, offset in ((content[:half], 0), (content[half:], half)):
        headers = {"Authorization": "OAuth EAAtoken", "file_offset": str(offset)}
        async with world.http.post(url, data=part, headers=headers) as response:
            answer = await response.json()
            assert response.status == 200, answer
    return str(answer["h"])


@in_world()
async def test_a_profile_is_kept_and_shown(world: World) -> None:
    assert await world.graph("POST", PATH, {"messaging_product": "whatsapp", **PROFILE}) == (200, {"success": True})
    assert await world.graph("POST", PATH, {"messaging_product": "whatsapp", "address": ""}) == (200, {"success": True})
    _, shown = await world.graph("GET", f"{PATH}?fields=about,address,email,websites,vertical")
    kept = {key: value for key, value in PROFILE.items() if key != "address"}
    assert shown["data"] == [{**kept, "messaging_product": "whatsapp"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"about": "a" * 140},
        {"about": ""},
        {"address": "a" * 257},
        {"description": "a" * 257},
        {"email": "nobody"},
        {"email": "a" * 120 + "@example.org"},
        {"websites": ["https://a.example", "https://b.example", "https://c.example"]},
        {"websites": ["bottega.example"]},
        {"vertical": "POTTERY"},
        {"profile_picture_handle": "4:unknown"},
        {"messaging_product": "sms"},
    ],
)
@in_world()
async def test_a_wrong_profile_is_refused(world: World, wrong: dict[str, Any]) -> None:
    status, answer = await world.graph("POST", PATH, {"messaging_product": "whatsapp", **wrong})
    assert status == 400
    assert answer["error"]["code"] in (100, 131009)


@in_world()
async def test_a_picture_is_uploaded_and_shown(world: World) -> None:
    logo = picture(640)
    handle = await uploaded(world, logo)
    body = {"messaging_product": "whatsapp", "profile_picture_handle": handle}
    assert (await world.graph("POST", PATH, body))[0] == 200
    _, shown = await world.graph("GET", f"{PATH}?fields=profile_picture_url")
    async with world.http.get(shown["data"][0]["profile_picture_url"]) as answer:
        assert (answer.status, await answer.read()) == (200, logo)
        assert answer.headers["Content-Type"] == "image/jpeg"


@in_world()
async def test_a_small_picture_and_a_wrong_file_are_refused(world: World) -> None:
    for handle in (await uploaded(world, picture(100)), await uploaded(world, b"no picture at all")):
        body = {"messaging_product": "whatsapp", "profile_picture_handle": handle}
        status, answer = await world.graph("POST", PATH, body)
        assert (status, answer["error"]["code"]) == (400, 100)
    assert (await world.graph("POST", "app/uploads?file_length=5&file_type=image/gif"))[0] == 400
    assert (await world.graph("POST", f"app/uploads?file_length={6 * 1024 * 1024}&file_type=image/png"))[0] == 400


@in_world()
async def test_an_upload_goes_on_where_it_ended(world: World) -> None:
    _, session = await world.graph("POST", "app/uploads?file_length=10&file_type=image/png")
    url, headers = f"{world.url}/v24.0/{session['id']}", {"Authorization": "OAuth EAAtoken"}
    async with world.http.post(url, data=b"1234", headers={**headers, "file_offset": "0"}) as answer:
        assert (await answer.json())["file_offset"] == 4
    async with world.http.post(url, data=b"1234", headers={**headers, "file_offset": "0"}) as answer:
        assert answer.status == 400
    async with world.http.get(url, headers=headers) as answer:
        assert (await answer.json())["file_offset"] == 4
    async with world.http.get(url.partition("?")[0], headers=headers) as answer:
        assert answer.status == 400, "the seal belongs to the address"
