"""Reactions, edits and deletions: late, doubled, out of order, before their message (C12, C13)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from conversations.models import Contact, Conversation, EarlyStatus, Event, Message, MessageVersion, Reaction
from tests.conversations import wire
from tests.desk import Desk

TARGET = "wamid.target"


def deliver(desk: Desk, *messages: Any) -> None:
    contacts = [wire.contact()]
    assert desk.deliver(desk.value(contacts=contacts, messages=list(messages))).status_code == 200
    desk.work()


def target() -> Any:
    return {**wire.message("text", {"body": "prima"}), "id": TARGET}


def reaction(emoji: str | None, at: int, **more: Any) -> Any:
    content = {"message_id": TARGET} if emoji is None else {"message_id": TARGET, "emoji": emoji}
    return wire.message("reaction", content, at=wire.T0 + at, **more)


def edit(text: str, at: int) -> Any:
    inner = {"type": "text", "text": {"body": text}}
    return wire.message("edit", {"original_message_id": TARGET, "message": inner}, at=wire.T0 + at)


def revoke(at: int = 9) -> Any:
    return wire.message("revoke", {"original_message_id": TARGET}, at=wire.T0 + at)


def standing() -> list[str]:
    return list(Reaction.objects.standing().values_list("emoji", flat=True))


def test_a_reaction_is_no_message(desk: Desk) -> None:
    deliver(desk, target(), reaction("👍", 1))
    assert standing() == ["👍"]
    assert Message.objects.count() == 1
    assert Conversation.objects.get().unread == 1


@pytest.mark.parametrize("removal", [None, ""])
def test_a_removal_takes_it_back(desk: Desk, removal: str | None) -> None:
    deliver(desk, target(), reaction("👍", 1))
    deliver(desk, reaction(removal, 2))
    assert standing() == []


def test_any_order_of_reactions_ends_in_the_last_one(desk: Desk) -> None:
    deliver(desk, target())
    changes = [reaction("👍", 1), reaction(None, 2), reaction("❤️", 3), reaction(None, 4)]
    for order in list(itertools.permutations(changes))[::5]:
        Reaction.objects.all().delete()
        for change in order:
            deliver(desk, change)
        assert standing() == []


def test_a_reaction_delivered_again_after_its_removal_stays_away(desk: Desk) -> None:
    first = reaction("👍", 1)
    deliver(desk, target(), first)
    deliver(desk, reaction(None, 2))
    for _ in range(3):
        deliver(desk, first)
    assert standing() == []
    assert Event.objects.filter(kind="message.reacted").count() == 2


def test_two_people_react_each_for_themselves(desk: Desk) -> None:
    deliver(desk, target(), reaction("👍", 1), reaction("❤️", 1, sender="393330000002"))
    assert sorted(standing()) == sorted(["👍", "❤️"])


def test_edits_keep_what_was_said_before(desk: Desk) -> None:
    deliver(desk, target())
    deliver(desk, edit("seconda", 1))
    deliver(desk, edit("terza", 2))
    assert Message.objects.get().text == "terza"
    assert list(MessageVersion.objects.order_by("until").values_list("text", flat=True)) == ["prima", "seconda"]


def test_any_order_of_edits_gives_one_history(desk: Desk) -> None:
    edits = [edit("seconda", 1), edit("terza", 2), edit("quarta", 3)]
    for n, order in enumerate(list(itertools.permutations(edits))[::-2]):
        name = f"{TARGET}.{n}"
        deliver(desk, {**target(), "id": name})
        for one in [*order, order[0]]:  # one of them twice
            change = {**one, "id": f"{one['id']}.{n}", "edit": {**one["edit"], "original_message_id": name}}
            deliver(desk, change)
        message = Message.objects.get(wamid=name)
        said = list(MessageVersion.objects.filter(message=message).order_by("until").values_list("text", flat=True))
        assert (said, message.text) == (["prima", "seconda", "terza"], "quarta")


def test_a_deletion_hides_and_keeps(desk: Desk) -> None:
    deliver(desk, target(), revoke())
    deliver(desk, revoke())
    message = Message.objects.get()
    assert message.deleted_at is not None
    assert message.text == "prima"
    assert Event.objects.filter(kind="message.revoked").count() == 1


def test_what_overtook_its_message_waits_for_it(desk: Desk) -> None:
    deliver(desk, revoke(), edit("seconda", 1), reaction("👍", 2))
    deliver(desk, revoke(), reaction("👍", 2))
    assert EarlyStatus.objects.count() >= 3
    desk.settle()
    deliver(desk, target())
    message = Message.objects.get()
    assert (message.text, message.deleted_at is None, standing()) == ("seconda", False, ["👍"])
    assert not EarlyStatus.objects.exists()
    assert Contact.objects.count() == 1


def test_a_change_of_another_channels_message_changes_nothing(desk: Desk) -> None:
    from tests.makers import make_channel

    other = make_channel(app_secret=desk.channel.app_secret)
    deliver(desk, target())
    value = desk.value(messages=[revoke(), edit("rubata", 1), reaction("👍", 1)])
    desk.deliver({**value, "metadata": {"phone_number_id": other.phone_number_id}})
    desk.work()
    message = Message.objects.get()
    assert (message.text, message.deleted_at, standing()) == ("prima", None, [])
