"""Templates against Meta's own samples and file: what a form makes is what Meta shows (D38)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import responses
import yaml
from openapi_schema_validator import OAS31Validator

from conversations.simulator.template_review import check_template
from conversations.templates import checks
from conversations.templates.definition import parse
from conversations.templates.writing import Draft, can_edit, components, draft_of
from conversations.whatsapp.management import Management
from conversations.whatsapp.transport import Access
from tests.conversations.test_template_forms import RIGHT

pytestmark = pytest.mark.contracts
ACCESS = Access("https://graph.example.com", "v23.0", "106540352242922", "102290129340398", "token")
PATH = "/{Version}/{WABA-ID}/message_templates"


@pytest.fixture(scope="module")
def meta(contracts: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((contracts / "meta-openapi-v23.yaml").read_text())
    return found


def sample(contracts: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((contracts / "whatsapp-api" / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize(
    "name",
    [
        "req_create_template_w_text_header_text_body_text_footer_and_2_qu",
        "req_create_template_w_image_header_text_body_text_footer_and_2_c",
    ],
)
def test_metas_samples_go_through_the_form_unchanged(contracts: Path, name: str) -> None:
    given = sample(contracts, name)
    definition = parse(given["components"])
    assert can_edit(definition)
    draft: Draft = draft_of(definition, name=given["name"], language=given["language"], category=given["category"])
    assert components(draft) == given["components"]


def test_metas_list_is_understood(contracts: Path) -> None:
    for one in sample(contracts, "resp_templates_list")["data"]:
        definition = parse(one["components"], one.get("parameter_format", "POSITIONAL"))
        assert definition.body
        assert can_edit(definition)
    assert [slot.example for slot in definition.slots] == ["Mark", "FALL25"]


def test_an_authentication_template_is_sent_but_not_written_here(contracts: Path) -> None:
    given = sample(contracts, "req_create_authentication_template_w_otp_copy_code_button")
    definition = parse(given["components"])
    assert not can_edit(definition)
    assert [slot.key for slot in definition.slots] == ["button.0"]


def test_metas_messages_fill_what_they_were_made_for(contracts: Path) -> None:
    """A text, an amount and a date in the body; a picture; answers of quick replies."""
    parts: list[dict[str, Any]] = [{"type": "BODY", "text": "Ciao {{1}}: {{2}} entro {{3}}."}]
    picture = [{"type": "HEADER", "format": "IMAGE"}, *parts]
    replies = {
        "type": "BUTTONS",
        "buttons": [{"type": "QUICK_REPLY", "text": "Sì"}, {"type": "QUICK_REPLY", "text": "No"}],
    }
    for name, components_ in (("text", parts), ("media", picture), ("interactive", [*picture, replies])):
        content = sample(contracts, f"req_send_message_template_{name}")["template"]
        assert checks.faults(parse(components_), content) == [], name


def test_what_is_submitted_is_what_the_file_says(meta: dict[str, Any]) -> None:
    body = {
        "name": RIGHT.name,
        "language": RIGHT.language,
        "category": RIGHT.category,
        "parameter_format": RIGHT.parameter_format,
        "components": components(RIGHT),
    }
    with responses.RequestsMock() as wire:
        wire.post(f"https://graph.example.com/v23.0/{ACCESS.waba_id}/message_templates", json={"id": "1"})
        wire.post("https://graph.example.com/v23.0/77", json={"success": True})
        wire.delete(f"https://graph.example.com/v23.0/{ACCESS.waba_id}/message_templates", json={"success": True})
        api = Management(ACCESS)
        assert api.create_template(body) == {"id": "1"}
        api.edit_template("77", {"components": components(RIGHT)})
        api.delete_template(RIGHT.name, "77")
        created, edited, deleted = (call.request for call in wire.calls)
    for path, request in ((PATH, created), ("/{Version}/{TEMPLATE_ID}", edited)):
        schema = meta["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert [error.message for error in OAS31Validator(schema).iter_errors(json.loads(request.body or ""))] == []
    assert {one["name"] for one in meta["paths"][PATH]["delete"]["parameters"] if "name" in one} >= {"name", "hsm_id"}
    assert deleted.params == {"name": RIGHT.name, "hsm_id": "77"}  # type: ignore[attr-defined]
    assert check_template(body)
