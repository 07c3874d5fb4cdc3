"""What Meta refuses in a new or edited template, said next to the field before it is submitted (facts §8, §10: 2388xxx). Pure."""

from __future__ import annotations

import re
from itertools import pairwise

from django.utils.translation import gettext as _

from conversations.templates.definition import MEDIA, VARIABLE, variables
from conversations.templates.languages import LANGUAGES
from conversations.templates.writing import BUTTONS, ButtonDraft, Draft

NAME, HEADER, BODY, FOOTER, LABEL, URL, PHONE, CODE = 512, 60, 1024, 60, 25, 2000, 20, 15
MOST_BUTTONS = 10
MOST_OF = {"url": 2, "phone_number": 1, "copy_code": 1}
CATEGORIES = ("UTILITY", "MARKETING")  # authentication templates have texts of Meta's own: WhatsApp Manager makes them
TTLS = (300, 1800, 3600, 10800, 43200)  # seconds; of utility templates: 30 s to 12 h (Meta: templates/time-to-live)

Problems = dict[str, list[str]]


def problems(draft: Draft) -> Problems:
    """Field -> sentences. {} when it may be submitted. Fields: those of Draft, `button.0`…, and `example.` with a slot's key."""
    head = "header_text" if draft.header_kind == "text" else "header_kind"
    found: list[tuple[str, list[str]]] = [
        ("name", [_name(draft.name)]),
        ("language", [] if draft.language in LANGUAGES else [_("Choose the language it is written in.")]),
        ("category", [] if draft.category in CATEGORIES else [_("Choose Utility or Marketing.")]),
        (head, _header(draft)),
        ("body", _body(draft)),
        ("footer", _footer(draft.footer)),
        ("buttons", [_buttons(draft.buttons)]),
        *[(f"button.{index}", _button(button)) for index, button in enumerate(draft.buttons)],
        *[(f"example.{slot.key}", _example(draft.examples.get(slot.key, ""))) for slot in draft.word_slots],
        ("ttl", _ttl(draft)),
    ]
    said = {field: [sentence for sentence in sentences if sentence] for field, sentences in found}
    return {field: sentences for field, sentences in said.items() if sentences}


def _example(text: str) -> list[str]:
    if not text.strip():
        return [_("WhatsApp's reviewers need an example.")]
    return [_("An example has no variable.")] if variables(text) else []


def _ttl(draft: Draft) -> list[str]:
    if draft.ttl is None or (draft.category == "UTILITY" and draft.ttl in TTLS):
        return []
    return [_("Only utility templates have a time to live of their own.")]


def _name(name: str) -> str:
    if re.fullmatch(r"[a-z0-9_]+", name) and len(name) <= NAME:
        return ""
    return _("Small letters a to z, digits and _ only, such as order_ready.")


def _too_long(text: str, limit: int) -> str:
    if len(text) <= limit:
        return ""
    return _("%(count)s characters; WhatsApp takes %(limit)s.") % {"count": len(text), "limit": limit}


def _header(draft: Draft) -> list[str]:
    text = draft.header_text
    if draft.header_kind in MEDIA:
        return [] if draft.header_handle else [_("WhatsApp's reviewers need a sample: choose a file.")]
    if draft.header_kind != "text":
        return []
    found = [_too_long(text, HEADER)]
    if not text.strip():
        found.append(_("Write the header, or choose none."))
    if "\n" in text or re.search(r"[*_~`]", VARIABLE.sub("", text)):
        found.append(_("A header has one line and no formatting signs (* _ ~ `)."))
    if len(variables(text)) > 1:
        found.append(_("A header has at most one variable."))
    return [*filter(None, found), *_variables(text, draft.named)]


def _body(draft: Draft) -> list[str]:
    text = draft.body
    if not text.strip():
        return [_("Write the text.")]
    found = [_too_long(text, BODY)]
    if re.match(r"\s*\{\{", text) or re.search(r"\}\}\s*$", text):
        found.append(_("It may not begin or end with a variable: put words or a full stop around it."))
    if re.search(r"\}\}\s*\{\{", text):
        found.append(_("Two variables may not stand side by side: put words between them."))
    if re.search(r"\n{3}", text):
        found.append(_("At most one empty line in a row."))
    if re.search(r" {5}", text):
        found.append(_("At most four spaces in a row."))
    names, words = variables(text), VARIABLE.sub(" ", text).split()
    if names and len(words) < 2 * len(names) + 1:
        found.append(
            _("Too many variables for so few words: %(count)s variables need at least %(words)s words.")
            % {"count": len(names), "words": 2 * len(names) + 1}
        )
    return [*filter(None, found), *_variables(text, draft.named)]


def _variables(text: str, named: bool) -> list[str]:
    names = variables(text)
    rest = VARIABLE.sub("", text)
    if "{{" in rest or "}}" in rest:
        return [_("A variable is written {{1}} or {{name}}: two braces on each side, closed.")]
    if named:
        fine = all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
        return [] if fine else [_("A variable's name has small letters, digits and _ only, such as {{first_name}}.")]
    if names != [str(number + 1) for number in range(len(names))]:
        return [_("Variables are counted without a gap, from {{1}}.")]
    return []


def _footer(text: str) -> list[str]:
    found = [_too_long(text, FOOTER)]
    if variables(text) or "{{" in text:
        found.append(_("A footer has no variables."))
    if "\n" in text:
        found.append(_("A footer has one line."))
    return [one for one in found if one]


def _buttons(buttons: tuple[ButtonDraft, ...]) -> str:
    kinds = [button.kind for button in buttons]
    if len(buttons) > MOST_BUTTONS:
        return _("At most ten buttons.")
    if kinds.count("url") > MOST_OF["url"]:
        return _("At most two buttons with a link.")
    if kinds.count("phone_number") > MOST_OF["phone_number"] or kinds.count("copy_code") > MOST_OF["copy_code"]:
        return _("At most one button that calls, and one that copies a code.")
    if sum(one != two for one, two in pairwise(kind == "quick_reply" for kind in kinds)) > 1:
        return _("Put the quick replies together, before or after the other buttons.")
    labels = [button.text.strip().lower() for button in buttons if button.kind != "copy_code"]
    return _("Each button needs words of its own.") if len(set(labels)) < len(labels) else ""


def _button(button: ButtonDraft) -> list[str]:
    if button.kind not in BUTTONS:
        return [_("Choose what the button does.")]
    if button.kind == "copy_code":
        return [] if 0 < len(button.example) <= CODE else [_("Give a code of at most 15 characters as the example.")]
    found = [_too_long(button.text, LABEL) or ("" if button.text.strip() else _("Write what stands on the button."))]
    if variables(button.text):
        found.append(_("A button's words have no variable."))
    if button.kind == "url":
        found += _url(button)
    if button.kind == "phone_number" and not re.fullmatch(r"\+?\d{5,19}", button.value):
        found.append(_("The number with its country code, such as +390550001122."))
    return [one for one in found if one]


def _url(button: ButtonDraft) -> list[str]:
    found = [_too_long(button.value, URL)]
    if not re.match(r"https?://[^\s/]+\.\S", button.value) or re.search(r"\s", button.value):
        found.append(_("A link begins with https:// and has no spaces."))
    names = variables(button.value)
    if names and (names != ["1"] or not button.value.endswith("{{1}}")):
        found.append(_("A link may have one variable, {{1}}, at its very end."))
    elif names and not button.example.strip():
        found.append(_("WhatsApp's reviewers need an example of the whole link."))
    return found
