"""What a keyword finds (R3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.matching import Matcher, Query, fold, one_letter_apart, words


def found(text: str, *keywords: str, **options: object) -> tuple[str, ...]:
    finding = Matcher([Query(keywords, **options)]).find(text).get(0)  # type: ignore[arg-type]
    return finding.keywords if finding and finding.wins else ()


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("reso", "Vorrei fare un RESO"),
        ("reso", "come funzionano i resi?"),
        ("perché", "PERCHE non arriva"),
        ("spedizione", "quanto costano le spedizioni"),
        ("fattura", "mi servono due fatture"),
        ("dov'è il mio pacco", "Scusi, dov’è il mio pacco?"),
        ("return", "I am returning this vase"),
        ("invoices", "where is my invoice"),
        ("stato ordine", "vorrei sapere lo stato del mio ordine"),
        ("❤️", "bellissimo ❤"),
        ("👍", "ok 👍🏽!"),
        ("straße", "STRASSE 5"),
    ],
)
def test_finds(keyword: str, text: str) -> None:
    assert found(text, keyword) == (keyword,)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("reso", "peso netto"),
        ("reso", "il re so tutto"),
        ("order", "border collie"),
        ("spedizione", ""),
        ("no", "nota"),
    ],
)
def test_finds_whole_words_only(keyword: str, text: str) -> None:
    assert not found(text, keyword)


def test_word_for_word() -> None:
    assert found("lo stato ordine grazie", "stato ordine", mode="phrase")
    assert not found("lo stato del mio ordine", "stato ordine", mode="phrase")


def test_all_and_but_none_of() -> None:
    assert not found("un reso", "reso", "rimborso", mode="all")
    assert found("reso con rimborsi", "reso", "rimborso", mode="all")
    assert not found("un reso gratuito", "reso", excluded=("gratuito",))


def test_one_wrong_letter_when_allowed() -> None:
    for typed in ("spedizzione", "spedizone", "spedixione", "spedizinoe"):
        assert found(f"la {typed} è in ritardo", "spedizione", typo=True)
        assert not found(f"la {typed} è in ritardo", "spedizione")
    assert not found("un pezzo bello", "prezzo", typo=True)  # five letters: another word
    assert not found("un rezo", "reso", typo=True)


def test_the_order_of_findings_is_the_order_of_rules() -> None:
    matcher = Matcher([Query(("fattura",)), Query(()), Query(("reso",))])
    assert list(matcher.find("reso e fattura")) == [0, 1, 2]
    assert list(matcher.find("niente")) == [1]


texts = st.text(st.sampled_from("abcdeéà 'ẞ👍🏽\n.-"), max_size=40)


@given(texts)
def test_folding_twice_is_folding_once_and_every_word_finds_itself(text: str) -> None:
    assert words(fold(text)) == words(text)
    for word in words(text):
        assert found(text, word, mode="phrase")


@given(st.text("abcd", min_size=6, max_size=9), st.integers(0, 5), st.sampled_from("abcd"))
def test_a_word_with_one_letter_changed_is_one_letter_apart(word: str, place: int, letter: str) -> None:
    changed = word[:place] + letter + word[place + 1 :]
    assert (changed == word) or one_letter_apart(word, changed)
    assert one_letter_apart(word, word[:place] + letter + word[place:])
    assert one_letter_apart(word, word[:place] + word[place + 1 :])


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=5), min_size=1, max_size=8, unique=True), texts)
def test_many_rules_at_once_find_what_each_finds_alone(keywords: list[str], text: str) -> None:
    text = f"{text} {keywords[0]} {text}"
    together = Matcher([Query((keyword,)) for keyword in keywords]).find(text)
    for number, keyword in enumerate(keywords):
        assert (number in together) == bool(found(text, keyword))
