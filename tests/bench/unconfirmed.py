"""Meta's answers never come, a thousand times, while workers are killed: does each customer receive each message exactly once?

But for the repeats that D4 allows, which are counted apart: an automatic message that nobody ever told of is sent once more.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

from machine import Trouble, say
from tests.bench.children import Children
from tests.bench.crash import REST, kill_at_random
from tests.bench.ground import Ground, begin, ground, load, result
from tests.bench.report import Report
from tests.bench.rig import WORKERS_IN_WORDS, Rig, key_of

TIMEOUT = "timeout_after_accept"
VICTIMS = (
    "deliver",
    "deliver",
    "deliver",
    "ingest",
    "pipeline",
    "live",
    "web",
)  # half of the kills in the middle of calls
LATER = 20  # answers after the storm: their statuses prove that statuses do come
RATE = 20.0

HANGING = "SELECT count(*) FROM conversations_message WHERE status = 'unconfirmed' AND NOT requeued"
TEN_MINUTES_AGO = (
    "UPDATE conversations_attempt SET started_at = started_at - interval '10 minutes' "
    "WHERE message_id IN (SELECT id FROM conversations_message WHERE status = 'unconfirmed')"
)
ANSWERS = """
    SELECT m.id, m.status, m.requeued, (SELECT count(*) FROM conversations_attempt a WHERE a.message_id = m.id)
    FROM conversations_message m WHERE m.direction = 'outbound'"""
EVENTS = "SELECT count(*) FROM conversations_event WHERE kind = '{}'"


def run(*, quick: bool, seed: int | None = None) -> Report:
    """1,000 timeouts after acceptance among 1,250 mishaps, 12 kills; quick: 100 among 125, and 4."""
    seed = random.randrange(10**6) if seed is None else seed
    chance = random.Random(seed)
    timeouts, patient, kills = (100, 0, 4) if quick else (1000, 16, 12)
    wanted = mishaps(timeouts, patient, chance)
    report = Report("unconfirmed")
    say(f"  random moments of seed {seed}: bin/bench unconfirmed --seed {seed} has the same ones")
    with ground("unconfirmed") as place:
        channel = place.prepare()
        with Children(place.environment, place.home) as children:
            rig = Rig(place, children, channel)
            rig.start()
            rig.control("settings", {"sent_delay": [0.1, 2.0]})
            rig.meet(len(wanted) // 2)
            for mishap in wanted:
                rig.control("faults", mishap)
            with rig.database() as database:
                killed = _storm(rig, place, len(wanted), chance, kills)
                rested = rig.rest(database, seconds=60.0 if quick else REST)
                happened = _taken(rig, wanted)
                unknown = int(database.execute(HANGING).fetchone()[0])
                _after_ten_minutes(rig, place, database)
                judge(report, rig, database, len(wanted) + LATER, happened)
    report.figures |= {
        "unconfirmed after the storm, so D4's": unknown,
        "killed": ", ".join(f"{name} {count}×" for name, count in sorted(killed.items())),
        "seconds to rest": rested,
        "seed": seed,
    }
    report.notes += [
        f"PostgreSQL and Redis; web (granian, 1 worker), {WORKERS_IN_WORDS}; beat; simulator. {RATE:g} messages a second come in.",
        "Statuses come 0.1 s and more after Meta took the message; the line of most is cut after 0.01 to 0.3 s"
        + ("." if quick else f"; {patient} run into the client's own 30 s."),
        "D4's ten minutes are not waited for: when all statuses were in, the bench dated the hanging attempts ten minutes back in the",
        "database; the desk's own rule, with its ten minutes, and its sweep did the rest.",
        "Limits set by this bench (D37): channel 1,000/s, cap 50, no minimum interval; the simulator's throughput and pair limits off.",
    ]
    return report


def mishaps(timeouts: int, patient: int, chance: random.Random) -> list[dict[str, Any]]:
    """One for each answer, in random order; `patient` of the timeouts last longer than the client waits."""
    some = max(1, timeouts // 20)
    kinds = [TIMEOUT] * (timeouts - patient) + ["cut", "cut", "unheard", "no_id", "http_500_with_id"] * some
    found = [{"kind": kind, "seconds": chance.uniform(0.01, 0.3)} for kind in kinds]
    found += [{"kind": TIMEOUT, "seconds": 35.0} for _ in range(patient)]
    chance.shuffle(found)
    return found


def _storm(rig: Rig, place: Ground, messages: int, chance: random.Random, kills: int) -> Counter[str]:
    customers = messages // 2
    with load(
        place,
        port=place.port,
        number=rig.number,
        rate=RATE,
        messages=messages,
        customers=customers,
        run="U",
        again=True,
    ) as process:
        begin(process)
        killed = kill_at_random(rig, process, chance, kills, messages / RATE, VICTIMS)
        result(process)
    return killed


def _taken(rig: Rig, wanted: list[dict[str, Any]]) -> Counter[str]:
    """What really happened, by kind: a worker killed before its call leaves a mishap unused. The rest is called off."""
    happened = Counter(mishap["kind"] for mishap in wanted)
    happened.subtract(fault["kind"] for fault in rig.control("faults")["faults"])
    rig.control("faults", {"kind": "none"})
    return happened


def _after_ten_minutes(rig: Rig, place: Ground, database: Any) -> None:
    with load(
        place, port=place.port, number=rig.number, rate=RATE, messages=LATER, customers=LATER, run="L", again=True
    ) as process:
        begin(process)
        result(process)
    rig.rest(database, seconds=REST)
    database.execute(TEN_MINUTES_AGO)
    end = time.monotonic() + 60
    while database.execute(HANGING).fetchone()[0]:
        if time.monotonic() > end:
            raise Trouble("The sweep did not queue what hangs once more within a minute.")
        time.sleep(0.2)
    rig.rest(database, seconds=REST)


def judge(report: Report, rig: Rig, database: Any, answers: int, happened: Counter[str]) -> None:
    """By what the customers' phones have: the simulator's count of each message, whatever its attempt."""
    rows = {f"sportello-{pk}": rest for pk, *rest in database.execute(ANSWERS).fetchall()}
    received = Counter(key_of(message) for message in rig.received())
    allowed = {key for key, (_status, requeued, attempts) in rows.items() if requeued and attempts == 2}
    lost = [key for key in rows if not received[key]]
    twice = [key for key, times in received.items() if times == 2 and key in allowed]
    beyond = [key for key, times in received.items() if times > 1 and key not in twice]
    waiting = rig.waiting(database)
    told = {
        kind: int(database.execute(EVENTS.format(kind)).fetchone()[0])
        for kind in ("message.unconfirmed", "message.doubled")
    }
    settled = told["message.unconfirmed"] - len(allowed)
    report.figures |= {
        "timeouts after Meta took it": happened[TIMEOUT],
        "lines cut before it was taken": happened["cut"],
        "taken, and never told of": happened["unheard"],
        "answers without id, 500 with an id": f"{happened['no_id']}, {happened['http_500_with_id']}",
        "answers decided": len(rows),
        "received exactly once": sum(times == 1 for times in received.values()),
        "received twice, as D4 allows": len(twice),
        "received twice beyond D4": len(beyond),
        "lost": len(lost),
        "unconfirmed; of others a status was faster": told["message.unconfirmed"],
        "settled by a status": settled,
        "queued once more by D4": len(allowed),
        "answers by status": ", ".join(
            f"{state} {count}" for state, count in sorted(Counter(state for state, *_rest in rows.values()).items())
        ),
    }
    report.expect(f"{answers - len(rows)} answers never decided", is_right=len(rows) == answers)
    report.expect(f"lost: {[(key, rows[key]) for key in lost[:5]]}", is_right=not lost)
    report.expect(f"doubled beyond D4: {[(key, rows.get(key)) for key in beyond[:5]]}", is_right=not beyond)
    report.expect(
        f"{len(twice)} doubled, though only {happened['unheard']} were never told of",
        is_right=len(twice) <= happened["unheard"],
    )
    report.expect(f"not at rest: {waiting}", is_right=not any(waiting.values()))
    report.aim("timeouts after Meta took it", at_least=1, reached=happened[TIMEOUT])
    report.aim("lost", below=1, reached=len(lost))
    report.aim("doubled beyond D4", below=1, reached=len(beyond))
