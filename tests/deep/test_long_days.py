"""Days of a shop, through the doors people use: closing and opening, windows, resolving and coming back, caps, colleagues."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet

from autoreply.models import Firing
from conversations.models import Conversation, Message, MessageStatus, Origin, Priority
from tests.conversations.cast import code_of
from tests.conversations.sending import later
from tests.deep.town import Town

pytestmark = pytest.mark.deep

# A week without a holiday: 24 November 2026 is a Tuesday. Open 9–13 and 15–19.
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"


def automatic() -> list[tuple[str, str]]:
    """Which automatic messages there are: of which rule, in which state."""
    rows = Message.objects.outbound().exclude(origin=Origin.AGENT).order_by("pk").values_list("rule_key", "status")
    return [(key.rpartition("-")[0], status) for key, status in rows]


def talk_of(name: str) -> QuerySet[Conversation]:
    return Conversation.objects.filter(contact__profile_name=name).order_by("pk")


# --- closing and opening ----------------------------------------------------------------------------------------------------


def test_after_hours_one_away_reply_until_the_next_opening(town: Town) -> None:
    asha = town.desk.customer("Asha")
    with town.at(f"{TUESDAY} 19:40"):
        asha.writes("Buongiorno, avrei una domanda")
    assert len(asha.reads()) == 1
    assert "domani alle 9:00" in asha.reads()[0]
    with town.at(f"{TUESDAY} 19:45"):
        asha.writes("Peccato, allora aspetto")
    town.goes_by(f"{TUESDAY} 20:00", f"{WEDNESDAY} 08:50")
    assert len(asha.reads()) == 1, "said once, however long the night"
    assert talk_of("Asha").get().priority == Priority.NORMAL

    with town.at(f"{WEDNESDAY} 09:01"):
        pass
    conversation = talk_of("Asha").get()
    assert conversation.priority == Priority.HIGH, "what came in at night is put first"
    agent = conversation.assignee.username if conversation.assignee else "noor"
    with town.at(f"{WEDNESDAY} 09:05"):
        assert town.answers(agent, conversation, "Buongiorno, eccoci!").status_code == 201
    assert asha.reads()[1:] == ["Buongiorno, eccoci!"]
    town.goes_by(f"{WEDNESDAY} 09:10", f"{WEDNESDAY} 18:50", every=timedelta(minutes=70))
    assert len(asha.reads()) == 2

    with town.at(f"{WEDNESDAY} 19:40"):
        asha.writes("Ho un'altra domanda")
    assert len(asha.reads()) == 3, "the next evening is another one"
    assert "domani alle 9:00" in asha.reads()[2]


def test_who_still_waits_at_closing_is_told_once(town: Town) -> None:
    bruno = town.desk.customer("Bruno")
    with town.at(f"{FRIDAY} 18:40"):
        bruno.writes("Vorrei sapere quanto costa la tazza blu")
    first = len(bruno.reads())
    town.goes_by(f"{FRIDAY} 18:50", f"{FRIDAY} 23:50", every=timedelta(minutes=10))
    assert len(bruno.reads()) == first + 1
    assert "domani alle 9:00" in bruno.reads()[-1], "on Saturday the shop opens too"
    town.goes_by("2026-11-28 00:00", "2026-11-30 08:50", every=timedelta(hours=1))
    assert len(bruno.reads()) == first + 1
    assert Firing.objects.filter(key__startswith="closing:").count() == 1


# --- the service window -----------------------------------------------------------------------------------------------------


def test_the_window_closes_after_a_day_and_the_next_message_opens_it(town: Town) -> None:
    asha = town.desk.customer("Asha")
    with town.at(f"{TUESDAY} 10:00"):
        asha.writes("Vorrei fare un reso")
    conversation = talk_of("Asha").get()
    assert conversation.assignee is not None
    agent = conversation.assignee.username
    with town.at(f"{TUESDAY} 10:05"):
        assert town.answers(agent, conversation, "Certo, mi manda una foto?").status_code == 201
    with town.at(f"{WEDNESDAY} 09:30"):
        assert talk_of("Asha").get().window_state == Conversation.WindowState.CLOSING
        assert town.answers(agent, conversation, "È ancora interessata?").status_code == 201
    before = asha.reads()
    assert "È ancora interessata?" in before
    with town.at(f"{WEDNESDAY} 10:00:30"):
        assert code_of(town.answers(agent, conversation, "Troppo tardi")) == (409, "window_closed")
    town.goes_by(f"{WEDNESDAY} 10:01", f"{WEDNESDAY} 12:00")
    assert talk_of("Asha").get().window_state == Conversation.WindowState.TEMPLATE_ONLY
    assert asha.reads() == before
    with town.at(f"{WEDNESDAY} 12:10"):
        asha.writes("Scusi, ecco la foto")
        town.minute()
        assert talk_of("Asha").get().window_state == Conversation.WindowState.OPEN
        assert town.answers(agent, conversation, "Grazie!").status_code == 201
    assert asha.reads()[-1] == "Grazie!"
    assert Message.objects.outbound().filter(text="Grazie!", status=MessageStatus.READ).exists()


def test_what_waits_in_the_outbox_when_the_window_closes_does_not_leave(town: Town) -> None:
    asha = town.desk.customer("Asha")
    with town.at(f"{TUESDAY} 10:00"):
        asha.writes("Vorrei fare un reso")
    conversation = talk_of("Asha").get()
    assert conversation.assignee is not None
    when = "2026-11-25T11:30:00+01:00"
    with town.at(f"{TUESDAY} 10:05"):
        answer = town.answers(conversation.assignee.username, conversation, "A domani", not_before=when)
    assert answer.status_code == 201
    town.goes_by(f"{TUESDAY} 12:00", f"{WEDNESDAY} 12:00", every=timedelta(hours=1))
    assert "A domani" not in asha.reads()
    message = Message.objects.get(text="A domani")
    assert (message.status, message.error_code) == (MessageStatus.FAILED, "window_closed")


# --- resolving and coming back ----------------------------------------------------------------------------------------------


def test_within_a_day_it_is_reopened_and_after_it_a_new_one_begins(town: Town) -> None:
    asha = town.desk.customer("Asha")
    with town.at(f"{TUESDAY} 10:00"):
        asha.writes("Vorrei fare un reso")
    first = talk_of("Asha").get()
    assert first.assignee is not None
    agent = first.assignee.username
    with town.at(f"{TUESDAY} 11:00"):
        assert town.answers(agent, first, "Fatto!").status_code == 201
        assert town.does(agent, first, "resolve", topic="reso").status_code == 200
        assert code_of(town.answers(agent, first, "Ancora una cosa")) == (409, "conversation_closed")
    with town.at(f"{WEDNESDAY} 10:50"):
        asha.writes("Non ho ricevuto l'etichetta")
    first.refresh_from_db()
    assert (talk_of("Asha").count(), first.status) == (1, Conversation.Status.OPEN)
    assert first.department is not None
    with town.at(f"{WEDNESDAY} 11:00"):
        assert town.does(agent, first, "resolve").status_code == 200
    with town.at(f"{THURSDAY} 11:05"):
        asha.writes("Buongiorno, una nuova domanda")
    second = talk_of("Asha").last()
    assert second is not None
    assert (talk_of("Asha").count(), second.status) == (2, Conversation.Status.OPEN)
    first.refresh_from_db()
    assert first.status == Conversation.Status.RESOLVED
    assert Message.objects.inbound().filter(conversation=second).count() == 1


# --- automatic messages -----------------------------------------------------------------------------------------------------


def test_three_automatic_messages_then_a_person(town: Town) -> None:
    asha = town.desk.customer("Asha")
    questions = [
        "Vorrei fare un reso",
        "Quali sono gli orari?",
        "Dov'è il mio pacco?",
        "Vorrei la fattura",
        "Quanto costa?",
    ]
    for place, text in enumerate(questions):
        with town.at(f"{TUESDAY} 10:{place:02}"):
            asha.writes(text)
    sent = Message.objects.outbound().exclude(rule_key="").count()
    conversation = talk_of("Asha").get()
    assert sent == 3, automatic()
    assert len(asha.reads()) == Message.objects.outbound().count()
    assert conversation.needs_person
    assert conversation.events.filter(kind="conversation.handed_over").count() == 1
    with town.at(f"{TUESDAY} 11:00"):
        asha.writes("Vorrei fare un reso")
    assert Message.objects.outbound().exclude(rule_key="").count() == 3, "not a word more"


@pytest.mark.parametrize("words", ["Vorrei parlare con un operatore", "I want to talk to a human"])
def test_who_asks_for_a_person_gets_one_and_no_more_automation_until_it_is_resolved(town: Town, words: str) -> None:
    asha = town.desk.customer("Asha")
    with town.at(f"{TUESDAY} 10:00"):
        asha.writes(words)
    conversation = talk_of("Asha").get()
    assert conversation.needs_person
    assert len(asha.reads()) == 1, "one acknowledgement"
    with town.at(f"{TUESDAY} 10:10"):
        asha.writes("Vorrei fare un reso")
    town.goes_by(f"{TUESDAY} 18:00", f"{TUESDAY} 21:00")
    assert len(asha.reads()) == 1
    conversation.refresh_from_db()  # the second message has brought it to the team of returns
    assert conversation.assignee is not None
    agent = conversation.assignee.username
    with town.at(f"{WEDNESDAY} 09:30"):
        assert town.answers(agent, conversation, "Eccomi").status_code == 201
        assert town.does(agent, conversation, "resolve").status_code == 200
    with town.at(f"{FRIDAY} 10:00"):
        asha.writes("Vorrei fare un reso")
    assert len(asha.reads()) == 3, "a new conversation, and the rule speaks again"


# --- colleagues -------------------------------------------------------------------------------------------------------------


def test_two_agents_one_conversation(town: Town) -> None:
    asha = town.desk.customer("Asha")
    with town.at(f"{TUESDAY} 10:00"):
        asha.writes("Vorrei fare un reso")
        town.minute()
        conversation = talk_of("Asha").get()
        assert town.does("giulia", conversation, "assign", assignee=None).status_code == 200
        assert town.answers("noor", conversation, "Buongiorno, sono Noor").status_code == 201, (
            "from the pool it is taken"
        )
        conversation.refresh_from_db()
        assert conversation.assignee is not None
        assert conversation.assignee.username == "noor"
        assert code_of(town.answers("luca", conversation, "E io Luca")) == (404, "not_found"), "not of his departments"
        assert code_of(town.answers("giulia", conversation, "Ci penso io")) == (423, "locked"), "Noor is answering"
        assert town.does("giulia", conversation, "read").status_code == 200
        with later(minutes=8):
            assert town.answers("giulia", conversation, "Ci penso io").status_code == 201, "she supervises returns"
            assert code_of(town.answers("noor", conversation, "Ma…")) == (423, "locked")
            assert town.does("giulia", conversation, "assign", assignee=_id("giulia")).status_code == 200
        with later(minutes=16):
            assert code_of(town.answers("noor", conversation, "Ma…")) == (403, "not_yours")
    assert [text for text in asha.reads() if "Noor" in text or "Ci penso" in text] == [
        "Buongiorno, sono Noor",
        "Ci penso io",
    ]


def _id(username: str) -> int:
    return int(User.objects.get(username=username).pk)
