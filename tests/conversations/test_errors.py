"""Each of Meta's error codes, injected once: what became of message, customer, template and number, and what people read (C31).

Both ways by which Meta tells: the answer to our call, and a `failed` status after it had taken the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from unittest import mock

import pytest
from django.core.management import call_command
from django.utils import translation

from conversations import clock
from conversations.actions import channels
from conversations.actor import Actor
from conversations.management.commands.error_table import BEYOND, duration, table
from conversations.models import Alarm, Attempt, Channel, Consent, Conversation, Event, Message, Template
from conversations.outbox import deliver, settle
from conversations.whatsapp.error_rules import Effect
from conversations.whatsapp.errors import describe, parse
from tests import makers
from tests.architecture.source import ROOT
from tests.conversations.cast import api
from tests.conversations.error_facts import facts
from tests.desk import Desk

FACTS = facts()
EFFECTS = {
    "token": Effect.CHANNEL_NEEDS_TOKEN,
    "stopped": Effect.CHANNEL_STOPPED,
    "restricted": Effect.CHANNEL_RESTRICTED,
    "slower": Effect.CHANNEL_SLOWED,
    "window": Effect.WINDOW_CLOSED,
    "opt_out": Effect.CONTACT_OPTED_OUT,
    "unreachable": Effect.CONTACT_UNREACHABLE,
    "paused": Effect.TEMPLATE_PAUSED,
    "disabled": Effect.TEMPLATE_DISABLED,
}
TEMPLATES = {132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 134100}
NAME = "new_glazes"


@dataclass
class Seen:
    """What one code did."""

    status: str
    waits: float | None
    beyond: str
    code: str
    said: str
    next_try: bool
    alarmed: bool


def inject(desk: Desk, codes: list[int], kind: str) -> dict[int, Message]:
    """One message each, on a number of its own, of an agent; sent into the mishap at one moment of the machine's clock."""
    sent: dict[int, Message] = {}
    for code in codes:
        channel = makers.make_channel(base_url=desk.simulator_url, app_secret=desk.channel.app_secret, throughput=80)
        desk.connect(channel)
        desk.fault(kind, code=code, phone_number_id=channel.phone_number_id)
        number = f"3934{code:08}"
        conversation = makers.make_conversation(
            channel, makers.make_contact(portfolio=channel.portfolio, number=number)
        )
        Conversation.objects.filter(pk=conversation.pk).update(last_inbound_at=clock.now())
        desk.control("heard", {"phone_number_id": channel.phone_number_id, "from": number})
        message = makers.make_outbound(conversation, status="queued", wamid=None, sent_at=None, not_before=clock.now())
        if code in TEMPLATES:
            Template.objects.create(channel=channel, name=NAME, language="it", status="APPROVED")
            message.type, message.payload = "template", {"name": NAME, "language": {"code": "it"}}
            message.save(update_fields=["type", "payload"])
        sent[code] = message
    return sent


def see(desk: Desk, kind: str) -> dict[int, Seen]:
    moment = clock.machine_now()
    with mock.patch.object(clock, "machine_now", return_value=moment):
        sent = inject(desk, list(FACTS), kind)
        desk.settle(60)
    client = api(makers.make_person("elena", "Administrator"))
    return {code: seen(message, moment, client) for code, message in sent.items()}


def seen(sent: Message, moment: object, client: object) -> Seen:
    message = Message.objects.select_related("channel", "conversation__contact").get(pk=sent.pk)
    shown = client.get(f"/api/v1/messages/{message.pk}/").json()["error"]  # type: ignore[attr-defined]
    return Seen(
        status=message.status,
        waits=(message.retry_at - moment).total_seconds() if message.status == "queued" else None,  # type: ignore[operator]
        beyond=beyond(message),
        code=shown["code"],
        said=shown["message"],
        next_try=shown["next_try"] is not None,
        alarmed=Alarm.objects.filter(key=f"channel:{message.channel_id}", cleared_at=None).exists(),
    )


def beyond(message: Message) -> str:
    """What else changed, in the words of the table."""
    found: list[Effect] = []
    channel, talk, stopped_for = message.channel, message.conversation, 0.0
    if channel.status == Channel.Status.STOPPED:
        assert channel.status_code == message.error_code
        if channel.stopped_until is not None:
            stopped_for = round((channel.stopped_until - clock.now()).total_seconds() / 3600) * 3600
            found.append(Effect.CHANNEL_RESTRICTED)
        else:
            found.append(wakes_by_token(channel))
    if talk.contact is not None and talk.contact.is_unreachable:
        found.append(Effect.CONTACT_UNREACHABLE)
    if Consent.objects.filter(contact=talk.contact, topic="marketing", state=Consent.State.OPT_OUT).exists():
        found.append(Effect.CONTACT_OPTED_OUT)
    if talk.window_ends_at is None or talk.window_ends_at <= clock.now():
        found.append(Effect.WINDOW_CLOSED)
    template = Template.objects.filter(channel=channel).exclude(status="APPROVED").first()
    if template is not None:
        found.append(Effect.TEMPLATE_PAUSED if template.status == "PAUSED" else Effect.TEMPLATE_DISABLED)
    if is_slower(channel):
        found.append(Effect.CHANNEL_SLOWED)
    assert len(found) <= 1
    return BEYOND[found[0]].format(wait=duration(stopped_for)) if found else ""


def wakes_by_token(channel: Channel) -> Effect:
    """Enters another token, as staff do, and looks."""
    started = channels.token_replaced(channel=channel, by=Actor.system("test"))
    channels.stop(channel=channel, by=Actor.system("test"), code=channel.status_code)
    return Effect.CHANNEL_NEEDS_TOKEN if started else Effect.CHANNEL_STOPPED


def is_slower(channel: Channel) -> bool:
    return Event.objects.filter(kind="channel.slowed", channel=channel).exists()


def documented() -> dict[int, list[str]]:
    """Code -> the cells of its line in docs/reference/errors.md."""
    text = (ROOT / "docs" / "reference" / "errors.md").read_text()
    found: dict[int, list[str]] = {}
    for line in text.split("## Meta's codes\n", 1)[1].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0][:1].isdigit():
            for span in cells[0].split(", "):
                first, _dash, last = span.partition("–")
                found |= dict.fromkeys(range(int(first), int(last or first) + 1), cells)
    return found


def test_the_reference_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("error_table")
    assert capsys.readouterr().out.strip() == table()
    assert table() in (ROOT / "docs" / "reference" / "errors.md").read_text(), (
        "put what manage.py error_table prints there"
    )


@pytest.mark.parametrize("kind", ["error", "failed_status"])
def test_each_code_does_what_the_reference_and_meta_say(desk: Desk, kind: str) -> None:
    lines = documented()
    assert set(FACTS) <= set(lines)
    wrong = []
    for code, what in see(desk, kind).items():
        expected = as_meta_says(code)
        fate = (
            what.status
            if what.waits is None
            else "waits for the number"
            if what.alarmed
            else f"waits {duration(what.waits)}"
        )
        shown = [fate, what.beyond, what.said]
        said = [lines[code][2], lines[code][3], lines[code][5]]
        if shown != said or not expected(what) or what.code != str(code):
            wrong.append((code, shown, said))
    assert wrong == [], "\n".join(map(str, wrong))


def as_meta_says(code: int):  # type: ignore[no-untyped-def]
    """Facts §10 as a check of what was seen."""
    letter, alarms, what = FACTS[code]
    effect = EFFECTS.get(what)

    def check(seen: Seen) -> bool:
        never = (letter == "N" and not alarms) or what == "person"
        waits = seen.waits or 0.0
        return (
            seen.status == ("failed" if never else "queued")
            and seen.next_try is not never
            and seen.alarmed is alarms
            and seen.beyond == (BEYOND[effect].format(wait="2 h") if effect else "")
            and waits >= (float(what) if what.isdigit() else 30.0 if letter == "W" and not (alarms or never) else 0.0)
            and (letter != "R" or waits <= 60)
        )

    return check


def test_classes_are_those_of_meta() -> None:
    letters = {"retry": "R", "wait": "W", "never": "N", "alarm": "N"}
    assert {code: letters[cells[1]] for code, cells in documented().items() if code in FACTS} == {
        code: letter for code, (letter, _alarms, _what) in FACTS.items()
    }


# --- codes nobody knows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "status", "tries"), [("error", "failed", 1), ("transient_error", "failed", 3)])
def test_an_unknown_code_is_tried_a_few_times_when_it_is_transient(
    desk: Desk, kind: str, status: str, tries: int
) -> None:
    message = inject(desk, [999111], kind)[999111]
    desk.fault(kind, code=999111, phone_number_id=message.channel.phone_number_id, next=-1)
    for hours in range(4):
        with mock.patch.object(clock, "machine_now", return_value=clock.machine_now() + timedelta(hours=hours)):
            deliver.drain_outbox()
    message.refresh_from_db()
    assert (message.status, Attempt.objects.filter(message=message).count()) == (status, tries)
    said = describe(message.error_code, message.error_detail)
    assert "999111" in said
    assert "Unknown error" in said, "Meta's own words"


@pytest.mark.parametrize(
    ("body", "http", "label", "tries"),
    [
        (None, 404, "http_404", False),
        (None, 429, "http_429", True),
        ({"error": {"code": 999111}}, 500, "999111", True),
        ({"error": {"code": "999111", "is_transient": True}}, 400, "999111", True),
        ({"error": {"message": "no code"}}, 400, "http_400", False),
        ({"error": {"code": 131030, "error_data": "as text"}}, 400, "131030", False),
    ],
)
def test_bodies_that_are_not_as_documented(body: object, http: int, label: str, tries: bool) -> None:
    error = parse(body, http)
    assert (error.label, error.rule.wait(1) is not None) == (label, tries)
    assert describe(error.label, error.details)


def test_who_has_written_since_has_an_open_window_whatever_meta_said_before(desk: Desk) -> None:
    message = inject(desk, [131047], "error")[131047]
    Conversation.objects.filter(pk=message.conversation_id).update(
        last_inbound_at=message.timestamp + timedelta(seconds=1)
    )
    desk.settle()
    message.refresh_from_db()
    ends_at = Conversation.objects.get(pk=message.conversation_id).window_ends_at
    assert message.error_code == "131047"
    assert ends_at is not None
    assert ends_at > clock.now()


# --- the number stops, and goes on ------------------------------------------------------------------------------------------


def test_a_restricted_number_goes_on_when_its_time_is_over(desk: Desk) -> None:
    message = inject(desk, [131048], "error")[131048]
    desk.settle()
    channel = Channel.objects.get(pk=message.channel_id)
    assert channel.status == "stopped"
    assert settle.settle() == 0
    with mock.patch.object(clock, "now", return_value=clock.now() + timedelta(hours=2, seconds=1)):
        desk.settle()
    channel.refresh_from_db()
    message.refresh_from_db()
    assert (channel.status, channel.status_code, channel.stopped_until) == ("active", "", None)
    assert message.status == "read"
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_why_a_number_stopped_is_said_in_the_readers_language(desk: Desk) -> None:
    inject(desk, [190], "error")
    desk.settle()
    client = api(makers.make_person("elena", "Administrator"))
    channel = Channel.objects.get(status="stopped")
    for language, words in (("en", "does not accept this number's access token"), ("it", "non accetta più il token")):
        shown = client.get(f"/api/v1/channels/{channel.pk}/", headers={"Accept-Language": language}).json()
        assert words in shown["status_reason"]
        assert (shown["status_code"], shown["stopped_until"]) == ("190", None)
    with translation.override("it"):
        assert describe("131047") == "L'ultimo messaggio del cliente risale a più di 24 ore fa. Inviare un modello."
