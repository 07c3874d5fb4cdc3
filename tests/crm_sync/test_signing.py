from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm_sync import signing

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
SECRET = signing.new_secret()


def test_our_signature_is_what_the_standard_says(contracts: Path) -> None:
    vector = json.loads((contracts / "crm-examples" / "generic" / "signature-vectors.json").read_text())[
        "standard_webhooks"
    ]
    at = datetime.fromtimestamp(int(vector["webhook-timestamp"]), UTC)
    made = signing.sign(secret=vector["secret"], webhook_id=vector["webhook-id"], at=at, body=vector["body"].encode())
    assert made == vector["webhook-signature"]


def test_what_was_signed_is_believed_with_either_of_two_secrets() -> None:
    former = signing.new_secret()
    headers = signing.headers(secrets_=[SECRET, former], webhook_id="msg_1", at=NOW, body=b"{}")
    assert signing.verify(secret=SECRET, given=headers, body=b"{}", now=NOW) == "msg_1"
    assert signing.verify(secret=former, given=headers, body=b"{}", now=NOW) == "msg_1"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"webhook-signature": "v1,AAAA"}, "signature"),
        ({"webhook-id": "msg_2"}, "signature"),
        ({"webhook-id": ""}, "missing"),
        ({"webhook-timestamp": "soon"}, "missing"),
        ({"webhook-timestamp": str(int((NOW - timedelta(minutes=6)).timestamp()))}, "time"),
    ],
)
def test_anything_changed_is_refused(change: dict[str, str], why: str) -> None:
    headers = signing.headers(secrets_=[SECRET], webhook_id="msg_1", at=NOW, body=b"{}") | change
    with pytest.raises(signing.BadSignature, match=why):
        signing.verify(secret=SECRET, given=headers, body=b"{}", now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"secret|base64"):
        signing.key_of(secret)
