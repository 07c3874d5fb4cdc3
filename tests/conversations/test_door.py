"""The webhook door: who is let in, what is stored, what is answered (C10, C11, D20)."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
import requests

from conversations.ingest import intake, store
from conversations.models import Channel, Delivery, Message
from conversations.whatsapp.signature import is_signed, sign
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

# Computed with a shell's openssl, not with our code (facts §1).
VECTORS = [
    (
        b'{"object":"whatsapp_business_account","entry":[]}',
        "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
    ),
    (
        b'{"object": "whatsapp_business_account", "entry": []}',
        "56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a",
    ),
    (rb'{"t":"\u00e9\ud83d\ude00"}', "0d61b82a21cd7c16cc95a7fe005002915f91458c889edd38fbd596be8d070e48"),
]


@pytest.mark.parametrize(("body", "digest"), VECTORS)
def test_signature_is_of_the_raw_bytes(body: bytes, digest: str) -> None:
    assert sign(body, "test_app_secret") == f"sha256={digest}"
    assert is_signed(body, f"sha256={digest}", ["another", "test_app_secret"])
    assert not is_signed(body + b" ", f"sha256={digest}", ["test_app_secret"])


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha256=00", "sha1=abc", "SHA256=x", "sha256=" + "é" * 64, "sha256=" + "0" * 5000]
)
def test_a_header_that_is_no_signature(header: str) -> None:
    assert not is_signed(b"{}", header, ["secret"])


def test_no_secret_lets_nobody_in() -> None:
    assert not is_signed(b"{}", sign(b"{}", ""), [])


def test_what_is_signed_is_stored_as_it_came(desk: Desk) -> None:
    body = b'  {"entry" : [ ] , "t":"\\u00e9"}\n'
    assert desk.post(body).status_code == 200
    assert bytes(Delivery.objects.get().body) == body


@pytest.mark.parametrize("signature", ["", "sha256=" + "0" * 64, "sha1=" + "0" * 40])
def test_a_wrong_or_missing_signature_leaves_nothing(desk: Desk, signature: str) -> None:
    assert desk.post(desk.envelope(desk.value()), signature).status_code == 401
    assert not Delivery.objects.exists()


def test_a_signature_of_other_bytes_is_refused(desk: Desk) -> None:
    body = desk.envelope(desk.value())
    assert desk.post(body + b" ", sign(body, desk.channel.app_secret)).status_code == 401


def test_any_channels_secret_opens(desk: Desk) -> None:
    other = makers.make_channel(app_secret="another-app")
    body = desk.envelope(desk.value())
    desk.world.door.secrets.read_at = -1e9
    assert desk.post(body, sign(body, other.app_secret)).status_code == 200


@pytest.mark.parametrize("status", ["setup", "stopped", "offline"])
def test_a_channel_that_does_not_send_still_receives(desk: Desk, status: str) -> None:
    Channel.objects.update(status=status)
    assert desk.deliver(desk.value(messages=[wire.message()])).status_code == 200
    desk.work()
    assert Message.objects.inbound().count() == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_other_methods_are_refused(desk: Desk, method: str) -> None:
    answer = requests.request(method, desk.url, timeout=5)
    assert answer.status_code == 405
    assert not Delivery.objects.exists()


def test_over_four_megabytes_is_refused_and_exactly_four_is_not(desk: Desk) -> None:
    for size, expected in ((intake.MAX_BYTES, 200), (intake.MAX_BYTES + 1, 413)):
        assert desk.post(b"x" * size).status_code == expected
    assert Delivery.objects.count() == 1


def test_handshake(desk: Desk) -> None:
    def ask(**query: str) -> requests.Response:
        return requests.get(desk.url, params={f"hub.{name}": value for name, value in query.items()}, timeout=5)

    answer = ask(mode="subscribe", challenge="1158201444", verify_token=desk.channel.verify_token)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in ({"verify_token": "x"}, {}, {"verify_token": ""}, {"verify_token": "è"}):
        assert ask(mode="subscribe", challenge="1", **wrong).status_code == 403
    assert ask(mode="unsubscribe", challenge="1", verify_token=desk.channel.verify_token).status_code == 403


def test_an_empty_verify_token_opens_nothing(desk: Desk) -> None:
    Channel.objects.update(verify_token="")
    desk.world.door.secrets.read_at = -1e9
    assert (
        requests.get(desk.url, params={"hub.mode": "subscribe", "hub.verify_token": ""}, timeout=5).status_code == 403
    )


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"{", b"\xff\xfe{}", b"null", b"[]", b'{"entry": 7}', b"[" * 100_000, b"1" * 5000]
)
def test_signed_but_no_webhook_is_stored_and_parked(desk: Desk, body: bytes) -> None:
    assert desk.post(body).status_code == 200
    desk.deliver(desk.value(messages=[wire.message()]))
    desk.work()
    assert list(Delivery.objects.order_by("pk").values_list("status", flat=True)) == ["parked", "processed"]
    assert Delivery.objects.get(status="parked").problem
    assert Message.objects.inbound().count() == 1


@pytest.mark.parametrize("depth", [50, 900, 3000])
def test_deep_nesting_hurts_nobody_else(desk: Desk, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    body = desk.envelope(desk.value(messages=[wire.message(), {"id": "DEEP"}])).replace(
        b'{"id": "DEEP"}', deep.encode()
    )
    assert desk.post(body).status_code == 200
    desk.deliver(desk.value(messages=[wire.message()]))
    desk.work()
    assert Message.objects.inbound().count() >= 1
    assert Delivery.objects.filter(status="processed").exists()


def test_nul_and_half_surrogates_are_taken_out(desk: Desk) -> None:
    message = json.dumps(wire.message("text", {"body": "BODY"})).replace("BODY", "a\\u0000b\\ud800c\\ud83d\\ude00")
    body = desk.envelope(desk.value(messages=["M"])).replace(b'"M"', message.encode())
    desk.post(body)
    desk.work()
    assert Message.objects.get().text == "ab?c😀"


def test_bytes_that_are_no_utf8_still_arrive(desk: Desk) -> None:
    body = desk.envelope(desk.value(messages=[wire.message("text", {"body": "BODY"})])).replace(
        b"BODY", b"caff\xe8 \xed\xa0\x80"
    )
    desk.post(body)
    desk.work()
    assert Message.objects.get().text.startswith("caff�")


def test_numbers_no_database_takes(desk: Desk) -> None:
    location = wire.message("location", {"latitude": "LAT", "longitude": 7})
    for nonsense in (b"NaN", b"1e999", b"-Infinity"):
        desk.post(desk.envelope(desk.value(messages=[{**location, "id": wire.wamid()}])).replace(b'"LAT"', nonsense))
    desk.work()
    assert Message.objects.filter(type="location").count() == 3


def test_a_database_that_is_away_is_no_200(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(self: object, bodies: object, at: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(store.SqliteWriter, "write", fails)
    monkeypatch.setattr(store.PostgresWriter, "write", fails)
    desk.world.forget()
    assert desk.deliver(desk.value(messages=[wire.message()])).status_code == 503
    monkeypatch.undo()
    assert desk.deliver(desk.value(messages=[wire.message()])).status_code == 200
    assert Delivery.objects.count() == 1


def test_before_any_secret_is_known_nobody_is_called_a_liar(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: object) -> None:
        raise OSError("no database")

    monkeypatch.setattr(intake.Secrets, "read", away)
    desk.world.forget()
    assert desk.deliver(desk.value(messages=[wire.message()])).status_code == 503
    monkeypatch.undo()
    assert desk.deliver(desk.value(messages=[wire.message()])).status_code == 200


def test_intake_without_http_keeps_the_same_rules(desk: Desk) -> None:
    body = desk.envelope(desk.value())
    good = "sha256=" + hmac.new(desk.channel.app_secret.encode(), body, hashlib.sha256).hexdigest()
    assert intake.receive(body, good) is not None
    assert intake.receive(body, "sha256=0") is None
    assert Delivery.objects.count() == 1
