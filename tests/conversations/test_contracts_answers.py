"""Contract tests: every published answer of the Cloud API is understood (D38). The files are read from SPORTELLO_CONTRACTS."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import responses

from conversations.whatsapp import error_rules, errors
from conversations.whatsapp.client import CloudApi
from conversations.whatsapp.management import Management
from conversations.whatsapp.registration import Registration
from conversations.whatsapp.transport import ApiError, Unanswered
from tests.conversations.test_contracts_requests import ACCESS

pytestmark = pytest.mark.contracts

STATUS = {"190": 401, "2": 503, "4": 400, "80007": 429, "100": 400, "130429": 400, "139100": 400}


def answered(contracts: Path, name: str, call: Callable[[CloudApi], Any], status: int = 200) -> Any:
    body = (contracts / "whatsapp-api" / name).read_text()
    with responses.RequestsMock() as wire:
        wire.assert_all_requests_are_fired = False
        for method in ("GET", "POST"):
            wire.add(method, url=re.compile("https://graph.example.com/.*"), body=body, status=status)
        return call(CloudApi(ACCESS))


@pytest.mark.parametrize("name", ["resp_send_ok.json", "resp_send_ok_bsuid.json", "resp_send_ok_template_paced.json"])
def test_an_acceptance_is_understood(contracts: Path, name: str) -> None:
    accepted = answered(contracts, name, lambda api: api.send({}))
    assert accepted.wamid.startswith("wamid.")
    assert bool(accepted.user_id) != bool(accepted.wa_id)
    assert accepted.message_status == ("accepted" if "paced" in name else "")


@pytest.mark.parametrize(
    ("name", "code", "what"),
    [
        ("resp_error_130429.json", 130429, error_rules.Class.RETRY),
        ("resp_error_100_template_required.json", 100, error_rules.Class.NEVER),
        ("resp_error_139100_block_users_partial.json", 139100, error_rules.Class.NEVER),
        ("resp_error_190_expired.json", 190, error_rules.Class.ALARM),
        ("resp_error_80007.json", 80007, error_rules.Class.WAIT),
        ("resp_error_4.json", 4, error_rules.Class.WAIT),
        ("resp_error_2.json", 2, error_rules.Class.RETRY),
    ],
)
def test_a_refusal_is_understood_by_its_code(contracts: Path, name: str, code: int, what: error_rules.Class) -> None:
    with pytest.raises(ApiError) as refusal:
        answered(contracts, name, lambda api: api.send({}), STATUS[str(code)])
    error = refusal.value.error
    assert (error.code, error.rule.what) == (code, what)
    assert error.message
    assert error.trace
    assert errors.describe(str(code)) != errors.describe("999999"), "a sentence of its own"


def test_reads_are_understood(contracts: Path) -> None:
    assert answered(contracts, "resp_media_url.json", lambda api: api.media("1"))["url"]
    assert (
        answered(contracts, "resp_media_upload.json", lambda api: api.upload(content=b"", content_type="", filename=""))
        == "4490709327384033"
    )
    assert (
        answered(contracts, "resp_phone_number.json", lambda api: Registration(api.access).number())["quality_rating"]
        == "GREEN"
    )
    assert (
        len(
            answered(
                contracts, "resp_phone_numbers_list.json", lambda api: Registration(api.access).numbers_of_account()
            )
        )
        == 2
    )
    assert [
        one["name"]
        for one in answered(contracts, "resp_templates_list.json", lambda api: Management(api.access).templates())
    ] == [
        "hello_world",
        "2023_april_promo",
    ]


def test_set_up_is_understood(contracts: Path) -> None:
    """The profile comes in two shapes, subscriptions below `whatsapp_business_api_data`."""
    profile = answered(contracts, "resp_business_profile.json", lambda api: Registration(api.access).profile())
    assert "about" in profile
    assert answered(contracts, "resp_subscribed_apps.json", lambda api: Registration(api.access).subscriptions())


# Answers to calls that come with later issues: nothing of ours asks for them yet.
NOT_ASKED_YET = {"resp_template_created.json"}


def test_every_published_answer_is_looked_at(contracts: Path) -> None:
    source = Path(__file__).read_text()
    names = {file.name for file in (contracts / "whatsapp-api").glob("resp_*.json")}
    assert names, "the folder of given data has no answers"
    assert {name for name in names if name not in source} == set()


@pytest.mark.parametrize(
    "body",
    [
        "null",
        "[]",
        '"ok"',
        "{}",
        '{"messages": [null]}',
        '{"messages": {"id": 1}}',
        '{"messages": [{"id": ""}]}',
        "<html>",
    ],
)
def test_an_answer_that_says_nothing_leaves_the_message_unconfirmed(body: str) -> None:
    with responses.RequestsMock() as wire:
        wire.add("POST", "https://graph.example.com/v23.0/106540352242922/messages", body=body)
        with pytest.raises(Unanswered):
            CloudApi(ACCESS).send({})
