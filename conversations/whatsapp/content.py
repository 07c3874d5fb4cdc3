"""What a message of each type says: the words people read, the typed object, its media (facts §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conversations.whatsapp import json_text
from conversations.whatsapp.payloads import Media

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    type: str
    text: str
    content: Json
    media: tuple[Media, ...] = ()


def read(kind: str, item: Json) -> Content:
    """Of any type; one that nobody knows keeps the raw item and reads as unknown."""
    reader = READERS.get(kind)
    if reader is None:
        return Content("unknown", "", {"raw": item})
    body = item.get(kind)
    try:
        found = reader(kind, body if isinstance(body, dict) or (kind == "contacts" and body) else {}, item)
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ):  # not the shape Meta documents: the person still sees that it came
        return Content("unknown", "", {"raw": item})
    extra = {key: item[key] for key in ("referral", "identity", "errors") if item.get(key)}
    context = item.get("context")
    if isinstance(context, dict):
        kept = {
            key: context[key] for key in ("forwarded", "frequently_forwarded", "referred_product") if context.get(key)
        }
        if kept:
            extra["context"] = kept
    return Content(found.type, found.text, {**found.content, **extra}, found.media) if extra else found


def _text(kind: str, body: Any, item: Json) -> Content:
    return Content(kind, _words(body.get("body")), dict(body))


def _media(kind: str, body: Any, item: Json) -> Content:
    media = Media(
        media_id=_words(body.get("id"))[:64],
        url=_words(body.get("url")),
        mime_type=_words(body.get("mime_type"))[:120],
        sha256=_words(body.get("sha256"))[:64],
        filename=_words(body.get("filename"))[:240],
    )
    plain = {key: value for key, value in body.items() if key != "url"}  # the link lives five minutes
    return Content(kind, _words(body.get("caption")), plain, (media,) if media.media_id or media.url else ())


def _location(kind: str, body: Any, item: Json) -> Content:
    return Content(kind, " · ".join(filter(None, [_words(body.get("name")), _words(body.get("address"))])), dict(body))


def _contacts(kind: str, body: Any, item: Json) -> Content:
    cards = [card for card in (body if isinstance(body, list) else []) if isinstance(card, dict)]
    names = [_words((card.get("name") or {}).get("formatted_name")) for card in cards]
    return Content(kind, ", ".join(filter(None, names)), {"contacts": cards})


def _button(kind: str, body: Any, item: Json) -> Content:
    return Content(kind, _words(body.get("text")), dict(body))


def _interactive(kind: str, body: Any, item: Json) -> Content:
    """Buttons, lists, flows; without a body it is an answer that could not be read (131000)."""
    inner_kind = _words(body.get("type"))
    inner = body.get(inner_kind) if isinstance(body.get(inner_kind), dict) else {}
    content = dict(body)
    if inner_kind == "nfm_reply":
        try:
            content["response"] = json_text.loads(inner.get("response_json") or "")
        except (TypeError, ValueError, RecursionError):
            content["response"] = None  # Meta: may be invalid
    return Content(kind, _words(inner.get("title") or inner.get("body")), content)


def _order(kind: str, body: Any, item: Json) -> Content:
    return Content(kind, _words(body.get("text")), dict(body))


def _system(kind: str, body: Any, item: Json) -> Content:
    return Content(kind, "", {key: value for key, value in body.items() if key != "body"})


def _placeholder(kind: str, body: Any, item: Json) -> Content:
    """A file of the history that comes later, or never (facts §3)."""
    return Content(kind, "", {})


def _unsupported(kind: str, body: Any, item: Json) -> Content:
    return Content("unsupported", "", {"unsupported": body, "errors": item.get("errors") or []})


READERS: dict[str, Callable[[str, Any, Json], Content]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "document": _media,
    "sticker": _media,
    "media_placeholder": _placeholder,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "system": _system,
    "unsupported": _unsupported,
}


def _words(value: Any) -> str:
    return value.replace("\x00", "") if isinstance(value, str) else ""
