"""A template as somebody writes it on a form, and Meta's components made of it; and back, to edit one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversations.templates.definition import MEDIA, Definition, Json, Slot, parse, variables

BUTTONS = ("quick_reply", "url", "phone_number", "copy_code")  # those a form offers


@dataclass(frozen=True, slots=True)
class ButtonDraft:
    kind: str
    text: str = ""
    value: str = ""  # address or number
    example: str = ""  # of a link's variable, or the code that is copied


@dataclass(frozen=True, slots=True)
class Draft:
    name: str = ""
    language: str = ""
    category: str = "UTILITY"
    named: bool = False
    header_kind: str = ""  # "", text, image, video, document, location
    header_text: str = ""
    header_handle: str = ""  # of the sample, from the Resumable Upload API
    body: str = ""
    footer: str = ""
    buttons: tuple[ButtonDraft, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)
    """Slot's key -> example, of header and body."""
    ttl: int | None = None

    @property
    def definition(self) -> Definition:
        return parse(components(self), self.parameter_format)

    @property
    def parameter_format(self) -> str:
        return "NAMED" if self.named else "POSITIONAL"

    @property
    def word_slots(self) -> list[Slot]:
        """What needs an example: the variables of header and body."""
        return [slot for slot in self.definition.slots if slot.kind == "text"]


def components(draft: Draft) -> list[Json]:
    """As POST /{account}/message_templates takes them (facts §8; Meta: templates/components)."""
    parts: list[Json] = []
    if draft.header_kind == "text":
        parts.append(_words("HEADER", draft.header_text, draft, ["header"], {"format": "TEXT"}))
    elif draft.header_kind:
        part: Json = {"type": "HEADER", "format": draft.header_kind.upper()}
        if draft.header_kind in MEDIA and draft.header_handle:
            part["example"] = {"header_handle": [draft.header_handle]}
        parts.append(part)
    parts.append(_words("BODY", draft.body, draft, [f"body.{name}" for name in variables(draft.body)], {}))
    if draft.footer:
        parts.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        parts.append({"type": "BUTTONS", "buttons": [_button(button) for button in draft.buttons]})
    return parts


def _words(kind: str, text: str, draft: Draft, keys: list[str], more: Json) -> Json:
    """With an example for each variable: Meta takes a flat list for the header, a list of lists for the body."""
    part: Json = {"type": kind, **more, "text": text}
    names = variables(text)
    given = [draft.examples.get(key, "") for key in keys][: len(names)]
    if not names or not any(given):
        return part
    what = f"{kind.lower()}_text"
    if draft.named:
        pairs = zip(names, given, strict=False)
        part["example"] = {f"{what}_named_params": [{"param_name": name, "example": value} for name, value in pairs]}
    else:
        part["example"] = {what: given if kind == "HEADER" else [given]}
    return part


def _button(button: ButtonDraft) -> Json:
    if button.kind == "copy_code":
        return {"type": "COPY_CODE", "example": button.example}
    made: Json = {"type": button.kind.upper(), "text": button.text}
    if button.kind == "url":
        made["url"] = button.value
        if variables(button.value):
            made["example"] = [button.example]
    elif button.kind == "phone_number":
        made["phone_number"] = button.value
    return made


def draft_of(definition: Definition, *, name: str, language: str, category: str, ttl: int | None = None) -> Draft:
    """To edit a template, or to write it in another language. What a form does not offer is left out (`can_edit`)."""
    header = definition.header
    return Draft(
        name=name,
        language=language,
        category=category,
        named=definition.named,
        header_kind=header.kind if header else "",
        header_text=header.text if header else "",
        header_handle=_handle(header.example) if header and header.kind in MEDIA else "",
        body=definition.body,
        footer=definition.footer,
        buttons=tuple(
            ButtonDraft(button.kind, button.text, button.url or button.phone, button.example)
            for button in definition.buttons
        ),
        examples={slot.key: slot.example for slot in definition.slots if slot.kind == "text"},
        ttl=ttl,
    )


def _handle(example: str) -> str:
    """Meta's list shows the address of a sample where it took a handle: the file must be chosen anew."""
    return "" if example.startswith("https://") else example


def can_edit(definition: Definition) -> bool:
    """Whether a form holds all of it: nothing may be lost, for an edit replaces every component."""
    return not definition.special and all(button.kind in BUTTONS for button in definition.buttons)
