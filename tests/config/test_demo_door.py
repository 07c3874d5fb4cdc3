"""The desk's demo door, as the simulator asks it (D28)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from conversations import clock, sweeps
from conversations.actions import messages
from conversations.models import Channel, Conversation
from tests.desk import TOKEN, Desk
from tests.makers import make_agent, make_channel, make_department, make_person

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def rung(desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    settings.SIMULATOR_URL = desk.simulator_url
    names: list[str] = []
    monkeypatch.setattr("config.demo.views.ring", names.append)
    return names


class Door:
    def __init__(self) -> None:
        self.client = Client(headers={"X-Demo-Token": TOKEN})

    def get(self, path: str, **query: str) -> Json:
        answer = self.client.get(f"/demo/{path}/", query)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(f"/demo/{path}/", json.dumps(body), content_type="application/json")


@pytest.fixture
def door() -> Door:
    return Door()


def test_nobody_passes_without_the_token(settings: Settings) -> None:
    for headers in ({}, {"X-Demo-Token": "wrong"}, {"X-Demo-Token": "schlüssel"}):
        answer = Client(headers=headers).get("/demo/channels/")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in")
    settings.DEMO_TOKEN = ""
    assert Client(headers={"X-Demo-Token": ""}).get("/demo/channels/").status_code == 401


def test_without_the_simulator_there_is_no_door(settings: Settings) -> None:
    settings.SIMULATOR = False
    assert Client(headers={"X-Demo-Token": TOKEN}).get("/demo/channels/").status_code == 404


def test_only_simulated_numbers_show_their_secrets(desk: Desk, door: Door) -> None:
    make_channel(base_url="https://graph.facebook.com", app_secret="really-secret")
    (shown,) = door.get("channels")["channels"]
    assert shown["phone_number_id"] == desk.channel.phone_number_id
    assert set(shown) == {
        "phone_number_id", "waba_id", "display_phone_number", "name", "access_token", "app_secret", "verify_token", "throughput",
    }  # fmt: skip
    assert shown["app_secret"] == desk.channel.app_secret


def test_the_clock_is_told_moved_and_put_back(door: Door, rung: list[str]) -> None:
    before = door.get("clock")
    assert (before["moved"], before["rate"]) == (False, 1.0)
    moved = door.post("clock", {"advance_seconds": 90_000}).json()
    assert moved["moved"]
    gone = datetime.fromisoformat(moved["now"]) - datetime.fromisoformat(moved["machine"])
    assert abs(gone - timedelta(hours=25)) < timedelta(seconds=2)
    assert rung == ["conversations.check_windows", "autoreply.after_hours_round", "conversations.sweep"]
    stopped = door.post("clock", {"rate": 0}).json()
    assert (stopped["rate"], stopped["moved"]) == (0.0, True)
    assert door.post("clock", {"set": "2026-12-24T18:00:00+01:00"}).json()["now"].startswith("2026-12-24T17:00:00")
    assert not door.post("clock", {"reset": True}).json()["moved"]


def test_windows_follow_a_clock_that_is_put_back(desk: Desk, door: Door) -> None:
    desk.customer("Asha").writes("ciao")
    desk.work()
    states = []
    for move in ({"advance_seconds": 50 * 3600}, {"reset": True}):
        door.post("clock", move)
        sweeps.check_windows()
        states.append(Conversation.objects.get().window_state)
    assert states == ["surcharge", "open"]


@pytest.mark.parametrize(
    "body",
    [{}, [], "x", {"advance_seconds": "1"}, {"advance_seconds": True}, {"advance_seconds": 10**12}, {"rate": -1}, {"set": "soon"},
     {"set": "2026-12-24T18:00:00"}, {"set": "2099-01-01T00:00:00Z"}, {"reset": False}, {"rate": 1, "reset": True}, {"now": 1}],
)  # fmt: skip
def test_no_way_to_move_the_clock(door: Door, body: Any) -> None:
    answer = door.post("clock", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert abs(clock.now() - clock.machine_now()) < timedelta(seconds=1)


def test_other_methods_are_refused(door: Door) -> None:
    answer = door.client.delete("/demo/clock/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


def test_hours_of_the_default_department_and_the_customers_window(desk: Desk, door: Door) -> None:
    told = door.get("hours", phone_number_id=desk.channel.phone_number_id)
    assert told["timezone"] == "Europe/Rome"
    assert told["window_ends_at"] is None
    assert told["intervals"]
    assert datetime.fromisoformat(told["until"]) > clock.now()
    asha = desk.customer("Asha")
    asha.writes("ciao")
    desk.work()
    ends = door.get("hours", phone_number_id=desk.channel.phone_number_id, **{"from": asha.number})["window_ends_at"]
    assert timedelta(hours=23, minutes=59) < datetime.fromisoformat(ends) - clock.now() <= timedelta(hours=24)


def test_a_number_nobody_knows_and_a_missing_one(door: Door) -> None:
    assert door.client.get("/demo/hours/?phone_number_id=1").status_code == 404
    assert door.client.get("/demo/hours/").status_code == 400


def test_the_log_says_what_the_desk_did(desk: Desk, door: Door) -> None:
    returns = make_department("Resi")
    make_agent("giulia", returns, first_name="Giulia", last_name="Ferri")
    Channel.objects.filter(pk=desk.channel.pk).update(default_department=returns)
    asha = desk.customer("Asha")
    ask = {"phone_number_id": desk.channel.phone_number_id, "from": asha.number}
    assert door.get("log", **ask) == {"entries": []}
    asha.writes("Vorrei fare un reso")
    desk.settle()
    entries = door.get("log", **ask)["entries"]
    texts = [entry["text"] for entry in entries]
    assert texts[0].startswith(
        "Routed to Resi: No rule matched; Resi takes what nobody claims. Giulia Ferri had the fewest"
    )
    assert {text.split()[0] for text in texts[1:]} == {"Webhook", "Service"}
    assert len(texts) == 3
    assert entries == sorted(entries, key=lambda entry: entry["at"], reverse=True)
    assert "reso" not in " ".join(texts)


def test_the_log_says_what_an_answer_costs(desk: Desk, door: Door) -> None:
    asha = desk.customer("Asha")
    asha.writes("ciao")
    desk.work()
    conversation = Conversation.objects.get()
    messages.answer(
        conversation=conversation,
        by=make_person("luca", "Administrator", first_name="Luca"),
        content={"body": "Eccomi"},
    )
    ask = {"phone_number_id": desk.channel.phone_number_id, "from": asha.number}
    waiting = next(text for text in _texts(door, ask) if text.startswith("Answer sent by Luca"))
    assert "about" in waiting
    desk.settle()
    told = next(text for text in _texts(door, ask) if text.startswith("Answer sent by Luca"))
    assert "about" not in told
    assert told.count("·") == 1


def test_a_group_has_a_log_and_windows_of_its_own(desk: Desk, door: Door) -> None:
    asha = desk.customer("Asha")
    asha.sends("text", {"body": "a tutti"}, group_id="Y2FwaV9ncm91cDox")
    desk.settle()
    ask = {"phone_number_id": desk.channel.phone_number_id, "from": asha.number}
    assert _texts(door, ask) == [], "nothing was said in a chat of her own"
    assert any(text.startswith("Webhook") for text in _texts(door, {**ask, "group_id": "Y2FwaV9ncm91cDox"}))
    told = door.get("hours", **ask, group_id="Y2FwaV9ncm91cDox")
    assert set(told["windows"]) == {"service", "pricing"}
    assert told["window_ends_at"] == told["windows"]["service"]


def _texts(door: Door, ask: dict[str, str]) -> list[str]:
    return [entry["text"] for entry in door.get("log", **ask)["entries"]]
