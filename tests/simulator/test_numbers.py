"""A business number at Meta: shown, verified, registered, subscribed, given up."""

from __future__ import annotations

from typing import Any

from tests.simulator.world import CHANNEL, MARTA, World, in_world, until

NUMBER, ACCOUNT = CHANNEL["phone_number_id"], CHANNEL["waba_id"]


class NewNumber:
    """A number just made in Meta's dashboard, and its owner's calls."""

    def __init__(self, world: World, known: dict[str, Any]) -> None:
        self.world, self.known = world, known
        self.id, self.token = known["phone_number_id"], known["access_token"]

    async def does(self, what: str, **body: Any) -> tuple[int, Any]:
        return await self.world.graph("POST", f"{self.id}/{what}", body, self.token)

    async def code(self) -> str:
        listed = (await self.world.control("numbers"))["numbers"]
        return next(str(each["code"]) for each in listed if each["phone_number_id"] == self.id)

    async def shows(self, *fields: str) -> Any:
        return (await self.world.graph("GET", f"{self.id}?fields={','.join(fields)}", token=self.token))[1]

    async def is_verified(self) -> None:
        await self.does("request_code", code_method="SMS", language="it_IT")
        assert (await self.does("verify_code", code=await self.code()))[0] == 200


async def issued(world: World) -> NewNumber:
    body = {"display_phone_number": "+39 055 000 7788", "name": "Bottega Due"}
    status, known = await world.call("POST", "/control/numbers", body, **{"X-Demo-Token": "demo-token"})
    assert status == 201
    return NewNumber(world, known)


def refusal(answer: tuple[int, Any]) -> tuple[int, int]:
    return answer[0], answer[1]["error"]["code"]


@in_world()
async def test_a_number_shows_the_fields_asked_for(world: World) -> None:
    _, number = await world.graph("GET", f"{NUMBER}?fields=quality_rating,verified_name")
    assert number == {"id": NUMBER, "verified_name": "Bottega Tramontana", "quality_rating": "GREEN"}
    _, number = await world.graph("GET", NUMBER)
    assert (number["throughput"], "status" in number) == ({"level": "STANDARD"}, False)
    _, listed = await world.graph("GET", f"{ACCOUNT}/phone_numbers?fields=status")
    assert listed["data"] == [{"id": NUMBER, "status": "CONNECTED"}]
    assert refusal(await world.graph("GET", f"{NUMBER}?fields=colour")) == (400, 100)
    status, answer = await world.graph("GET", "123/phone_numbers")
    assert (status, answer["error"]["error_subcode"]) == (400, 33)


@in_world()
async def test_a_number_is_verified_and_registered(world: World) -> None:
    new = await issued(world)
    health = await new.shows("health_status", "code_verification_status", "platform_type")
    assert health["health_status"]["can_send_message"] == "BLOCKED"
    assert (health["code_verification_status"], health["platform_type"]) == ("NOT_VERIFIED", "NOT_APPLICABLE")
    text = {"messaging_product": "whatsapp", "to": f"+{MARTA}", "text": {"body": "Ciao"}}
    assert refusal(await new.does("messages", **text)) == (400, 133010)
    register = {"messaging_product": "whatsapp", "pin": "212834"}
    assert refusal(await new.does("register", **register)) == (400, 133006)

    assert refusal(await new.does("request_code", code_method="POST", language="it_IT")) == (400, 131009)
    assert await new.does("request_code", code_method="SMS", language="it_IT") == (200, {"success": True})
    wrong = "000000" if await new.code() != "000000" else "111111"
    assert refusal(await new.does("verify_code", code=wrong)) == (400, 136025)
    assert (await new.does("verify_code", code=await new.code()))[1]["success"] is True
    assert refusal(await new.does("request_code", code_method="SMS", language="it_IT")) == (400, 136024)

    assert refusal(await new.does("register", messaging_product="whatsapp", pin="12345")) == (400, 100)
    assert await new.does("register", **register) == (200, {"success": True})
    assert (await new.shows("status", "is_pin_enabled"))["is_pin_enabled"] is True
    status, _ = await new.does("messages", **text)
    assert status == 200


@in_world()
async def test_a_code_is_void_after_five_wrong_tries(world: World) -> None:
    new = await issued(world)
    await new.does("request_code", code_method="VOICE", language="en_US")
    code = await new.code()
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert refusal(await new.does("verify_code", code=wrong)) == (400, 136025)
    assert refusal(await new.does("verify_code", code=code)) == (400, 136025)


@in_world()
async def test_a_registered_number_asks_for_its_pin(world: World) -> None:
    new = await issued(world)
    await new.is_verified()
    await new.does("register", messaging_product="whatsapp", pin="212834")
    assert await world.graph("POST", new.id, {"pin": "150954"}, new.token) == (200, {"success": True})
    assert (await new.does("deregister"))[0] == 200
    assert (await new.shows("status"))["status"] == "DISCONNECTED"
    assert refusal(await new.does("register", messaging_product="whatsapp", pin="212834")) == (400, 133005)
    assert (await new.does("register", messaging_product="whatsapp", pin="150954"))[0] == 200


@in_world()
async def test_too_many_wrong_pins_and_registrations_have_to_wait(world: World) -> None:
    new = await issued(world)
    await new.is_verified()
    await new.does("register", messaging_product="whatsapp", pin="212834")
    codes = [refusal(await new.does("register", messaging_product="whatsapp", pin="999999"))[1] for _ in range(10)]
    assert codes == [133005] * 5 + [133008] * 4 + [133016]


@in_world()
async def test_credentials_of_a_new_number_are_metas_not_the_desks(world: World) -> None:
    """Otherwise a wrong token typed into the desk would be right from then on."""
    new = await issued(world)
    typed = {
        **CHANNEL,
        "phone_number_id": new.id,
        "access_token": "wrong",
        "app_secret": "wrong",
        "verify_token": "ours",
    }
    await world.control("channels", {"channels": [typed]})
    assert refusal(await world.graph("GET", new.id, token="wrong")) == (401, 190)
    assert (await new.shows("display_phone_number"))["display_phone_number"] == "+39 055 000 7788"
    channel = world.simulator.channels.get(new.id)
    assert channel is not None
    assert channel.verify_token == "ours"


@in_world()
async def test_webhooks_come_once_the_callback_has_proved_itself(world: World) -> None:
    new = await issued(world)
    account = new.known["waba_id"]
    typed = {**CHANNEL, "phone_number_id": new.id, "verify_token": "not the desk's"}
    await world.control("channels", {"channels": [typed]})
    assert refusal(await world.graph("POST", f"{account}/subscribed_apps", {}, new.token)) == (400, 2200)
    assert (await world.graph("GET", f"{account}/subscribed_apps", token=new.token))[1] == {"data": []}

    await world.control("channels", {"channels": [{**typed, "verify_token": CHANNEL["verify_token"]}]})
    assert await world.graph("POST", f"{account}/subscribed_apps", {}, new.token) == (200, {"success": True})
    _, listed = await world.graph("GET", f"{account}/subscribed_apps", token=new.token)
    assert listed["data"][0]["whatsapp_business_api_data"]["name"] == "Sportello"


@in_world()
async def test_no_subscription_no_webhooks(world: World) -> None:
    assert (await world.graph("DELETE", f"{ACCOUNT}/subscribed_apps"))[0] == 200
    await world.heard()
    await world.sent()
    assert world.simulator.webhooks.__len__() == 0
    assert world.desk.deliveries == []


@in_world()
async def test_an_override_gets_the_webhooks_instead(world: World) -> None:
    """The number's own wins over the account's, which wins over the app's."""
    elsewhere = f"http://127.0.0.1:{world.desk.port}/elsewhere/"
    override = {"override_callback_uri": elsewhere, "verify_token": CHANNEL["verify_token"]}
    assert refusal(await world.graph("POST", f"{ACCOUNT}/subscribed_apps", {**override, "verify_token": "x"})) == (
        400,
        2200,
    )
    assert (await world.graph("POST", NUMBER, {"webhook_configuration": override}))[0] == 200
    _, number = await world.graph("GET", f"{NUMBER}?fields=webhook_configuration")
    assert number["webhook_configuration"]["phone_number"] == elsewhere
    await world.heard()
    await world.sent()
    await until(lambda: world.desk.elsewhere)
    assert world.desk.deliveries == []
    assert (await world.graph("POST", NUMBER, {"webhook_configuration": {"override_callback_uri": ""}}))[0] == 200
    await world.sent()
    await until(lambda: world.desk.deliveries)


@in_world()
async def test_somebody_plays_meta_on_a_number(world: World) -> None:
    await world.control("numbers", {"phone_number_id": NUMBER, "quality_rating": "RED", "messaging_limit": "TIER_10K"})
    fields = "quality_rating,whatsapp_business_manager_messaging_limit"
    _, number = await world.graph("GET", f"{NUMBER}?fields={fields}")
    assert (number["quality_rating"], number["whatsapp_business_manager_messaging_limit"]) == ("RED", "TIER_10K")
    value = {"display_phone_number": "390550001122", "event": "THROUGHPUT_UPGRADE"}
    await world.control("webhook", {"phone_number_id": NUMBER, "field": "phone_number_quality_update", "value": value})
    await until(lambda: world.desk.deliveries)
    entry = world.desk.deliveries[0]["entry"][0]
    assert entry["changes"] == [{"value": value, "field": "phone_number_quality_update"}]
    assert isinstance(entry["time"], int)


@in_world()
async def test_the_badge_is_asked_for(world: World) -> None:
    path = f"{NUMBER}/official_business_account"
    assert (await world.graph("GET", path))[1]["oba_status"] == "NOT_STARTED"
    assert (await world.graph("POST", path, {"action": "SUBMIT_APPLICATION"}))[1]["updated_status"][
        "oba_status"
    ] == "PENDING"
    assert refusal(await world.graph("POST", path, {"action": "RESUBMIT_APPLICATION"})) == (400, 100)
    await world.control("numbers", {"phone_number_id": NUMBER, "oba_status": "APPROVED"})
    _, number = await world.graph("GET", f"{NUMBER}?fields=is_official_business_account")
    assert number["is_official_business_account"] is True
