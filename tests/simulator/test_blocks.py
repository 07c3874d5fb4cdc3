"""Blocking customers, forgetting their numbers, and the catalogue."""

from __future__ import annotations

from typing import Any

from tests.simulator.world import CHANNEL, MARTA, World, in_world, until

NUMBER, ACCOUNT = CHANNEL["phone_number_id"], CHANNEL["waba_id"]
OTHER = "393339999999"


async def blocks(world: World, method: str, *users: str) -> tuple[int, Any]:
    body = {"messaging_product": "whatsapp", "block_users": [{"user": user} for user in users]}
    return await world.graph(method, f"{NUMBER}/block_users", body)


@in_world()
async def test_who_wrote_lately_can_be_blocked(world: World) -> None:
    await world.heard()
    marta = {"input": f"+{MARTA}", "wa_id": MARTA}
    status, answer = await blocks(world, "POST", f"+{MARTA}")
    assert (status, answer["block_users"]) == (200, {"added_users": [marta]})
    _, listed = await world.graph("GET", f"{NUMBER}/block_users")
    assert listed["data"] == [{"block_users": [{"wa_id": MARTA}]}]

    wamid = await world.sent()
    await until(lambda: world.desk.statuses(wamid))
    assert world.desk.statuses(wamid)[0]["errors"][0]["code"] == 131026
    customer = world.simulator.customers.find(MARTA)
    channel = world.simulator.channels.get(NUMBER)
    assert customer
    assert channel
    world.simulator.writing.write(customer, channel, "text", {"body": "Ci siete?"})
    assert len(world.simulator.webhooks) == 0, "the desk hears nothing of a blocked customer"

    assert (await blocks(world, "DELETE", MARTA))[1]["block_users"] == {
        "removed_users": [{"input": MARTA, "wa_id": MARTA}]
    }
    world.simulator.writing.write(customer, channel, "text", {"body": "Ci siete?"})
    await until(world.desk.messages)


@in_world()
async def test_some_cannot_be_blocked_and_the_others_are(world: World) -> None:
    await world.heard()
    status, answer = await blocks(world, "POST", MARTA, OTHER)
    assert (status, answer["error"]["code"]) == (400, 139100)
    assert [user["wa_id"] for user in answer["block_users"]["added_users"]] == [MARTA]
    (failed,) = answer["block_users"]["failed_users"]
    assert (failed["wa_id"], failed["errors"][0]["code"]) == (OTHER, 131047)


@in_world()
async def test_nobody_is_blocked_a_day_later(world: World) -> None:
    await world.heard(timestamp=str(int(world.simulator.clock.now()) - 90_000))
    status, answer = await blocks(world, "POST", MARTA)
    assert (status, "added_users" in answer["block_users"]) == (400, False)


@in_world()
async def test_a_user_ids_number_is_forgotten(world: World) -> None:
    path = f"{NUMBER}/contact_book?messaging_product=whatsapp&bsuid="
    assert await world.graph("DELETE", path + "IT.13491208655302741918") == (200, {"success": True})
    status, answer = await world.graph("DELETE", path + MARTA)
    assert (status, answer["error"]["code"]) == (400, 131009)


@in_world()
async def test_the_catalogue_is_listed_and_switched(world: World) -> None:
    _, listed = await world.graph("GET", f"{ACCOUNT}/product_catalogs")
    (catalogue,) = listed["data"]
    _, products = await world.graph("GET", f"{catalogue['id']}/products?fields=retailer_id,name,price&limit=3")
    assert len(products["data"]) == 3
    assert set(products["data"][0]) == {"id", "retailer_id", "name", "price"}
    _, more = await world.graph(
        "GET", f"{catalogue['id']}/products?limit=3&after={products['paging']['cursors']['after']}"
    )
    assert more["data"][0]["id"] != products["data"][0]["id"]

    settings = f"{NUMBER}/whatsapp_commerce_settings"
    assert (await world.graph("POST", f"{settings}?is_cart_enabled=false&is_catalog_visible=true"))[0] == 200
    expected = {"is_cart_enabled": False, "is_catalog_visible": True, "id": catalogue["id"]}
    assert (await world.graph("GET", settings))[1] == {"data": [expected]}
    assert (await world.graph("POST", f"{settings}?is_cart_enabled=perhaps"))[0] == 400

    assert (await world.graph("DELETE", f"{ACCOUNT}/product_catalogs", {"catalog_id": catalogue["id"]}))[0] == 200
    assert (await world.graph("GET", f"{ACCOUNT}/product_catalogs"))[1] == {"data": []}
    assert (await world.graph("POST", f"{ACCOUNT}/product_catalogs", {"catalog_id": "1"}))[0] == 400
