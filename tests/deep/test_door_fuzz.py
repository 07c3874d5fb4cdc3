"""Anything through the signed door: 200 and stored, or refused; processed or parked with a sentence; no neighbour is harmed.

Bytes and JSON of any kind, then real-looking webhooks with something wrong in them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoreply import starter
from conversations.ingest import process, run
from conversations.models import (
    AccountUpdate,
    Attachment,
    Consent,
    Contact,
    Conversation,
    Delivery,
    Event,
    Group,
    Identity,
    Message,
    MessageStatus,
    MessageVersion,
    ParkedStep,
    Reaction,
    Template,
)
from conversations.whatsapp.signature import sign
from tests import makers
from tests.conversations import wire
from tests.conversations.test_contracts_webhooks import MUST, connect
from tests.deep.mutation import anything, mutated
from tests.deep.webhooks import ACCOUNTS, HEARD, SENT, UPDATES
from tests.desk import Desk

pytestmark = pytest.mark.deep

Json = dict[str, Any]
# Of a parked delivery: the only reasons why one may be. Anything else is a fault of ours.
REASONS = ("no WhatsApp webhook: ", "no JSON: ", "no channel with phone number id ")
# Not EarlyStatus: a refusal that comes twice may wait for a message that has long gone back to the queue under another id.
KEPT = (
    Contact, Identity, Consent, Group, Conversation, Message, Attachment, Reaction, MessageVersion, AccountUpdate,
    Template, ParkedStep,
)  # fmt: skip


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def shop(desk: Desk) -> None:
    """Rules that answer, a conversation to refer to, and no wait between two tries."""
    starter.install(desk.channel)
    conversation = makers.make_conversation(
        desk.channel, makers.make_contact(portfolio=desk.channel.portfolio, number=wire.ASHA)
    )
    makers.make_inbound(conversation, wamid=HEARD)
    makers.make_outbound(conversation, wamid=SENT, status=MessageStatus.SENT)
    Template.objects.create(channel=desk.channel, meta_id="1", name="ritorno", language="it", status="APPROVED")


# --- any bytes --------------------------------------------------------------------------------------------------------------

any_json = anything.map(lambda value: json.dumps(value).encode())
nearly = mutated(st.builds(lambda: wire.body(wire.value(contacts=[wire.contact()], messages=[wire.message()]))))
any_bytes = st.binary(max_size=300) | any_json | nearly.map(lambda value: json.dumps(value).encode())


def test_anything_signed_is_stored_as_it_came_and_processed_or_parked(desk: Desk) -> None:
    @given(body=any_bytes | any_bytes.map(lambda body: body[: len(body) // 2]))
    @examples(600)
    def knocks(body: bytes) -> None:
        assert desk.post(body).status_code == 200
        assert bytes(Delivery.objects.latest("pk").body) == body
        work()

    knocks()


def test_what_is_not_signed_leaves_nothing(desk: Desk) -> None:
    headers = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=80)
    forged = st.just("sha1=") | headers | headers.map(lambda text: f"sha256={text.strip()}")

    @given(body=any_bytes, header=forged, other=st.binary(min_size=1, max_size=20))
    @examples(300)
    def knocks(body: bytes, header: str, other: bytes) -> None:
        for signature in (
            header.strip().encode("latin-1"),
            sign(body + other, desk.channel.app_secret),
            sign(body, "another"),
        ):
            sent = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
            assert requests.post(desk.url, data=body, headers=sent, timeout=30).status_code == 401

    knocks()
    assert not Delivery.objects.exists()


def test_other_methods_are_refused_whatever_they_bring(desk: Desk) -> None:
    @given(body=any_bytes, method=st.sampled_from(["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"]))
    @examples(100)
    def knocks(body: bytes, method: str) -> None:
        headers = {"X-Hub-Signature-256": sign(body, desk.channel.app_secret)}
        assert requests.request(method, desk.url, data=body, headers=headers, timeout=30).status_code == 405

    knocks()
    assert not Delivery.objects.exists()


# --- real, with something wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", UPDATES)
def test_a_broken_update_takes_no_neighbour_with_it(desk: Desk, kind: str) -> None:
    list_, make = UPDATES[kind]

    @given(broken=mutated(st.builds(make)))
    @examples(25)
    def knocks(broken: Any) -> None:
        good = [neighbour() for _ in range(4)]
        value = desk.value(contacts=[wire.contact()], messages=[good[0]])
        value[list_] = [*value.get(list_, []), broken]
        value["messages"].append(good[1])
        arrives(
            desk, [wire.body(value, desk.value(messages=[good[2]])), wire.body(desk.value(messages=[good[3]]))], good
        )

    knocks()


@pytest.mark.parametrize("field", ACCOUNTS)
def test_a_broken_account_update_takes_no_neighbour_with_it(desk: Desk, field: str) -> None:
    @given(broken=mutated(st.just(ACCOUNTS[field])), entry=st.booleans())
    @examples(25)
    def knocks(broken: Any, entry: bool) -> None:
        good = [neighbour() for _ in range(3)]
        body = wire.body(desk.value(messages=[good[0]]), desk.value(messages=[good[1]]), waba=desk.channel.waba_id)
        body["entry"][0]["changes"].insert(1, {"field": field, "value": broken})
        if entry:
            body["entry"][0]["time"] = wire.T0
        arrives(desk, [body, wire.body(desk.value(messages=[good[2]]))], good)

    knocks()


@pytest.mark.parametrize("name", sorted(MUST))
def test_a_given_webhook_with_something_wrong(desk: Desk, contracts: Path, name: str) -> None:
    given_body = json.loads((contracts / "whatsapp-webhooks" / name).read_bytes())
    connect(desk, given_body)

    @given(body=mutated(st.just(given_body)))
    @examples(15)
    def knocks(body: Any) -> None:
        arrives(desk, [body, wire.body(desk.value(messages=[good := neighbour()]))], [good])

    knocks()


def neighbour() -> Json:
    """Somebody's plain text."""
    return wire.message("text", {"body": "Buongiorno"}, sender="393335550001")


def arrives(desk: Desk, bodies: list[Any], good: list[Json]) -> None:
    """All is processed or parked, the good ones are there, and the same once more changes nothing."""
    texts = [json.dumps(body).encode() for body in bodies]
    for text in texts:
        assert desk.post(text).status_code == 200
    work()
    found = (
        Message.objects.inbound().filter(wamid__in=[message["id"] for message in good]).values_list("text", flat=True)
    )
    assert list(found) == ["Buongiorno"] * len(good)
    before = rows()
    for text in texts:
        desk.post(text)
    work()
    after = rows()
    assert {name: differing(before[name], after[name]) for name in before if before[name] != after[name]} == {}
    Delivery.objects.all().delete()


def work() -> None:
    process.drain()
    run.run_due()
    assert not Delivery.objects.filter(status=Delivery.Status.RECEIVED).exists(), list(
        Delivery.objects.filter(status=Delivery.Status.RECEIVED).values_list("problem", flat=True)
    )
    for problem in Delivery.objects.filter(status=Delivery.Status.PARKED).values_list("problem", flat=True):
        assert problem.startswith(REASONS), problem
    assert not Message.objects.filter(step_due_at__isnull=False).exists(), "the pipeline stumbled"


def rows() -> dict[str, list[Json]]:
    found = {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}
    found["Event"] = list(Event.objects.exclude(kind="delivery.parked").order_by("pk").values("kind", "data"))
    return found


def differing(before: list[Json], after: list[Json]) -> list[Json]:
    return [row for row in after if row not in before] or [row for row in before if row not in after]
