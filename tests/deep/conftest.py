from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.demo.shop import Shop
from conversations import clock
from conversations.outbox import pairs
from tests.deep.town import Town
from tests.desk import Desk
from tests.journeys.test_must_show import shop  # noqa: F401  a fixture


@pytest.fixture
def town(desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:  # noqa: F811
    """Business time jumps where machine time creeps: a customer's messages of two days would be told apart by seconds (C24)."""
    monkeypatch.setattr(pairs, "EACH", 0.01)
    monkeypatch.setattr(pairs, "LATE", 0.0)
    desk.settings(pair_limit=False)
    yield Town(desk, shop)
    desk.control("clock", {"now": clock.machine_now().isoformat()})
