"""One customer is one contact, whatever WhatsApp calls them today (C15, facts §4, §11)."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import clock
from conversations.models import AccountUpdate, Contact, Conversation, Event, Identity, Message
from tests.conversations import wire
from tests.desk import Desk

NEW = "393338888888"
NEW_ID = "IT.222"


def now() -> int:
    return int(clock.now().timestamp())


def deliver(desk: Desk, *messages: Any, contacts: list[Any] | None = None) -> None:
    assert desk.deliver(desk.value(contacts=contacts or [], messages=list(messages))).status_code == 200
    desk.work()


def renumbered(at: int, *, to: str = NEW, sender: str = wire.ASHA, **system: Any) -> Any:
    return wire.message("system", {"type": "user_changed_number", "wa_id": to, **system}, at=at, sender=sender)


def test_user_id_first_and_phone_later_is_one_contact(desk: Desk) -> None:
    deliver(desk, wire.message(sender="", from_user_id=wire.ASHA_ID))
    deliver(desk, wire.message(from_user_id=wire.ASHA_ID))
    deliver(desk, wire.message())
    contact = Contact.objects.get()
    assert sorted(contact.identities.values_list("kind", flat=True)) == ["bsuid", "wa_id"]
    assert Conversation.objects.get().unread == 3


def test_phone_first_and_user_id_later_is_one_contact(desk: Desk) -> None:
    deliver(desk, wire.message())
    deliver(desk, wire.message(from_user_id=wire.ASHA_ID))
    deliver(desk, wire.message(sender="", from_user_id=wire.ASHA_ID))
    assert Contact.objects.count() == 1


def test_two_contacts_are_never_merged_by_a_message(desk: Desk) -> None:
    deliver(desk, wire.message())
    deliver(desk, wire.message(sender="", from_user_id=wire.ASHA_ID))
    deliver(desk, wire.message(from_user_id=wire.ASHA_ID))
    assert Contact.objects.count() == 2
    owner = Identity.objects.get(kind="bsuid").contact
    assert Message.objects.latest("pk").sender_contact == owner


def test_what_whatsapp_says_anew_of_a_known_contact_is_told_once_a_delivery(desk: Desk) -> None:
    deliver(desk, wire.message(), contacts=[wire.contact(name="Asha")])
    deliver(desk, wire.message(), contacts=[wire.contact(name="Asha")])
    assert not Event.objects.filter(kind="contact.changed").exists()
    written = [wire.message(from_user_id=wire.ASHA_ID) for _ in range(2)]
    known = wire.contact(name="Asha Verdi", user_id=wire.ASHA_ID)
    deliver(desk, *written, contacts=[known])
    event = Event.objects.get(kind="contact.changed")
    assert event.contact == Contact.objects.get()
    assert event.data == {"fields": ["identities", "profile_name"]}


@pytest.mark.parametrize(
    ("one", "other"),
    [("554188887777", "5541988887777"), ("525512345678", "5215512345678"), ("541112345678", "5491112345678")],
)
def test_two_forms_of_one_number_are_one_contact(desk: Desk, one: str, other: str) -> None:
    deliver(desk, wire.message(sender=one))
    deliver(desk, wire.message(sender=other))
    assert Contact.objects.count() == 1
    assert Identity.objects.get().value == one, "the stored id is never rewritten"


def test_a_brazilian_landline_gets_no_ninth_digit(desk: Desk) -> None:
    deliver(desk, wire.message(sender="554132223333"))
    deliver(desk, wire.message(sender="5541932223333"))
    assert Contact.objects.count() == 2


def test_a_new_number_belongs_to_the_same_contact_and_history_stays(desk: Desk) -> None:
    deliver(desk, wire.message(at=now() - 100))
    deliver(desk, renumbered(now() - 50))
    deliver(desk, wire.message(sender=NEW, at=now()))
    contact = Contact.objects.get()
    assert [(one.value, one.ended_at is None) for one in contact.identities.order_by("pk")] == [
        (wire.ASHA, False),
        (NEW, True),
    ]
    assert Message.objects.inbound().count() == 2
    assert Event.objects.filter(kind="contact.renumbered").count() == 1
    assert not Event.objects.filter(kind="contact.changed").exists(), "one event says it"


def test_change_and_first_message_in_one_delivery_in_any_order(desk: Desk) -> None:
    deliver(desk, wire.message(at=now() - 100))
    deliver(desk, wire.message(sender=NEW, at=now()), renumbered(now() - 50))
    assert Contact.objects.count() == 1


def test_an_old_message_of_the_old_number_that_comes_late_is_still_theirs(desk: Desk) -> None:
    deliver(desk, wire.message(at=now() - 100))
    deliver(desk, renumbered(now() - 50))
    deliver(desk, wire.message(at=now() - 60))
    assert Contact.objects.count() == 1


def test_the_next_owner_of_the_old_number_is_somebody_else(desk: Desk) -> None:
    deliver(desk, wire.message(at=now() - 100))
    deliver(desk, renumbered(now() - 50))
    deliver(desk, wire.message(at=now()))
    assert Contact.objects.count() == 2


def test_a_change_delivered_twice_changes_nothing_more(desk: Desk) -> None:
    deliver(desk, wire.message(at=now() - 100))
    change = renumbered(now() - 50)
    for _ in range(3):
        deliver(desk, change)
    assert Identity.objects.count() == 2
    assert Event.objects.filter(kind="contact.renumbered").count() == 1
    assert not AccountUpdate.objects.exists(), "nor does it look like the change of somebody unknown"


def test_a_new_user_id_told_in_both_ways_and_each_twice_is_one_change(desk: Desk) -> None:
    deliver(desk, wire.message(from_user_id=wire.ASHA_ID, at=now() - 100))
    system = {"type": "user_changed_user_id", "user_id": NEW_ID}
    ids = {"previous": wire.ASHA_ID, "current": NEW_ID}
    for _ in range(2):
        deliver(desk, wire.message("system", system, from_user_id=wire.ASHA_ID, at=now() - 50))
        desk.deliver({**desk.value(), "user_id": ids, "wa_id": wire.ASHA, "timestamp": now() - 49}, "user_id_update")
        desk.work()
    assert Event.objects.filter(kind="contact.renumbered").count() == 1
    assert not AccountUpdate.objects.filter(event="identity_of_nobody").exists()


def test_there_and_back_again_and_the_first_change_delivered_once_more(desk: Desk) -> None:
    deliver(desk, wire.message(at=now() - 100))
    there, back = renumbered(now() - 60), renumbered(now() - 40, sender=NEW, to=wire.ASHA)
    for change in (there, back, there, back):
        deliver(desk, change)
    current = Identity.objects.current().get()
    assert current.value == wire.ASHA
    deliver(desk, wire.message(at=now()))
    assert Contact.objects.count() == 1


def test_two_changes_in_one_delivery_in_the_wrong_order(desk: Desk) -> None:
    deliver(desk, wire.message(at=now() - 100))
    deliver(desk, renumbered(now() - 40, sender=NEW, to="393337777777"), renumbered(now() - 60))
    assert Identity.objects.current().get().value == "393337777777"


def test_a_new_number_brings_a_new_user_id_and_ends_the_old_one(desk: Desk) -> None:
    deliver(desk, wire.message(from_user_id=wire.ASHA_ID, at=now() - 100))
    deliver(desk, renumbered(now() - 50, user_id=NEW_ID))
    deliver(desk, wire.message(sender="", from_user_id=NEW_ID, at=now()))
    assert Contact.objects.count() == 1
    assert sorted(Identity.objects.current().values_list("value", flat=True)) == [NEW, NEW_ID]


@pytest.mark.parametrize("by_field", [True, False])
def test_a_new_user_id_is_the_same_contact(desk: Desk, by_field: bool) -> None:
    deliver(desk, wire.message(sender="", from_user_id=wire.ASHA_ID, at=now() - 100))
    if by_field:
        value = {"user_id": {"previous": wire.ASHA_ID, "current": NEW_ID}, "timestamp": now() - 50}
        desk.deliver({**desk.value(), **value}, field="user_id_update")
        desk.work()
    else:
        system = {"type": "user_changed_user_id", "user_id": NEW_ID}
        deliver(desk, wire.message("system", system, sender="", from_user_id=wire.ASHA_ID, at=now() - 50))
    deliver(desk, wire.message(sender="", from_user_id=NEW_ID, at=now()))
    assert Contact.objects.count() == 1
    assert Identity.objects.current().get().value == NEW_ID


def test_a_change_of_somebody_unknown_is_kept(desk: Desk) -> None:
    deliver(desk, renumbered(now()))
    assert not Contact.objects.exists()


def test_another_portfolio_knows_another_person(desk: Desk) -> None:
    from tests.makers import make_channel

    other = make_channel(app_secret=desk.channel.app_secret)
    deliver(desk, wire.message())
    desk.deliver({**desk.value(messages=[wire.message()]), "metadata": {"phone_number_id": other.phone_number_id}})
    desk.work()
    assert Contact.objects.count() == 2


def test_two_numbers_of_one_portfolio_know_one_person_in_two_conversations(desk: Desk) -> None:
    from tests.makers import make_channel

    other = make_channel(app_secret=desk.channel.app_secret, portfolio=desk.channel.portfolio)
    deliver(desk, wire.message())
    desk.deliver({**desk.value(messages=[wire.message()]), "metadata": {"phone_number_id": other.phone_number_id}})
    desk.work()
    assert Contact.objects.count() == 1
    assert Conversation.objects.count() == 2


def test_on_two_numbers_at_once_the_resolved_one_reopens_beside_the_open_one(desk: Desk) -> None:
    import json

    from tests.makers import make_channel

    other = make_channel(app_secret=desk.channel.app_secret, portfolio=desk.channel.portfolio)
    there = {"metadata": {"phone_number_id": other.phone_number_id}}
    deliver(desk, wire.message(at=now()))
    desk.deliver({**desk.value(messages=[wire.message(at=now())]), **there})
    desk.work()
    Conversation.objects.filter(channel=other).update(status="resolved", resolved_at=clock.now())
    values = [desk.value(messages=[wire.message(at=now())]), {**desk.value(messages=[wire.message(at=now())]), **there}]
    desk.post(json.dumps(wire.body(*values)).encode())
    desk.work()
    assert Conversation.objects.count() == 2
