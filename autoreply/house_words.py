"""What a channel says where its policy leaves a text empty, by the channel's language. Staff change it in the policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HouseWords:
    handover_words: tuple[str, ...]
    handover_text: str
    person_button: str
    list_button: str


# Both languages ask for a person in both: a tourist writes "human" to an Italian shop (A5).
ASKING = (
    "operatore", "operatori", "operatrice", "persona", "persona vera", "umano", "umana", "essere umano", "parlare con qualcuno",
    "human", "person", "real person", "operator", "representative", "talk to someone", "speak to someone",
)  # fmt: skip

HOUSE: dict[str, HouseWords] = {
    "it": HouseWords(
        handover_words=ASKING,
        handover_text="Certo, avviso subito i colleghi: Le risponderà una persona {{ opening | qui, appena si libera }}.",
        person_button="Parlare con qualcuno",
        list_button="Scelga qui",
    ),
    "en": HouseWords(
        handover_words=ASKING,
        handover_text="Of course, I am telling my colleagues: a person will answer you {{ opening | here, as soon as one is free }}.",
        person_button="Talk to a person",
        list_button="Choose here",
    ),
}


def house_words(language: str) -> HouseWords:
    return HOUSE.get(language, HOUSE["en"])
