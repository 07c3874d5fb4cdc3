"""Texts, placeholders, length (A2, A4)."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoreply.composing import Choice, Link, compose, tapped
from autoreply.wording import LIMIT, BadWording, check, first_name, moment, render, shorten
from conversations.whatsapp import outgoing


def test_placeholders_and_defaults() -> None:
    assert render("Ciao {{ contact.first_name }}!", {"contact.first_name": "Asha"}) == "Ciao Asha!"
    assert render("Ciao {{contact.first_name|a Lei}}!", {"contact.first_name": ""}) == "Ciao a Lei!"
    assert render("Ciao {{ contact.first_name }}!", {}) is None


def test_a_value_is_never_read_as_a_placeholder_or_code() -> None:
    nasty = "{{ contact.name }}{% now %}\n\u202e"
    assert (
        render("{{ contact.first_name }}", {"contact.first_name": nasty, "contact.name": "X"})
        == "{{ contact.name }}{% now %}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact.password }}",
        "{{ contact.name.__class__ }}",
        "{{ 1+1 }}",
        "{{ opening",
        "{% if %}",
        "}}",
        "Ordine %order%",
    ],
)
def test_what_is_no_placeholder_is_refused(text: str) -> None:
    with pytest.raises(BadWording):
        check(text)


def test_first_names() -> None:
    assert first_name("Asha Verdi") == "Asha"
    assert first_name("+39 333") == first_name("★") == first_name("") == ""


@given(st.text(max_size=600), st.integers(20, 300))
def test_a_long_text_is_cut_at_a_word(text: str, limit: int) -> None:
    short, cut = shorten(text, limit)
    assert len(short) <= limit
    assert cut == (len(text) > limit)
    if cut:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


def test_the_cut_keeps_whole_words() -> None:
    assert shorten("uno due tre quattro", 12) == ("uno due tre…", True)
    assert shorten("uno due tre quattro", 11) == ("uno due…", True)


@given(st.text(st.sampled_from("ab {}|.%contact_name"), max_size=60))
def test_what_passes_the_check_can_be_rendered(text: str) -> None:
    try:
        check(text)
    except BadWording:
        return
    assert "{{" not in (render(text, {"contact.name": "Asha"}) or "")


@pytest.mark.parametrize(
    ("at", "italian", "english"),
    [
        ("2026-11-20 15:00", "alle 15:00", "at 15:00"),
        ("2026-11-21 09:00", "domani alle 9:00", "tomorrow at 9:00"),
        ("2026-11-23 09:30", "lunedì alle 9:30", "on Monday at 9:30"),
        ("2026-12-07 09:00", "lunedì 7 dicembre alle 9:00", "on Monday 7 December at 9:00"),
    ],
)
def test_times_as_people_say_them(at: str, italian: str, english: str) -> None:
    now = datetime(2026, 11, 20, 13, 30)
    assert moment(datetime.fromisoformat(at), now, "it") == italian
    assert moment(datetime.fromisoformat(at), now, "en") == english


def test_what_is_composed_is_what_whatsapp_takes() -> None:
    choices = [Choice(f"rule:r{number}", f"Scelta {number}") for number in range(4)]
    link = Link("Apri", "https://example.com/" + "x" * 100)
    for count in range(5):
        for with_link in (None, link):
            made = compose("parola " * 60, choices[:count], link=with_link, list_button="Scelga")
            assert outgoing.problem(made.type, made.content) == ""
            assert made.was == 420
            words = outgoing.words(made.type, made.content)
            assert len(words) <= LIMIT
            assert (with_link is not None and bool(count)) == (link.url in words)


def test_what_was_tapped() -> None:
    assert tapped("interactive", {"type": "button_reply", "button_reply": {"id": "rule:a", "title": "A"}}) == "rule:a"
    assert tapped("interactive", {"type": "list_reply", "list_reply": {"id": "handover"}}) == "handover"
    assert tapped("button", {"payload": "rule:a", "text": "A"}) == "rule:a"
    for odd in ({}, {"type": "button_reply"}, {"type": None}, {"type": "button_reply", "button_reply": {"id": 5}}):
        assert tapped("interactive", odd) == ""
    assert tapped("text", {"body": "rule:a"}) == ""
