"""What every test shares: Hypothesis' profiles, tests for PostgreSQL only, the folder of given data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import settings

from conversations import clock, stamps
from conversations.outbox import pacing, pairs
from tests.desk import Desk, World

# bin/test chooses: few cases in the quick profile, many in the deep one (D31).
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("deep", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if connection.vendor == "postgresql":
        return
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: bin/test postgres"))


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder of given data; a test that asks for it is left out where there is none."""
    folder = os.environ.get("SPORTELLO_CONTRACTS")
    if not folder:
        pytest.skip("SPORTELLO_CONTRACTS names no folder of given data")
    return Path(folder)


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> None:
    """Between transactional tests: DELETE takes milliseconds where TRUNCATE of all tables takes seconds. Their foreign keys are
    checked at commit, so the order does not matter."""
    if connection.vendor == "postgresql":
        quote = connection.ops.quote_name
        connection.ops.sql_flush = lambda style, tables, **_: [f"DELETE FROM {quote(name)};" for name in tables]  # type: ignore[method-assign]


@pytest.fixture
def desk(world: World, transactional_db: None) -> Iterator[Desk]:
    """The whole desk with one channel, Meta's stand-in beside it (tests/desk.py)."""
    yield Desk(world)
    world.forget()


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Configuration, clock and pace kept in the process belong to the test before."""
    stamps.forget_all()
    clock.forget()
    pacing.forget()
    pairs.forget()
    yield
    stamps.forget_all()
    clock.forget()
