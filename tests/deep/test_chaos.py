"""The whole desk under load while something is taken away from it: what was acknowledged is there and answered, each once (C11, D3, D4).

Processes of their own, as production runs them; a scratch database, a Redis of the test's own; the assertions are bin/bench crash's.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest

from machine import servers
from tests.bench import crash
from tests.bench.children import Child, Children
from tests.bench.ground import Ground, begin, ground, load, result
from tests.bench.report import Report
from tests.bench.rig import Rig

pytestmark = [pytest.mark.deep, pytest.mark.postgres]

MESSAGES, RATE = 240, 12.0  # slow enough for a machine that has other tests to run
SECONDS = MESSAGES / RATE
REST = 180.0  # a claim whose process died is given up after 45 seconds
Harm = Callable[[Rig, random.Random], None]


def under_load(harms: Sequence[Harm], times: int) -> Report:
    """One of the harms at so many random moments; then everything at rest again. The report's `wrong` must be empty."""
    seed = random.randrange(10**6)
    report = Report(f"chaos of seed {seed}")
    with _place() as place, Children(place.environment, place.home) as children:
        redis(children, place)
        rig = Rig(place, children, place.prepare())
        rig.start()
        rig.meet(MESSAGES // 2)
        wish = {"rate": RATE, "messages": MESSAGES, "customers": MESSAGES // 2, "run": "D", "again": True, "keep": True}
        with load(place, port=place.port, number=rig.number, **wish) as process:
            begin(process)
            _at_random(rig, random.Random(seed), harms, times)
            told = result(process)
        with rig.database() as database:
            report.figures["seconds to rest"] = rig.rest(database, seconds=REST)
            crash.judge(report, rig, database, told, MESSAGES)
        ended = [name for name, child in children.all.items() if not child.is_running]
        report.expect(f"ended by themselves: {ended}", is_right=not ended)
        if report.wrong:
            report.notes += [
                f"{name}: {line[:300]}" for name, one in children.all.items() for line in one.tail().split("\n")
            ]
    return report


@contextmanager
def _place() -> Iterator[Ground]:
    """The bench's ground, with a Redis that may be killed."""
    with ground("chaos") as place:
        folder = servers.socket_folder(str(place.home))
        url = f"unix://{folder / 'redis.sock'}"
        try:
            yield replace(place, redis=url, environment={**place.environment, "REDIS_URL": url})
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _at_random(rig: Rig, chance: random.Random, harms: Sequence[Harm], times: int) -> None:
    """Each at a random moment of its share of the load. In this thread: a child ends with the thread that started it."""
    began = time.monotonic()
    for place in range(times):
        at = began + SECONDS * (place + chance.random()) / times
        time.sleep(max(0.0, at - time.monotonic()))
        chance.choice(harms)(rig, chance)


def redis(children: Children, place: Ground) -> Child:
    program = servers.redis_program()
    if program is None:
        pytest.skip("there is no redis-server")
    path = servers.socket_folder(str(place.home)) / "redis.sock"
    child = children.start("redis", servers.redis_command(program, path))
    children.wait_until(lambda: servers.redis_says(path, "PING") == "+PONG", "Redis did not come up", seconds=10)
    return child


def kill_a_process(rig: Rig, chance: random.Random) -> None:
    victim = rig.children.all[chance.choice(crash.VICTIMS)]
    victim.kill()
    victim.start()


def restart_redis(rig: Rig, chance: random.Random) -> None:
    """kill -9, away for up to three seconds, back with nothing in it."""
    child = rig.children.all["redis"]
    child.kill()
    time.sleep(3 * chance.random())
    child.start()


def flush_redis(rig: Rig, chance: random.Random) -> None:
    """All that rang and all tokens of pacing are forgotten in the middle."""
    servers.redis_says(servers.socket_folder(str(rig.place.home)) / "redis.sock", "FLUSHALL")


def terminate_connections(rig: Rig, chance: random.Random) -> None:
    """As an administrator does, or a database that is restarted: every connection of everybody is gone at once."""
    with psycopg.connect(rig.place.database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


HARMS = (kill_a_process, restart_redis, flush_redis, terminate_connections)
CASES = {harm.__name__: ((harm,), 4) for harm in HARMS} | {"everything": (HARMS, 10)}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_lost_and_nothing_sent_twice(case: str) -> None:
    harms, times = CASES[case]
    report = under_load(harms, times)
    assert not report.wrong, report.show()
