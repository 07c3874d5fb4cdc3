"""The table of what the Cloud API takes and refuses (facts §8 and 10)."""

from __future__ import annotations

from typing import Any

import pytest

from conversations.simulator.errors import GraphError
from conversations.simulator.rules import check_message


def button(title: str = "Yes", identity: str = "yes") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": identity, "title": title}}


def buttons(*given: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "button", "body": {"text": "?"}, "action": {"buttons": list(given)}, **more}


def listed(*sections: int, **more: Any) -> dict[str, Any]:
    """Sections with so many rows each."""
    made = [
        {"title": f"Section {place}", "rows": [{"id": f"{place}-{n}", "title": f"Row {n}"} for n in range(rows)]}
        for place, rows in enumerate(sections)
    ]
    return {"type": "list", "body": {"text": "?"}, "action": {"button": "Open", "sections": made}, **more}


def link(**more: Any) -> dict[str, Any]:
    parameters = {"display_text": "See", "url": "https://example.org", **more}
    return {"type": "cta_url", "body": {"text": "?"}, "action": {"name": "cta_url", "parameters": parameters}}


def flow(**more: Any) -> dict[str, Any]:
    parameters = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Prenota", **more}
    parameters = {key: value for key, value in parameters.items() if value is not None}
    return {"type": "flow", "body": {"text": "?"}, "action": {"name": "flow", "parameters": parameters}}


def card(place: int, **more: Any) -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": "See", "url": "https://example.org"}}
    header = {"type": "image", "image": {"link": "https://example.org/a.jpg"}}
    return {"card_index": place, "type": "cta_url", "header": header, "body": {"text": "b"}, "action": action, **more}


def answers(count: int) -> dict[str, Any]:
    replies = [{"type": "quick_reply", "quick_reply": {"id": str(n), "title": f"Answer {n}"}} for n in range(count)]
    return {"buttons": replies}


def goods(place: int, **more: Any) -> dict[str, Any]:
    action = {"catalog_id": "1", "product_retailer_id": f"TAZ-{place}", **more}
    return {"card_index": place, "type": "product", "action": action}


def carousel(*cards: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "carousel", "body": {"text": "?"}, "action": {"cards": list(cards)}, **more}


def products(*sections: int, **more: Any) -> dict[str, Any]:
    """Sections with so many products each."""
    made = [
        {"title": f"Section {place}", "product_items": [{"product_retailer_id": f"{place}-{n}"} for n in range(count)]}
        for place, count in enumerate(sections)
    ]
    header = {"type": "text", "text": "Novità"}
    action = {"catalog_id": "1", "sections": made}
    return {"type": "product_list", "header": header, "body": {"text": "?"}, "action": action, **more}


def named(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "body": {"text": "?"}, "action": {"name": name}, **more}


CARD = {"name": {"formatted_name": "Marta"}, "phones": [{"phone": "+39 333 1234567"}]}
TAKEN: list[tuple[str, Any]] = [
    ("text", {"body": "a" * 4096, "preview_url": True}),
    ("image", {"id": "1", "caption": "c" * 1024}),
    ("video", {"link": "https://example.org/a.mp4"}),
    ("audio", {"id": "1", "voice": True}),
    ("document", {"id": "1", "filename": "a.pdf", "caption": "c"}),
    ("sticker", {"id": "1"}),
    ("location", {"latitude": 43.7, "longitude": "11.2", "name": "Bottega"}),
    ("contacts", [CARD] * 257),
    ("reaction", {"message_id": "wamid.1", "emoji": "👍🏽"}),
    ("reaction", {"message_id": "wamid.1", "emoji": ""}),
    ("interactive", buttons(button(), button("No", "no"), button("x" * 20, "z" * 256))),
    ("interactive", buttons(button(), header={"type": "image", "image": {"id": "1"}}, footer={"text": "f" * 60})),
    ("interactive", listed(5, 5, header={"type": "text", "text": "h" * 60})),
    ("interactive", {**listed(1), "body": {"text": "b" * 4096}}),
    ("interactive", link()),
    ("interactive", {"type": "location_request_message", "body": {"text": "?"}, "action": {"name": "send_location"}}),
    ("interactive", {"type": "contact_request", "body": {"text": "?"}, "action": {"name": "request_contact_info"}}),
    ("interactive", {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "2"}}),
    ("interactive", products(10, 10, 10)),
    ("interactive", named("catalog_message", "catalog_message", footer={"text": "f"})),
    ("interactive", flow(flow_id=None, flow_name="book", mode="draft")),
    (
        "interactive",
        {
            **named("address_message", "address_message"),
            "action": {"name": "address_message", "parameters": {"country": "IN"}},
        },
    ),
    (
        "interactive",
        {"type": "call_permission_request", "body": {"text": "?"}, "action": {"name": "call_permission_request"}},
    ),
    ("interactive", carousel(*[card(n) for n in range(10)])),
    ("interactive", carousel(*[card(n, type="quick_reply", action=answers(2)) for n in range(2)])),
    ("interactive", carousel(goods(1), goods(0))),
    ("template", {"name": "order_ready", "language": {"code": "it"}}),
]
REFUSED: list[tuple[int, str, Any]] = [
    (100, "text", {"body": "a" * 4097}),
    (100, "text", {"body": "  "}),
    (131008, "text", {}),
    (100, "text", {"body": 5}),
    (100, "text", {"body": "a", "preview_url": "yes"}),
    (131009, "image", {}),
    (131009, "image", {"id": "1", "link": "https://example.org"}),
    (100, "image", {"link": "ftp://example.org"}),
    (100, "image", {"id": "1", "caption": "c" * 1025}),
    (100, "audio", {"id": "1", "caption": "none here"}),
    (131008, "location", {"latitude": 1}),
    (131009, "location", {"latitude": 91, "longitude": 0}),
    (100, "location", {"latitude": "north", "longitude": 0}),
    (131009, "contacts", []),
    (131009, "contacts", [CARD] * 258),
    (131008, "contacts", [{"phones": []}]),
    (131008, "reaction", {"emoji": "👍"}),
    (131009, "reaction", {"message_id": "wamid.1", "emoji": "ok"}),
    (131009, "interactive", {"type": "dance", "body": {"text": "?"}}),
    (131008, "interactive", {"type": "button", "action": {"buttons": [button()]}}),
    (100, "interactive", {**buttons(button()), "body": {"text": "b" * 1025}}),
    (131009, "interactive", buttons()),
    (131009, "interactive", buttons(*[button(str(n), str(n)) for n in range(4)])),
    (100, "interactive", buttons(button("t" * 21))),
    (100, "interactive", buttons(button("t", "i" * 257))),
    (131009, "interactive", buttons(button(), button("Yes", "other"))),
    (131009, "interactive", buttons(button(), button("No"))),
    (100, "interactive", buttons(button(), footer={"text": "f" * 61})),
    (100, "interactive", buttons(button(), header={"type": "text", "text": "h" * 61})),
    (131009, "interactive", listed(6, 5)),
    (131009, "interactive", listed(*[1] * 11)),
    (131009, "interactive", listed(1, header={"type": "image", "image": {"id": "1"}})),
    (100, "interactive", link(display_text="d" * 21)),
    (100, "interactive", link(url="example.org")),
    (131009, "interactive", {"type": "location_request_message", "body": {"text": "?"}, "action": {"name": "x"}}),
    (131009, "interactive", products(10, 10, 11)),
    (131008, "interactive", {**products(1), "header": None}),
    (131009, "interactive", {**products(1), "header": {"type": "image", "image": {"id": "1"}}}),
    (131009, "interactive", products(*[1] * 11)),
    (131008, "interactive", {"type": "product", "action": {"catalog_id": "1"}}),
    (131009, "interactive", {"type": "product", "header": {"type": "text", "text": "h"}, "action": {}}),
    (131009, "interactive", named("catalog_message", "catalogue")),
    (131009, "interactive", named("contact_request", "send_location")),
    (131009, "interactive", named("contact_request", "request_contact_info", footer={"text": "f"})),
    (131009, "interactive", flow(flow_message_version="2")),
    (131009, "interactive", flow(flow_name="both")),
    (100, "interactive", flow(flow_cta="c" * 31)),
    (
        131009,
        "interactive",
        {
            **named("address_message", "address_message"),
            "action": {"name": "address_message", "parameters": {"country": "IT"}},
        },
    ),
    (131009, "interactive", carousel(card(0))),
    (131009, "interactive", carousel(*[card(n) for n in range(11)])),
    (131009, "interactive", carousel(card(0), card(2))),
    (131009, "interactive", carousel(card(0), card(1), footer={"text": "f"})),
    (131009, "interactive", carousel(card(0), card(1), header={"type": "text", "text": "h"})),
    (131009, "interactive", carousel(card(0), card(1, header={"type": "video", "video": {"id": "1"}}))),
    (131009, "interactive", carousel(card(0), card(1, action=answers(1)))),
    (131009, "interactive", carousel(card(0, action=answers(1)), card(1, action=answers(2)))),
    (131009, "interactive", carousel(card(0), card(1, header={"type": "document", "document": {"id": "1"}}))),
    (100, "interactive", carousel(card(0), card(1, body={"text": "b" * 161}))),
    (131009, "interactive", carousel(card(0), card(1, body={"text": "a\nb\nc\nd"}))),
    (131009, "interactive", carousel(goods(0), card(1))),
    (131008, "template", {"language": {"code": "it"}}),
    (131008, "template", {"name": "order_ready"}),
    (131051, "poll", {"question": "?"}),
]


def message(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": "+39 333 123 4567", "type": kind, kind: content, **more}


@pytest.mark.parametrize(("kind", "content"), TAKEN)
def test_a_right_message_is_taken(kind: str, content: Any) -> None:
    assert check_message(message(kind, content)).type == kind


@pytest.mark.parametrize(("code", "kind", "content"), REFUSED)
def test_a_wrong_message_is_refused(code: int, kind: str, content: Any) -> None:
    with pytest.raises(GraphError) as refused:
        check_message(message(kind, content))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (100, {"messaging_product": "sms"}),
        (131009, {"recipient_type": "everybody"}),
        (100, {"recipient_type": "group"}),  # to a phone number
        (131009, {"to": "nobody"}),
        (131009, {"to": "IT.1234567890123"}),  # a user id belongs into `recipient` (facts §4)
        (131009, {"to": None, "recipient": "not-an-id"}),
        (100, {"to": None}),
        (100, {"biz_opaque_callback_data": "x" * 513}),
        (131008, {"context": {}}),
    ],
)
def test_a_wrong_envelope_is_refused(code: int, change: dict[str, Any]) -> None:
    with pytest.raises(GraphError) as refused:
        check_message(message("text", {"body": "a"}) | change)
    assert refused.value.code == code


def test_a_user_id_is_an_address() -> None:
    sent = check_message(message("text", {"body": "a"}) | {"to": None, "recipient": "US.13491208655302741918"})
    assert (sent.to, sent.recipient) == ("", "US.13491208655302741918")


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    with pytest.raises(GraphError):
        check_message(body)
