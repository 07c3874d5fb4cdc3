"""Approved message templates, and whether a message fills one as it asks (facts §8, "Templates")."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, items, need, one_of, text
from conversations.simulator.store import Store

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BODY_FILLED = 1024
MEDIA_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT", "LOCATION")


def _words(header: str, body: str, footer: str, *buttons: Fields) -> list[Fields]:
    parts: list[Fields] = [{"type": "HEADER", "format": "TEXT", "text": header}] if header else []
    parts += [{"type": "BODY", "text": body}, {"type": "FOOTER", "text": footer}]
    return [*parts, {"type": "BUTTONS", "buttons": list(buttons)}] if buttons else parts


def _reply(label: str) -> Fields:
    return {"type": "QUICK_REPLY", "text": label}


SHOP = "Bottega Tramontana"
URL = "https://bottega-tramontana.example/ordini/{{1}}"
DEMO: tuple[tuple[str, str, str, list[Fields]], ...] = (
    ("order_ready", "en", "UTILITY", _words("", "Hello {{1}}, your order {{2}} is ready for collection.", SHOP)),
    ("order_ready", "it", "UTILITY", _words("", "Buongiorno {{1}}, il suo ordine {{2}} è pronto per il ritiro.", SHOP)),
    (
        "reopen_talk",
        "en",
        "UTILITY",
        _words("", "Hello {{1}}, we have an answer to your question. May we go on here?", SHOP, _reply("Yes, go on")),
    ),
    (
        "reopen_talk",
        "it",
        "UTILITY",
        _words(
            "", "Buongiorno {{1}}, abbiamo una risposta per Lei. Possiamo continuare qui?", SHOP, _reply("Sì, certo")
        ),
    ),
    (
        "parcel_on_its_way",
        "en",
        "UTILITY",
        _words(
            "Parcel {{1}}",
            "Hello {{1}}, your parcel left today and should arrive on {{2}}.",
            SHOP,
            {"type": "URL", "text": "Follow it", "url": URL},
        ),
    ),
    (
        "parcel_on_its_way",
        "it",
        "UTILITY",
        _words(
            "Pacco {{1}}",
            "Buongiorno {{1}}, il suo pacco è partito oggi e dovrebbe arrivare {{2}}.",
            SHOP,
            {"type": "URL", "text": "Seguilo", "url": URL},
        ),
    ),
    ("new_glazes", "en", "MARKETING", _words("New glazes", "The autumn glazes are in the shop.", SHOP, _reply("Stop"))),
    (
        "new_glazes",
        "it",
        "MARKETING",
        _words("Smalti nuovi", "Gli smalti d'autunno sono in bottega.", SHOP, _reply("Basta")),
    ),
)


class Templates:
    def __init__(self, store: Store) -> None:
        self._store = store

    def seed(self, waba_id: str) -> None:
        """Give a new account the demo templates."""
        if self._store.row("SELECT 1 FROM template WHERE waba_id = ?", (waba_id,)):
            return
        for name, language, category, components in DEMO:
            self._add(waba_id, name, language, category, "APPROVED", components)

    def of_account(self, waba_id: str, name: str = "") -> list[Fields]:
        """As GET /{waba}/message_templates lists them."""
        sql = "SELECT * FROM template WHERE waba_id = ? AND (? = '' OR name = ?) ORDER BY name, language"
        listed = []
        for row in self._store.rows(sql, (waba_id, name, name)):
            shown = {key: row[key] for key in ("id", "name", "language", "category", "status")}
            listed.append({**shown, "components": json.loads(row["components"]), "parameter_format": "POSITIONAL"})
        return listed

    def create(self, waba_id: str, body: object) -> Fields:
        """POST /{waba}/message_templates. Approved at once: no review is played yet."""
        if not isinstance(body, dict):
            raise GraphError(100, "The request body must be a JSON object.")
        name = text(body, "name", 512, "") or ""
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise GraphError(100, "Param name may contain only lowercase letters, digits and underscores.")
        one_of(body.get("category"), ("MARKETING", "UTILITY", "AUTHENTICATION"), "category")
        language = text(body, "language", 20, "") or ""
        components = items(body, "components", 1, 10, "")
        for component in components:
            _check_component(component)
        if "BODY" not in {str(component.get("type")).upper() for component in components}:
            raise GraphError(100, "A template needs a component of type BODY.")
        if self._find(waba_id, name, language):
            raise GraphError(100, "There is already content in this language for this template.", subcode=2388024)
        made = self._add(waba_id, name, language, body["category"], "APPROVED", components)
        return {"id": made, "status": "PENDING", "category": body["category"]}

    def filled(self, waba_id: str, content: Fields) -> Fields:
        """What the customer reads: {header, body, footer, buttons, category}. Raises GraphError 132xxx."""
        name, language = content["name"], content["language"]["code"]
        template = self._find(waba_id, name, language)
        if template is None or template["status"] not in ("APPROVED", "PAUSED", "DISABLED"):
            raise GraphError(132001, f"template name ({name}) does not exist in {language}")
        if template["status"] != "APPROVED":
            raise GraphError(132015 if template["status"] == "PAUSED" else 132016)
        given = content.get("components") or []
        shown: Fields = {"category": str(template["category"]).lower(), "buttons": []}
        for component in json.loads(template["components"]):
            kind = str(component["type"]).lower()
            if kind == "buttons":
                shown["buttons"] = [_button(button, i, given) for i, button in enumerate(component["buttons"])]
                continue
            parameters = _parameters(given, kind)
            if kind == "header" and component.get("format") in MEDIA_HEADERS:
                form = str(component["format"]).lower()
                if len(parameters) != 1 or parameters[0].get("type") != form:
                    raise GraphError(
                        132012, f"header: Format mismatch, expected {component['format']}, received UNKNOWN"
                    )
                shown["header_media"] = parameters[0].get(form)
            else:
                shown[kind] = _fill(kind, str(component.get("text", "")), parameters)
        if len(shown.get("body", "")) > BODY_FILLED:
            raise GraphError(132005, f"body: Translated text length exceeds {BODY_FILLED}")
        return shown

    def _find(self, waba_id: str, name: str, language: str) -> Any:
        sql = "SELECT * FROM template WHERE waba_id = ? AND name = ? AND language = ?"
        return self._store.row(sql, (waba_id, name, language))

    def _add(self, waba_id: str, name: str, language: str, category: str, status: str, components: list[Fields]) -> str:
        made = str(secrets.randbelow(9 * 10**15) + 10**15)
        row = (made, waba_id, name, language, category, status, json.dumps(components))
        self._store.write("INSERT INTO template VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return made


def _check_component(component: Fields) -> None:
    kind = str(component.get("type", "")).upper()
    one_of(kind, ("HEADER", "BODY", "FOOTER", "BUTTONS"), "components['type']")
    if kind == "BUTTONS":
        for button in items(component, "buttons", 1, 10, "components"):
            text(button, "text", 25, "buttons")
    elif kind != "HEADER" or component.get("format", "TEXT") == "TEXT":
        words = text(component, "text", 1024 if kind == "BODY" else 60, "components") or ""
        if re.match(r"\s*\{\{\w+\}\}", words) or re.search(r"\{\{\w+\}\}\s*$", words):
            raise GraphError(100, "Variables can't be at the start or end of the template.", subcode=2388299)


def _parameters(given: list[Fields], kind: str) -> list[Fields]:
    for component in given:
        if str(component.get("type", "")).lower() == kind:
            return list(component.get("parameters") or [])
    return []


def _fill(kind: str, words: str, parameters: list[Fields]) -> str:
    names = list(dict.fromkeys(VARIABLE.findall(words)))
    if len(names) != len(parameters):
        raise GraphError(
            132000,
            f"{kind}: number of localizable_params ({len(parameters)}) does not match the expected number of params "
            f"({len(names)})",
        )
    values = {}
    for name, parameter in zip(names, parameters, strict=True):
        form = str(parameter.get("type", "text"))
        if form == "text":
            value = text(parameter, "text", 1024, f"{kind}: parameter {name}") or ""
            if re.search(r"[\n\t]| {5}", value):
                raise GraphError(
                    132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
                )
        elif form in ("currency", "date_time"):
            value = text(need(parameter, form, dict, kind), "fallback_value", 200, form) or ""
        else:
            raise GraphError(132012, f"{kind}: Format mismatch, expected TEXT, received {form.upper()}")
        values[str(parameter.get("parameter_name") or name)] = value
    if set(values) != set(names):
        raise GraphError(132000, f"{kind}: parameter names do not match the template's")
    return VARIABLE.sub(lambda found: values[found.group(1)], words)


def _button(button: Fields, index: int, given: list[Fields]) -> Fields:
    """One button as shown, with the payload or the address its parameter gave."""
    shown = {"type": str(button["type"]).lower(), "text": button["text"], "payload": button["text"]}
    mine = [c for c in given if str(c.get("type", "")).lower() == "button" and str(c.get("index", "0")) == str(index)]
    parameters = (mine[0].get("parameters") or []) if mine else []
    if button["type"] == "URL":
        shown["url"] = button.get("url", "")
        if VARIABLE.search(shown["url"]):
            if not parameters or not parameters[0].get("text"):
                raise GraphError(131008, f"buttons: Button at index {index} of type Url requires a parameter")
            shown["url"] = VARIABLE.sub(lambda _: str(parameters[0]["text"]), shown["url"])
    elif parameters and parameters[0].get("payload"):
        shown["payload"] = str(parameters[0]["payload"])
    return shown
