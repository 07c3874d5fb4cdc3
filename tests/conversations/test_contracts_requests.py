"""Every request our client can make, against Meta's published OpenAPI, and every answer Meta publishes, understood (D38).

The file is repaired in memory as facts §12 says (`components.parameterGroups` is no OpenAPI; one response code is a number). What we do
on purpose otherwise is listed in EXCEPTIONS, each with its reason: an exception that no longer occurs fails the test too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
import yaml
from openapi_schema_validator import OAS31Validator

from conversations.whatsapp import outgoing
from conversations.whatsapp.client import CloudApi
from conversations.whatsapp.management import Management
from conversations.whatsapp.registration import Registration
from conversations.whatsapp.transport import Access

pytestmark = pytest.mark.contracts

ACCESS = Access("https://graph.example.com", "v23.0", "106540352242922", "102290129340398", "token")
NUMBER, ACCOUNT = "/{Version}/{Phone-Number-ID}", "/{Version}/{WABA-ID}"
MESSAGES = f"{NUMBER}/messages"
OK = {"success": True}
Json = dict[str, Any]

# What our requests do that the file of November 2025 does not know: words of the validator -> the cases, and the reason (D38).
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "'to' is a required property": (
        {"text to a user id", "template to a user id", "req_text_to_bsuid.json"},
        "The file predates `recipient`, the field for user ids (facts §4, May 2026).",
    ),
    "'cta_url' is not one of": (
        {"link button", "req_interactive_cta_url.json"},
        "The list of interactive kinds in the file is incomplete; the kind is documented (facts §8).",
    ),
    "'location_request_message' is not one of": ({"location request"}, "As above."),
    "is not of type 'string'": (
        {"location", "req_send_location_message.json"},
        "The file wants latitude as text, its own sample and the documentation give numbers.",
    ),
    "'policy' is a required property": (
        {"template", "template to a user id", "req_send_message_template_text.json", "req_send_message_template_media.json",
         "req_send_message_template_interactive.json"},
        "`language.policy` belonged to the On-Premises API; the Cloud API's documentation and the samples leave it out.",
    ),
    "does not match '^[2-6, 11-14]$'": (
        {"template", "template to a user id", "req_send_message_template_interactive.json"},
        "A button's index begins at 0 (documentation and sample); the pattern is no range of numbers at all.",
    ),
    "'recipient_type' is a required property": ({"req_send_contact_message.json"}, "A sample without it; individual is the default."),
}  # fmt: skip
# `biz_opaque_callback_data` is documented for every message (facts §8) and absent from the file; it is taken out before validation.
OUR_MARK = "biz_opaque_callback_data"
FOLLOWS = "Unevaluated properties are not allowed"  # said again of the whole whenever a part of it did not fit


@pytest.fixture(scope="module")
def meta(contracts: Path) -> Json:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    spec: Json = yaml.load((contracts / "meta-openapi-v23.yaml").read_text(), loader)
    spec["components"].pop("parameterGroups")
    answers = spec["paths"]["/whatsapp/webhooks"]["post"]["responses"]
    answers["200"] = answers.pop(200)
    for schema in spec["components"]["schemas"].values():
        # A third fault, of meaning: parts of a message forbid each other's properties, so that not even Meta's samples pass. What was
        # meant is that the whole has no others.
        for part in schema.get("allOf", []):
            if part.pop("additionalProperties", None) is False:
                schema["unevaluatedProperties"] = False
    return spec


def examples() -> dict[str, Json]:
    """One request body of each kind that the outbox can hold, as `outgoing.request` makes it."""
    reply = {"type": "reply", "reply": {"id": "returns", "title": "Reso"}}
    body, footer, text_header = (
        {"text": "Come possiamo aiutarla?"},
        {"text": "Bottega Tramontana"},
        {"type": "text", "text": "Ordini"},
    )
    rows = [{"id": "a", "title": "Ordini", "description": "Stato e consegna"}, {"id": "b", "title": "Resi"}]
    parameters = [{"type": "text", "text": "Asha"}]
    template = {
        "name": "ordine_spedito",
        "language": {"code": "it"},
        "components": [
            {"type": "body", "parameters": parameters},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "yes"}],
            },
        ],
    }
    contents: dict[str, tuple[str, Json]] = {
        "text": ("text", {"body": "Buongiorno", "preview_url": True}),
        "image by id": ("image", {"id": "1013859600285441", "caption": "La tazza"}),
        "image by link": ("image", {"link": "https://example.com/tazza.jpg"}),
        "video": ("video", {"id": "1013859600285441", "caption": "Il tornio"}),
        "audio": ("audio", {"id": "1013859600285441"}),
        "document": ("document", {"id": "1013859600285441", "filename": "fattura.pdf", "caption": "La fattura"}),
        "sticker": ("sticker", {"id": "1013859600285441"}),
        "location": ("location", {"latitude": 45.07, "longitude": 7.68, "name": "Bottega", "address": "Via Po 1"}),
        "contacts": (
            "contacts",
            {
                "contacts": [
                    {
                        "name": {"formatted_name": "Bottega", "first_name": "Bottega"},
                        "phones": [{"phone": "+390655500"}],
                    }
                ]
            },
        ),
        "reaction": ("reaction", {"message_id": "wamid.1", "emoji": "👍"}),
        "reaction taken back": ("reaction", {"message_id": "wamid.1", "emoji": ""}),
        "template": ("template", template),
        "buttons": (
            "interactive",
            {"type": "button", "header": text_header, "body": body, "footer": footer, "action": {"buttons": [reply]}},
        ),
        "list": (
            "interactive",
            {
                "type": "list",
                "body": body,
                "action": {"button": "Scelga", "sections": [{"title": "Temi", "rows": rows}]},
            },
        ),
        "link button": (
            "interactive",
            {
                "type": "cta_url",
                "body": body,
                "action": {"name": "cta_url", "parameters": {"display_text": "Apri", "url": "https://example.com"}},
            },
        ),
        "location request": (
            "interactive",
            {"type": "location_request_message", "body": body, "action": {"name": "send_location"}},
        ),
    }
    found = {}
    for name, (kind, content) in contents.items():
        assert outgoing.problem(kind, content) == "", name
        found[name] = outgoing.request(type_=kind, content=content, wa_id="393331234567", opaque="sportello-1")
    text = contents["text"][1]
    found["reply"] = outgoing.request(
        type_="text", content=text, wa_id="393331234567", reply_to="wamid.1", opaque="sportello-1"
    )
    found["text to a user id"] = outgoing.request(type_="text", content=text, user_id="IT.1349")
    found["template to a user id"] = outgoing.request(type_="template", content=template, user_id="IT.1349")
    found["text to a group"] = outgoing.request(type_="text", content=text, group_id="Y2FwaV9ncm91cDox")
    return found


CALLS: dict[str, tuple[str, str, Callable[[CloudApi], object], Json]] = {
    "mark read": ("post", MESSAGES, lambda api: api.mark_read("wamid.1"), {"success": True}),
    "typing": ("post", MESSAGES, lambda api: api.mark_read("wamid.1", typing=True), {"success": True}),
    "media link": ("get", "/{Version}/{Media-ID}", lambda api: api.media("1013859600285441"), {"url": "u"}),
    "upload": (
        "post",
        "/{Version}/{Phone-Number-ID}/media",
        lambda api: api.upload(content=b"x", content_type="image/png", filename="a.png"),
        {"id": "1"},
    ),
    "number": ("get", NUMBER, lambda api: Registration(api.access).number(), {"id": "1"}),
    "numbers": (
        "get",
        f"{ACCOUNT}/phone_numbers",
        lambda api: Registration(api.access).numbers_of_account(),
        {"data": []},
    ),
    "code": (
        "post",
        f"{NUMBER}/request_code",
        lambda api: Registration(api.access).request_code(method="SMS", language="it_IT"),
        OK,
    ),
    "verify": ("post", f"{NUMBER}/verify_code", lambda api: Registration(api.access).verify_code("123456"), OK),
    "register": ("post", f"{NUMBER}/register", lambda api: Registration(api.access).register("123456"), OK),
    "subscribe": (
        "post",
        f"{ACCOUNT}/subscribed_apps",
        lambda api: Registration(api.access).subscribe(callback="https://desk.example.com/w", verify_token="t"),
        OK,
    ),
    "subscriptions": ("get", f"{ACCOUNT}/subscribed_apps", lambda api: Registration(api.access).subscriptions(), {}),
    "profile": ("get", f"{NUMBER}/whatsapp_business_profile", lambda api: Registration(api.access).profile(), {}),
    "change profile": (
        "post",
        f"{NUMBER}/whatsapp_business_profile",
        lambda api: Registration(api.access).change_profile(
            {"about": "Tè", "email": "a@example.com", "websites": ["https://example.com"], "vertical": "RETAIL"}
        ),
        OK,
    ),
    "badge": ("get", f"{NUMBER}/official_business_account", lambda api: Registration(api.access).badge(), {}),
    "ask for the badge": (
        "post",
        f"{NUMBER}/official_business_account",
        lambda api: Registration(api.access).ask_for_badge(
            action="SUBMIT_APPLICATION", business_name="Tramontana", description="Una bottega"
        ),
        OK,
    ),
    "templates": (
        "get",
        "/{Version}/{WABA-ID}/message_templates",
        lambda api: Management(api.access).templates(),
        {"data": []},
    ),
}


def resolved(meta: Json, node: Json) -> Json:
    while "$ref" in node:
        found: Any = meta
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def problems(meta: Json, schema: Json, body: Any) -> list[str]:
    """The validator's complaints; for a union of types only those of the type the body says it is."""
    schema = resolved(meta, schema)
    mapping = (schema.get("discriminator") or {}).get("mapping", {})
    if mapping and isinstance(body, dict):
        if body.get("type") not in mapping:
            return [f"the type {body.get('type')!r} is not in the file"]
        schema = {"$ref": mapping[body["type"]]}
    whole = {**schema, "components": meta["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(body)]


def unexpected(name: str, found: list[str]) -> list[str]:
    """What no exception explains; an exception that explains nothing any more is reported too."""
    mine = [words for words, (cases, _reason) in EXCEPTIONS.items() if name in cases]
    useless = [
        f"the exception {words!r} is no longer needed" for words in mine if not any(words in one for one in found)
    ]
    rest = [one for one in found if not any(words in one for words in mine)]
    if mine:
        rest = [one for one in rest if not one.startswith((FOLLOWS, "{"))]
    return useless + rest


def sent(call: Callable[[CloudApi], object], answer: Json) -> requests.PreparedRequest:
    with responses.RequestsMock() as wire:
        for method in ("GET", "POST"):
            wire.add(method, url=re.compile("https://graph.example.com/.*"), json=answer)
        wire.assert_all_requests_are_fired = False
        call(CloudApi(ACCESS))
        request = wire.calls[0].request
    assert request.headers["Authorization"] == "Bearer token"
    return request


@pytest.mark.parametrize("name", sorted(examples()))
def test_what_the_outbox_sends_is_what_meta_takes(meta: Json, name: str) -> None:
    ok = {"messages": [{"id": "wamid.9"}]}
    request = sent(lambda api: api.send(examples()[name]), ok)
    assert urlsplit(request.url or "").path == "/v23.0/106540352242922/messages"
    assert request.headers["Content-Type"] == "application/json"
    operation = meta["paths"][MESSAGES]["post"]
    body = json.loads(request.body or "")
    assert body.pop(OUR_MARK, "sportello-1") == "sportello-1"
    found = problems(meta, operation["requestBody"]["content"]["application/json"]["schema"], body)
    assert unexpected(name, found) == []


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_else_the_client_asks_is_in_the_file(meta: Json, name: str) -> None:
    method, path, call, answer = CALLS[name]
    request = sent(call, answer)
    assert (request.method or "").lower() == method
    operation = meta["paths"][path][method]
    shared = meta["paths"][path].get("parameters", [])
    known = {
        one["name"]: one
        for one in (resolved(meta, parameter) for parameter in [*operation.get("parameters", []), *shared])
    }
    for key, value in parse_qsl(urlsplit(request.url or "").query):
        if (name, key) in UNKNOWN_QUERY:
            assert key not in known, f"{name} {key}: the exception is no longer needed"
        else:
            typed = int(value) if known[key]["schema"].get("type") == "integer" else value
            assert problems(meta, known[key]["schema"], typed) == []
    if method == "post":
        kind = (request.headers["Content-Type"] or "").partition(";")[0]
        content = operation["requestBody"]["content"]
        assert kind in content
        if kind == "application/json":
            found = problems(meta, content[kind]["schema"], json.loads(request.body or ""))
            words = NOT_A_MESSAGE.get(name, "")
            assert bool(found) == bool(words), found
            assert all(words in one for one in found)
        else:
            wanted = resolved(meta, content[kind]["schema"])
            for field in wanted.get("required", []):
                assert f'name="{field}"'.encode() in (request.body or b"")


# Reads ask for fields and pages by parameters that Graph takes everywhere and the file names only in some places.
UNKNOWN_QUERY = {("templates", "fields"), ("templates", "limit")}
# The file describes POST /messages as sending only; marking as read is an example there (kept in whatsapp-api/) without a schema.
NOT_A_MESSAGE = {"mark read": "the type None is not in the file", "typing": "the type None is not in the file"}


def test_metas_own_samples_pass_the_repaired_file(meta: Json, contracts: Path) -> None:
    """So that a complaint about ours says something."""
    schema = meta["paths"][MESSAGES]["post"]["requestBody"]["content"]["application/json"]["schema"]
    checked = 0
    for file in sorted((contracts / "whatsapp-api").glob("req_*.json")):
        body = json.loads(file.read_text())
        if "type" in body and "messaging_product" in body:
            assert unexpected(file.name, problems(meta, schema, body)) == [], file.name
            checked += 1
    assert checked > 15


# --- answers ----------------------------------------------------------------------------------------------------------------
