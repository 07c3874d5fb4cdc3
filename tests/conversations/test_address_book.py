"""Names out of the business app's address book (coexistence; field smb_app_state_sync), and ids that statuses teach (C15)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.ingest import process
from conversations.models import AccountUpdate, Contact, Event
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

T = 1_764_000_000


def card(name: str, at: int = 0, number: str = wire.ASHA) -> dict[str, Any]:
    contact = {"phone_number": number, **({"full_name": name, "first_name": name.split()[0]} if name else {})}
    action = "add" if name else "remove"
    return {"type": "contact", "contact": contact, "action": action, "metadata": {"timestamp": str(T + at)}}


def sync(desk: Desk, *cards: Any) -> None:
    assert desk.deliver(desk.value(state_sync=list(cards)), field="smb_app_state_sync").status_code == 200
    process.drain()


def test_a_name_of_the_address_book_stands_before_the_profiles(desk: Desk) -> None:
    contact = makers.make_contact("asha ✨", portfolio=desk.channel.portfolio, number=wire.ASHA)
    sync(desk, card("Asha Verdi"))
    contact.refresh_from_db()
    assert contact.shown_name == "Asha Verdi"
    assert Event.objects.get(kind="contact.changed").data == {"fields": ["book_name"]}
    contact.name = "Sig.ra Verdi"
    assert contact.shown_name == "Sig.ra Verdi", "what staff wrote wins"


def test_every_order_ends_in_the_latest(desk: Desk) -> None:
    steps = [card("Asha", 1), card("Asha Verdi", 2), card("", 3), card("Asha V.", 4)]
    for order in itertools.permutations(range(4)):
        Contact.objects.all().delete()
        AccountUpdate.objects.all().delete()
        for number in order:
            sync(desk, steps[number])
        assert Contact.objects.get().book_name == "Asha V."


def test_taken_out_of_the_book_the_contact_stays(desk: Desk) -> None:
    sync(desk, card("Asha Verdi", 1))
    sync(desk, card("", 2))
    assert Contact.objects.get().book_name == ""
    sync(desk, card("", 3, number="393339999999"))
    assert Contact.objects.count() == 1, "nobody is made to be taken out"


def test_who_is_in_the_book_is_known_when_they_write(desk: Desk) -> None:
    sync(desk, card("Asha Verdi"))
    assert Event.objects.filter(kind="contact.imported").count() == 1
    assert not Event.objects.filter(kind="contact.created").exists()
    desk.customer("asha", wire.ASHA).writes("ciao")
    process.drain()
    assert Contact.objects.get().shown_name == "Asha Verdi"


def test_what_is_kept_names_nobody(desk: Desk) -> None:
    sync(desk, card("Asha Verdi"))
    kept = str(AccountUpdate.objects.get().data)
    assert "Verdi" not in kept
    assert wire.ASHA not in kept


@pytest.mark.parametrize("broken", [{"type": "label"}, card("X", number="…"), {**card("X"), "action": "dance"}, 7])
def test_one_that_is_not_understood_does_not_take_the_others_with_it(desk: Desk, broken: Any) -> None:
    sync(desk, broken, card("Asha Verdi"))
    assert Contact.objects.get().book_name == "Asha Verdi"
    assert AccountUpdate.objects.filter(event="not_understood").count() == 1


def test_fifty_names_cost_what_one_costs(desk: Desk) -> None:
    costs = []
    for count in (1, 50):
        cards = [card(f"Person {count}.{n}", number=f"39337{count:02}0{n:04}") for n in range(count)]
        desk.deliver(desk.value(state_sync=cards), field="smb_app_state_sync")
        with CaptureQueriesContext(connection) as queries:
            process.process_batch()
        costs.append(len(queries))
    assert costs[1] <= costs[0] + 2
    assert Contact.objects.count() == 51


# --- phone and user id in one status -------------------------------------------------------------------------------------------


def status(desk: Desk, **who: Any) -> None:
    contact = {"profile": {"name": "Asha", "username": "@asha.verdi"}, "wa_id": wire.ASHA, "user_id": wire.ASHA_ID}
    one = {"id": "wamid.ours", "status": "delivered", "timestamp": str(int(clock.now().timestamp())), **who}
    desk.deliver(desk.value(contacts=[contact], statuses=[one]))
    process.drain()


def test_a_status_teaches_the_user_id_of_a_phone(desk: Desk) -> None:
    contact = makers.make_contact("Asha", portfolio=desk.channel.portfolio, number=wire.ASHA)
    status(desk, recipient_id=wire.ASHA, recipient_user_id=wire.ASHA_ID)
    contact.refresh_from_db()
    assert sorted(contact.identities.values_list("kind", flat=True)) == ["bsuid", "wa_id"]
    assert contact.username == "asha.verdi"
    desk.deliver(
        desk.value(messages=[wire.message(sender="", from_user_id=wire.ASHA_ID, at=int(clock.now().timestamp()))])
    )
    process.drain()
    assert Contact.objects.count() == 1, "who hides the number from now on is still the same"


def test_a_status_makes_no_contact_and_merges_none(desk: Desk) -> None:
    status(desk, recipient_id=wire.ASHA, recipient_user_id=wire.ASHA_ID)
    assert not Contact.objects.exists()
    one = makers.make_contact("Asha", portfolio=desk.channel.portfolio, number=wire.ASHA)
    desk.deliver(
        desk.value(messages=[wire.message(sender="", from_user_id=wire.ASHA_ID, at=int(clock.now().timestamp()))])
    )
    process.drain()
    status(desk, recipient_id=wire.ASHA, recipient_user_id=wire.ASHA_ID)
    assert Contact.objects.count() == 2
    assert one.identities.count() == 1


@pytest.mark.parametrize("as_list", [True, False])
def test_a_new_user_id_that_names_only_the_account(desk: Desk, as_list: bool) -> None:
    now = int(clock.now().timestamp())
    desk.deliver(desk.value(messages=[wire.message(sender="", from_user_id=wire.ASHA_ID, at=now - 50)]))
    process.drain()
    change = {"user_id": {"previous": wire.ASHA_ID, "current": "IT.222"}, "timestamp": now - 10}
    desk.deliver({"user_id_update": [change]} if as_list else change, field="user_id_update")
    process.drain()
    assert Contact.objects.get().identities.current().get().value == "IT.222"
