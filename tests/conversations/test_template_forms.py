"""The rules of a new template, said before it is submitted; Meta's components made of a form and back (facts §8, §10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.simulator.errors import GraphError
from conversations.simulator.template_review import check_template
from conversations.templates.definition import parse
from conversations.templates.form_rules import problems
from conversations.templates.writing import ButtonDraft, Draft, components, draft_of

RIGHT = Draft(
    name="vase_ready",
    language="it",
    header_kind="text",
    header_text="Vaso {{1}}",
    body="Buongiorno {{1}}, il vaso {{2}} è pronto per il ritiro.",
    footer="Bottega",
    buttons=(
        ButtonDraft("quick_reply", "Grazie"),
        ButtonDraft("url", "Seguilo", "https://shop.example/{{1}}", "https://shop.example/4512"),
        ButtonDraft("phone_number", "Chiama", "+390550001122"),
        ButtonDraft("copy_code", example="VASO10"),
    ),
    examples={"header": "blu", "body.1": "Asha", "body.2": "blu"},
    ttl=3600,
)


def test_a_right_one_has_no_problems_and_is_taken_by_meta() -> None:
    assert problems(RIGHT) == {}
    assert check_template({"components": components(RIGHT)})
    named = replace(RIGHT, named=True, header_text="Vaso {{tipo}}", body="Buongiorno {{nome}}, il vaso è pronto.",
                    examples={"header": "blu", "body.nome": "Asha"})  # fmt: skip
    assert problems(named) == {}
    assert check_template({"components": components(named), "parameter_format": "named"})


def test_there_and_back() -> None:
    found = draft_of(parse(components(RIGHT)), name=RIGHT.name, language="it", category="UTILITY", ttl=3600)
    assert found == RIGHT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Vase Ready"}, "name"),
        ({"name": ""}, "name"),
        ({"language": "xx"}, "language"),
        ({"category": "AUTHENTICATION"}, "category"),
        ({"header_text": "x" * 61}, "header_text"),
        ({"header_text": " "}, "header_text"),
        ({"header_text": "*Vaso*"}, "header_text"),
        ({"header_text": "{{1}} {{2}}"}, "header_text"),
        ({"header_kind": "image"}, "header_kind"),
        ({"body": ""}, "body"),
        ({"body": "x" * 1025}, "body"),
        ({"body": "{{1}}, il vaso {{2}} è pronto per il ritiro."}, "body"),
        ({"body": "Buongiorno, il vaso {{1}} è pronto per {{2}}"}, "body"),
        ({"body": "Buongiorno {{1}} {{2}}, il vaso è pronto."}, "body"),
        ({"body": "Buongiorno {{1}}, il vaso {{3}} è pronto."}, "body"),
        ({"body": "Buongiorno {{1}, il vaso è pronto."}, "body"),
        ({"body": "Buongiorno {{nome}}, il vaso è pronto."}, "body"),
        ({"body": "Ciao {{1}}: {{2}}."}, "body"),
        ({"body": "Ciao\n\n\nil vaso è pronto."}, "body"),
        ({"body": "Buongiorno {{Nome}}, il vaso è pronto.", "named": True}, "body"),
        ({"footer": "x" * 61}, "footer"),
        ({"footer": "Ciao {{1}}"}, "footer"),
        ({"examples": {"header": "blu", "body.1": "Asha"}}, "example.body.2"),
        ({"examples": {"body.1": "Asha", "body.2": "blu"}}, "example.header"),
        ({"ttl": 5}, "ttl"),
        ({"category": "MARKETING"}, "ttl"),
        ({"buttons": RIGHT.buttons[1:2] * 3}, "buttons"),
        ({"buttons": (*RIGHT.buttons, ButtonDraft("quick_reply", "Ancora"))}, "buttons"),
        ({"buttons": (ButtonDraft("quick_reply", "Sì"), ButtonDraft("quick_reply", "sì "))}, "buttons"),
        ({"buttons": (ButtonDraft("quick_reply", "x" * 26),)}, "button.0"),
        ({"buttons": (ButtonDraft("quick_reply", " "),)}, "button.0"),
        ({"buttons": (ButtonDraft("url", "Vai", "shop.example"),)}, "button.0"),
        ({"buttons": (ButtonDraft("url", "Vai", "https://shop.example/{{1}}/a", "x"),)}, "button.0"),
        ({"buttons": (ButtonDraft("url", "Vai", "https://shop.example/{{1}}"),)}, "button.0"),
        ({"buttons": (ButtonDraft("phone_number", "Chiama", "casa"),)}, "button.0"),
        ({"buttons": (ButtonDraft("copy_code", example="x" * 16),)}, "button.0"),
    ],
)
def test_each_rule_is_said_next_to_its_field(changes: dict[str, Any], field: str) -> None:
    found = problems(replace(RIGHT, **changes))
    assert field in found, found
    assert all(found[field])


@given(st.text(alphabet="ab {}12\n", max_size=60), st.text(alphabet="ab *{}1\n", max_size=30))
def test_what_the_form_lets_through_meta_does_not_refuse(body: str, header: str) -> None:
    examples = {"header": "x", **{f"body.{number}": "x" for number in (1, 2, 11, 12, 21, 22)}}
    draft = Draft(name="a", language="it", body=body, header_kind="text", header_text=header, examples=examples)
    if not problems(draft):
        try:
            check_template({"components": components(draft)})
        except GraphError as refusal:
            raise AssertionError(f"{draft}: {refusal}") from refusal
