"""What the API's description says of an answer is what comes (law 6); bin/test --deep compares them with anything in the request."""

from __future__ import annotations

from tests.conversations.test_api_roles import description


def test_what_may_be_missing_is_described_so() -> None:
    shapes = description()["components"]["schemas"]
    assert shapes["ChannelShape"]["properties"]["default_department"]["nullable"], "a channel without one"
    assert "enum" not in shapes["TemplateShape"]["properties"]["next_category"], "empty when none is announced"
    for shape in ("ContactShape", "MeShape"):
        assert "format" not in shapes[shape]["properties"]["email"], "somebody without an address has an empty one"
