"""The demo shop's templates, approved from the start."""

from __future__ import annotations

from conversations.simulator.fields import Fields

SHOP = "Bottega Tramontana"
URL = "https://bottega-tramontana.example/ordini/{{1}}"


def _words(header: str, body: str, examples: list[str], *buttons: Fields) -> list[Fields]:
    """A text header with an example of its own when it has a variable, the shop's name as the footer."""
    head: Fields = {"type": "HEADER", "format": "TEXT", "text": header}
    if "{{1}}" in header:
        head["example"] = {"header_text": ["4512"]}
    text: Fields = {"type": "BODY", "text": body}
    if examples:
        text["example"] = {"body_text": [examples]}
    parts = [*([head] if header else []), text, {"type": "FOOTER", "text": SHOP}]
    return [*parts, {"type": "BUTTONS", "buttons": list(buttons)}] if buttons else parts


def _reply(label: str) -> Fields:
    return {"type": "QUICK_REPLY", "text": label}


def _link(label: str) -> Fields:
    return {"type": "URL", "text": label, "url": URL, "example": [URL.replace("{{1}}", "4512")]}


def _document(body: str, name: str) -> list[Fields]:
    head: Fields = {"type": "HEADER", "format": "DOCUMENT"}
    example = {"body_text_named_params": [{"param_name": name, "example": "4512"}]}
    return [head, {"type": "BODY", "text": body, "example": example}, {"type": "FOOTER", "text": SHOP}]


DEMO: tuple[tuple[str, str, str, list[Fields]], ...] = (
    (
        "order_ready",
        "en",
        "UTILITY",
        _words("", "Hello {{1}}, your order {{2}} is ready for collection.", ["Asha", "4512"]),
    ),
    (
        "order_ready",
        "it",
        "UTILITY",
        _words("", "Buongiorno {{1}}, il suo ordine {{2}} è pronto per il ritiro.", ["Asha", "4512"]),
    ),
    (
        "reopen_talk",
        "en",
        "UTILITY",
        _words(
            "",
            "Hello {{1}}, we have an answer to your question. May we go on here?",
            ["Asha"],
            _reply("Yes, go on"),
        ),
    ),
    (
        "reopen_talk",
        "it",
        "UTILITY",
        _words(
            "",
            "Buongiorno {{1}}, abbiamo una risposta per Lei. Possiamo continuare qui?",
            ["Asha"],
            _reply("Sì, certo"),
        ),
    ),
    (
        "parcel_on_its_way",
        "en",
        "UTILITY",
        _words(
            "Parcel {{1}} left",
            "Hello {{1}}, your parcel left today and should arrive on {{2}}.",
            ["Asha", "Thursday"],
            _link("Follow it"),
        ),
    ),
    (
        "parcel_on_its_way",
        "it",
        "UTILITY",
        _words(
            "Pacco {{1}} partito",
            "Buongiorno {{1}}, il suo pacco è partito oggi e dovrebbe arrivare {{2}}.",
            ["Asha", "giovedì"],
            _link("Seguilo"),
        ),
    ),
    (
        "new_glazes",
        "en",
        "MARKETING",
        _words("New glazes", "The autumn glazes are in the shop.", [], _reply("Stop")),
    ),
    (
        "new_glazes",
        "it",
        "MARKETING",
        _words("Smalti nuovi", "Gli smalti d'autunno sono in bottega.", [], _reply("Basta")),
    ),
    ("invoice", "en", "UTILITY", _document("Here is the invoice of your order {{order}}, as you asked.", "order")),
    ("invoice", "it", "UTILITY", _document("Ecco la fattura del suo ordine {{ordine}}, come richiesto.", "ordine")),
)
