"""Templates of the stand-in: made, reviewed, edited, paused, deleted, each told by a webhook (facts §6, §8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.world import CHANNEL, TOKEN, World, in_world, until

NUMBER, ACCOUNT = CHANNEL["phone_number_id"], CHANNEL["waba_id"]
TEXT: dict[str, Any] = {
    "type": "BODY",
    "text": "Ciao {{1}}, il tuo vaso è pronto.",
    "example": {"body_text": [["Asha"]]},
}
STATUS, QUALITY = "message_template_status_update", "message_template_quality_update"


def made(name: str = "vase_ready", *parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = [part for part in parts if part.get("type") == "BODY"]
    components = [part for part in parts if part.get("type") != "BODY"] + (body or [TEXT])
    return {"name": name, "language": "it", "category": "UTILITY", "components": components, **changes}


async def create(world: World, body: dict[str, Any]) -> dict[str, Any]:
    status, answer = await world.graph("POST", f"{ACCOUNT}/message_templates", body)
    assert status == 200, answer
    return dict(answer)


async def refused(world: World, body: dict[str, Any], path: str = f"{ACCOUNT}/message_templates") -> dict[str, Any]:
    status, answer = await world.graph("POST", path, body)
    assert status == 400, answer
    return dict(answer["error"])


@in_world()
async def test_they_are_listed_in_pages(world: World) -> None:
    _, first = await world.graph("GET", f"{ACCOUNT}/message_templates?limit=6")
    cursor = first["paging"]["cursors"]["after"]
    _, rest = await world.graph("GET", f"{ACCOUNT}/message_templates?limit=6&after={cursor}")
    names = [each["name"] for each in first["data"] + rest["data"]]
    assert len(names) == 10
    assert "next" not in rest["paging"]
    _, one = await world.graph("GET", f"{first['data'][0]['id']}?fields=status,quality_score")
    assert (one["status"], one["quality_score"]["score"]) == ("APPROVED", "UNKNOWN")
    status, answer = await world.graph("GET", f"{ACCOUNT}/message_templates?fields=colour")
    assert (status, answer["error"]["code"]) == (400, 100)


@in_world()
async def test_a_new_one_is_reviewed_and_told_of(world: World) -> None:
    answer = await create(world, made())
    assert (answer["status"], answer["category"]) == ("PENDING", "UTILITY")
    await until(lambda: world.desk.values(STATUS))
    value = world.desk.values(STATUS)[0]
    assert (value["event"], value["reason"]) == ("APPROVED", "NONE")
    assert value["message_template_id"] == int(answer["id"])
    assert (await world.graph("GET", answer["id"]))[1]["status"] == "APPROVED"
    await world.sent("template", {"name": "vase_ready", "language": {"code": "it"},
                                  "components": [{"type": "body", "parameters": [{"type": "text", "text": "Asha"}]}]})  # fmt: skip
    assert (await refused(world, made()))["error_subcode"] == 2388024


@in_world(review_delay=30)
async def test_until_then_it_cannot_be_sent(world: World) -> None:
    answer = await create(world, made())
    assert (await world.graph("GET", answer["id"]))[1]["status"] == "PENDING"
    status, refusal = await world.send("template", {"name": "vase_ready", "language": {"code": "it"}})
    assert (status, refusal["error"]["code"]) == (404, 132001)
    assert (await refused(world, {"components": [TEXT]}, answer["id"]))["error_subcode"] == 2388003


BUTTONS = [{"type": "QUICK_REPLY", "text": "Sì"}, {"type": "URL", "text": "Vai", "url": "https://a.example"}]


@pytest.mark.parametrize(
    ("part", "subcode"),
    [
        ({"type": "BODY", "text": "{{1}}, il vaso è pronto.", "example": {"body_text": [["A"]]}}, 2388299),
        ({"type": "BODY", "text": "Il vaso è pronto, {{1}}", "example": {"body_text": [["A"]]}}, 2388299),
        ({"type": "BODY", "text": "a {{1}} b {{2}} c", "example": {"body_text": [["A", "B"]]}}, 2388293),
        ({"type": "BODY", "text": "Ciao {{2}}, il vaso è pronto.", "example": {"body_text": [["A"]]}}, 2388072),
        ({"type": "BODY", "text": "Ciao {{1}}, il vaso è pronto."}, 2388072),
        ({"type": "BODY", "text": "a" * 1025}, 2388040),
        ({"type": "HEADER", "format": "TEXT", "text": "a" * 61}, 2388040),
        ({"type": "HEADER", "format": "TEXT", "text": "*Forte*"}, 2388047),
        ({"type": "HEADER", "format": "IMAGE"}, 2388047),
        ({"type": "FOOTER", "text": "Ciao {{1}}"}, 2388073),
        ({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "a" * 26}]}, 2388040),
        ({"type": "BUTTONS", "buttons": [*BUTTONS, BUTTONS[0]]}, None),
        ({"type": "BUTTONS", "buttons": [BUTTONS[1]] * 3}, None),
    ],
)
@in_world()
async def test_a_wrong_form_is_refused_at_once(world: World, part: dict[str, Any], subcode: int | None) -> None:
    error = await refused(world, made("wrong", part))
    assert (error["code"], error.get("error_subcode")) == (100, subcode)


@in_world()
async def test_a_reviewer_rejects_by_what_it_says(world: World) -> None:
    promotion = {"type": "BODY", "text": "Solo oggi sconto del 20% su tutti i vasi in bottega."}
    await create(world, made("promo", promotion))
    await create(world, made("fraud", {"type": "BODY", "text": "Ci mandi il suo IBAN per il rimborso dei vasi."}))
    await create(world, made("moved", promotion, allow_category_change=True))
    await create(world, made("sale", promotion, category="MARKETING"))
    await until(lambda: len(world.desk.values(STATUS)) == 4)
    told = {value["message_template_name"]: value for value in world.desk.values(STATUS)}
    reasons = {name: (value["event"], value["reason"]) for name, value in told.items()}
    assert reasons == {
        "promo": ("REJECTED", "PROMOTIONAL"),
        "fraud": ("REJECTED", "SCAM"),
        "moved": ("APPROVED", "NONE"),
        "sale": ("APPROVED", "NONE"),
    }
    assert "MARKETING" in told["promo"]["rejection_info"]["recommendation"]
    _, listed = await world.graph("GET", f"{ACCOUNT}/message_templates?name=moved&fields=category,rejected_reason")
    assert listed["data"][0]["category"] == "MARKETING"


@in_world()
async def test_edits_have_metas_limits(world: World) -> None:
    answer = await create(world, made())
    await until(lambda: world.desk.values(STATUS))
    better = {**TEXT, "text": "Ciao {{1}}, il tuo vaso blu è pronto."}
    assert await world.graph("POST", answer["id"], {"components": [better]}) == (200, {"success": True})
    await until(lambda: len(world.desk.values(STATUS)) == 2)
    assert (await refused(world, {"components": [TEXT]}, answer["id"]))["error_subcode"] == 2388026
    assert (await refused(world, {"category": "MARKETING"}, answer["id"]))["error_subcode"] == 2388025
    _, shown = await world.graph("GET", answer["id"])
    assert shown["components"][0]["text"] == better["text"]


@in_world()
async def test_a_deleted_name_is_blocked(world: World) -> None:
    await create(world, made())
    await until(lambda: world.desk.values(STATUS))
    status, _ = await world.graph("DELETE", f"{ACCOUNT}/message_templates?name=vase_ready")
    assert status == 200
    await until(lambda: [value for value in world.desk.values(STATUS) if value["event"] == "DELETED"])
    assert (await refused(world, made()))["error_subcode"] == 2388023
    status, answer = await world.graph("DELETE", f"{ACCOUNT}/message_templates?name=vase_ready")
    assert (status, answer["error"]["error_subcode"]) == (400, 2593002)


@in_world()
async def test_meta_is_played_by_a_control_call(world: World) -> None:
    which = {"phone_number_id": NUMBER, "name": "order_ready", "language": "it"}
    paused = {**which, "status": "PAUSED", "title": "FIRST_PAUSE", "quality": "RED"}
    shown = await world.control("templates", paused)
    assert (shown["status"], shown["quality_score"]["score"]) == ("PAUSED", "RED")
    await until(lambda: world.desk.values(STATUS) and world.desk.values(QUALITY))
    assert world.desk.values(STATUS)[0]["other_info"]["title"] == "FIRST_PAUSE"
    assert world.desk.values(QUALITY)[0]["new_quality_score"] == "RED"
    status, answer = await world.send("template", {"name": "order_ready", "language": {"code": "it"}})
    assert (status, answer["error"]["code"]) == (400, 132015)
    await world.control("templates", {**which, "category": "MARKETING", "soon": True})
    await world.control("templates", {**which, "components": [TEXT]})
    await until(lambda: world.desk.values("message_template_components_update"))
    assert world.desk.values("template_category_update")[0]["new_category"] == "UTILITY"
    status, _ = await world.call("POST", "/control/templates", {**which, "name": "x"}, **{"X-Demo-Token": TOKEN})
    assert status == 400


@in_world()
async def test_a_sample_comes_from_an_upload(world: World) -> None:
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4:none"]}}
    assert (await refused(world, made("picture", header)))["error_subcode"] == 2494102
    _, session = await world.graph("POST", "app/uploads?file_length=3&file_type=image/png&file_name=a.png")
    async with world.http.post(
        f"{world.url}/v24.0/{session['id']}",
        data=b"png",
        headers={"Authorization": "OAuth EAAtoken", "file_offset": "0"},
    ) as answer:
        handle = (await answer.json())["h"]
    header["example"] = {"header_handle": [handle]}
    assert (await create(world, made("picture", header)))["status"] == "PENDING"


@in_world()
async def test_another_account_s_template_is_no_object(world: World) -> None:
    other = {**CHANNEL, "phone_number_id": "2", "waba_id": "3", "access_token": "other"}
    await world.control("channels", {"channels": [other]})
    _, listed = await world.graph("GET", "3/message_templates", token="other")
    status, answer = await world.graph("GET", listed["data"][0]["id"])
    assert (status, answer["error"]["error_subcode"]) == (400, 33)
