from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.demo.shop import Shop
from conversations import clock
from tests.deep.town import Town
from tests.desk import Desk
from tests.journeys.test_must_show import shop  # noqa: F401  a fixture


@pytest.fixture
def town(desk: Desk, shop: Shop) -> Iterator[Town]:  # noqa: F811
    yield Town(desk, shop)
    desk.control("clock", {"now": clock.machine_now().isoformat()})
