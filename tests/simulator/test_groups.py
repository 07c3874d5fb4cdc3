"""Groups: made and changed by the business, joined by customers, written to by both (facts §7)."""

from __future__ import annotations

from typing import Any

import pytest

from conversations.simulator.customers import Customer
from conversations.simulator.groups import Group
from conversations.simulator.membership import follow_link, leave
from tests.simulator.world import CHANNEL, World, in_world, until

NUMBER = CHANNEL["phone_number_id"]
WHATSAPP = {"messaging_product": "whatsapp"}


class Club:
    """A group and its people."""

    def __init__(self, world: World, group: Group) -> None:
        self.world, self.id = world, group.id

    @property
    def group(self) -> Group:
        found = self.world.simulator.groups.get(self.id)
        assert found
        return found

    @property
    def channel(self) -> Any:
        return self.world.simulator.channels.get(NUMBER)

    def person(self, name: str) -> Customer:
        return next(each for each in self.world.simulator.customers.all() if each.name.startswith(name))

    def comes(self, *names: str) -> None:
        for name in names:
            follow_link(self.world.simulator, self.channel, self.group, self.person(name))

    def goes(self, name: str) -> None:
        leave(self.world.simulator, self.channel, self.group, self.person(name))

    def writes(self, name: str, words: str) -> str:
        simulator = self.world.simulator
        return simulator.writing.write(self.person(name), self.channel, "text", {"body": words}, group=self.group)

    async def gets(self, kind: str = "text", content: Any = None) -> tuple[int, Any]:
        """The desk sends something."""
        content = {"body": "A tutti"} if content is None else content
        body = {**WHATSAPP, "recipient_type": "group", "to": self.id, "type": kind, kind: content}
        return await self.world.graph("POST", f"{NUMBER}/messages", body)

    def told(self, field: str) -> list[dict[str, Any]]:
        return [group for value in self.world.desk.values(field) for group in value["groups"]]

    async def hears(self, field: str, kind: str) -> dict[str, Any]:
        await until(lambda: [each for each in self.told(field) if each["type"] == kind])
        return next(each for each in self.told(field) if each["type"] == kind)


async def club(world: World, *, mode: str = "auto_approve") -> Club:
    await world.control("numbers", {"phone_number_id": NUMBER, "oba_status": "APPROVED"})
    body = {**WHATSAPP, "subject": "Rivenditori Nord", "join_approval_mode": mode}
    status, answer = await world.graph("POST", f"{NUMBER}/groups", body)
    assert status == 200
    (group,) = world.simulator.groups.of_number(NUMBER)
    made = Club(world, group)
    told = await made.hears("group_lifecycle_update", "group_create")
    assert (told["request_id"], told["invite_link"]) == (answer["request_id"], group.link)
    return made


@in_world()
async def test_groups_are_for_official_accounts(world: World) -> None:
    status, answer = await world.graph("POST", f"{NUMBER}/groups", {**WHATSAPP, "subject": "Rivenditori"})
    assert (status, answer["error"]["code"]) == (400, 131215)


@in_world()
async def test_a_group_is_shown_listed_changed_and_deleted(world: World) -> None:
    club_ = await club(world)
    assert (await world.graph("GET", club_.id))[1] == {**WHATSAPP, "id": club_.id}
    club_.comes("Ines", "Yusuf")
    _, shown = await world.graph("GET", f"{club_.id}?fields=subject,participants,total_participant_count")
    assert shown["total_participant_count"] == 2
    assert shown["participants"][0] == {"wa_id": "393471200103"}
    assert "user_id" in shown["participants"][1], "whoever hides the number is named by the user id"
    _, listed = await world.graph("GET", f"{NUMBER}/groups?limit=10")
    assert [each["subject"] for each in listed["data"]["groups"]] == ["Rivenditori Nord"]

    assert (await world.graph("POST", club_.id, {**WHATSAPP, "subject": "s" * 129}))[0] == 400
    assert (await world.graph("POST", club_.id, {**WHATSAPP, "subject": "Rivenditori"}))[0] == 200
    told = await club_.hears("group_settings_update", "group_settings_update")
    assert told["group_subject"] == {"text": "Rivenditori", "update_successful": True}

    old = club_.group.link
    _, answer = await world.graph("POST", f"{club_.id}/invite_link", WHATSAPP)
    assert answer["invite_link"] != old
    assert (await world.graph("GET", f"{club_.id}/invite_link"))[1]["invite_link"] == answer["invite_link"]

    assert (await world.graph("DELETE", club_.id))[1]["success"] is True
    await club_.hears("group_lifecycle_update", "group_delete")
    assert (await world.graph("GET", club_.id))[0] == 400


@in_world()
async def test_who_asks_is_let_in_or_not(world: World) -> None:
    club_ = await club(world, mode="approval_required")
    club_.comes("Ines", "Sergio", "Marta")
    created = await club_.hears("group_participants_update", "group_join_request_created")
    assert created["wa_id"] == "393471200103"
    club_.goes("Marta")
    await club_.hears("group_participants_update", "group_join_request_revoked")
    _, listed = await world.graph("GET", f"{club_.id}/join_requests")
    ines, sergio = (each["join_request_id"] for each in listed["data"])

    status, answer = await world.graph("POST", f"{club_.id}/join_requests", {**WHATSAPP, "join_requests": [ines, "no"]})
    assert (status, answer["approved_join_requests"]) == (206, [ines])
    assert answer["failed_join_requests"][0]["errors"][0]["code"] == 131213
    added = await club_.hears("group_participants_update", "group_participants_add")
    assert added["added_participants"][0]["wa_id"] == "393471200103"
    status, answer = await world.graph("DELETE", f"{club_.id}/join_requests", {**WHATSAPP, "join_requests": [sergio]})
    assert (status, answer["rejected_join_requests"]) == (200, [sergio])


@in_world()
async def test_who_was_removed_cannot_come_back(world: World) -> None:
    club_ = await club(world)
    club_.comes("Ines", "Sergio")
    users = [{"user": "+39 347 1200103"}, {"user": "+39 333 0000000"}]
    assert (await world.graph("DELETE", f"{club_.id}/participants", {**WHATSAPP, "participants": users}))[0] == 200
    told = await club_.hears("group_participants_update", "group_participants_remove")
    assert told["removed_participants"][0]["wa_id"] == "393471200103"
    assert told["failed_participants"][0]["errors"][0]["code"] == 131212
    with pytest.raises(ValueError, match="cannot come back"):
        club_.comes("Ines")
    assert (await world.graph("POST", f"{club_.id}/participants", {**WHATSAPP, "participants": users}))[0] == 400


@in_world()
async def test_members_write_and_each_phone_gives_a_receipt(world: World) -> None:
    club_ = await club(world)
    club_.comes("Ines", "Sergio", "Yusuf")
    club_.writes("Ines", "Buongiorno a tutti")
    await until(world.desk.messages)
    (message,) = world.desk.messages()
    assert (message["group_id"], message["from"]) == (club_.id, "393471200103")

    status, answer = await club_.gets()
    assert (status, answer["contacts"]) == (200, [{"input": club_.id, "wa_id": club_.id}])
    wamid = answer["messages"][0]["id"]
    await until(lambda: len(world.desk.statuses(wamid)) == 7)
    reads = [each for each in world.desk.statuses(wamid) if each["status"] == "read"]
    assert {each["recipient_type"] for each in world.desk.statuses(wamid)} == {"group"}
    assert len([each for each in reads if "recipient_participant_id" in each]) == 2
    assert len([each for each in reads if "recipient_participant_user_id" in each]) == 3
    delivered = next(each for each in world.desk.statuses(wamid) if each["status"] == "delivered")
    assert delivered["pricing"]["category"] == "group_service"
    together = [value for value in world.desk.values("messages") if len(value.get("statuses", ())) == 3]
    assert len(together) == 2, "one webhook for each status"


@in_world()
async def test_a_phone_that_was_offline_gives_its_receipt_later(world: World) -> None:
    club_ = await club(world)
    club_.comes("Ines", "Sergio")
    club_.writes("Ines", "Buongiorno")
    simulator = world.simulator
    sergio = club_.person("Sergio")
    simulator.phones.switch(sergio, simulator.channels_by_id(), online=0)
    wamid = (await club_.gets())[1]["messages"][0]["id"]
    await until(lambda: len(world.desk.statuses(wamid)) == 3)
    await world.call("POST", "/phone/switch", {"customer": sergio.id, "online": True})
    await until(lambda: len(world.desk.statuses(wamid)) == 5)


@in_world()
async def test_only_some_kinds_go_to_groups_and_only_in_the_window(world: World) -> None:
    club_ = await club(world)
    status, answer = await club_.gets()
    assert (status, answer["error"]["code"]) == (400, 131020)
    club_.comes("Ines", "Sergio")
    wamid = (await club_.gets())[1]["messages"][0]["id"]
    await until(lambda: world.desk.statuses(wamid))
    assert world.desk.statuses(wamid)[0]["errors"][0]["code"] == 131047
    club_.writes("Sergio", "Eccomi")
    location = {"latitude": 43.7, "longitude": 11.2}
    status, answer = await club_.gets("location", location)
    assert (status, answer["error"]["code"]) == (400, 131051)
    simulator = world.simulator
    simulator.groups.change(club_.group, suspended=1)
    assert (await club_.gets())[0] == 403
    body = {**WHATSAPP, "recipient_type": "group", "to": "Y2FwaV9ncm91cDoxZD", "type": "text", "text": {"body": "?"}}
    status, answer = await world.graph("POST", f"{NUMBER}/messages", body)
    assert (status, answer["error"]["code"]) == (400, 131041)


@in_world()
async def test_three_messages_are_pinned_at_most(world: World) -> None:
    club_ = await club(world)
    club_.comes("Ines")
    wamids = [club_.writes("Ines", f"Numero {place}") for place in range(4)]
    for wamid in wamids:
        assert (await club_.gets("pin", {"type": "pin", "message_id": wamid, "expiration_days": 7}))[0] == 200
    chats, now = world.simulator.chats, world.simulator.clock.now()
    assert [row["wamid"] for row in chats.pinned(club_.id, now)] == wamids[:0:-1]
    await club_.gets("pin", {"type": "unpin", "message_id": wamids[3]})
    assert len(chats.pinned(club_.id, now)) == 2
    assert len(chats.pinned(club_.id, now + 8 * 86_400)) == 0
    status, answer = await club_.gets("pin", {"type": "pin", "message_id": wamids[0], "expiration_days": 31})
    assert (status, answer["error"]["code"]) == (400, 131009)


@in_world()
async def test_a_group_is_full_with_eight(world: World) -> None:
    club_ = await club(world)
    for place in range(8):
        world.simulator.customers.add(name=f"Ospite {place}", number=f"39333000{place:04}")
        club_.comes(f"Ospite {place}")
    with pytest.raises(ValueError, match="full"):
        club_.comes("Ines")


@in_world()
async def test_an_invitation_goes_out_as_a_template(world: World) -> None:
    """Its parameter is the group's id; the customer reads the link."""
    club_ = await club(world)
    template = {
        "name": "order_ready",
        "language": {"code": "it"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Ines"}, {"type": "group_id", "group_id": club_.id}],
            }
        ],
    }
    wamid = await world.sent("template", template, to="+393471200103")
    row = world.simulator.chats.get(wamid)
    assert row
    assert club_.group.link in world.simulator.chats.as_json(row)["shown"]["body"]
    template["components"][0]["parameters"][1]["group_id"] = "unknown"  # type: ignore[index]
    status, answer = await world.send("template", template, to="+393471200103")
    assert (status, answer["error"]["code"]) == (400, 131041)
