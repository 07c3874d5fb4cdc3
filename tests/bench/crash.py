"""kill -9 of workers and web at random moments under load: is everything stored, and answered exactly once?"""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from typing import Any

from machine import say
from tests.bench.children import Children
from tests.bench.ground import begin, ground, load, result
from tests.bench.report import Report
from tests.bench.rig import WORKERS, WORKERS_IN_WORDS, Rig, key_of

VICTIMS = (*(name for name, *_rest in WORKERS), "web")
REST = 240.0  # seconds: a claim whose process died is given up after 45


def run(*, quick: bool, sqlite: bool = False, seed: int | None = None) -> Report:
    """2,000 messages and 20 kills; quick: 200 and 4."""
    seed = random.randrange(10**6) if seed is None else seed
    messages, kills, rate = (200, 4, 20.0) if quick else (2000, 20, 20.0)
    report = Report("crash")
    say(f"  random moments of seed {seed}: bin/bench crash --seed {seed} kills at the same ones")
    with ground("crash", sqlite=sqlite) as place:
        channel = place.prepare()
        with Children(place.environment, place.home) as children:
            rig = Rig(place, children, channel)
            rig.start()
            rig.meet(messages // 2)
            with rig.database() as database, load(
                place, port=place.port, number=rig.number, rate=rate, messages=messages, customers=messages // 2, run="C",
                again=True, keep=True,
            ) as process:  # fmt: skip
                begin(process)
                killed = kill_at_random(rig, process, random.Random(seed), kills, messages / rate)
                told = result(process)
                rested = rig.rest(database, seconds=50.0 if quick else REST)
                judge(report, rig, database, told, messages)
    report.figures |= {
        "seed": seed,
        "killed": ", ".join(f"{name} {count}×" for name, count in sorted(killed.items())),
        "POSTs broken or refused, and repeated": told["broken"] + told["refused"],
        "seconds to rest": rested,
    }
    report.notes += [
        f"{'SQLite' if sqlite else 'PostgreSQL'} and Redis; web (granian, 1 worker), {WORKERS_IN_WORDS}; beat; simulator.",
        f"{rate:g} messages a second, each POST repeated until it gets 200; whoever is killed is started again at once.",
        "Limits set by this bench (D37): channel 1,000/s, cap 50, no minimum interval; the simulator's throughput and pair limits off.",
    ]
    return report


def kill_at_random(
    rig: Rig,
    process: subprocess.Popen[str],
    chance: random.Random,
    kills: int,
    seconds: float,
    victims: tuple[str, ...] = VICTIMS,
) -> Counter[str]:
    """One victim after the other, each at a random moment of its share of the load."""
    killed: Counter[str] = Counter()
    began = time.monotonic()
    for place in range(kills):
        at = began + seconds * (place + chance.random()) / kills
        victim = rig.children.all[chance.choice(victims)]
        time.sleep(max(0.0, at - time.monotonic()))
        victim.kill()
        victim.start()
        killed[victim.name] += 1
    return killed


def judge(report: Report, rig: Rig, database: Any, told: dict[str, Any], messages: int) -> None:
    """What was acknowledged is stored and answered, each once; `told` is what the load generator saw."""
    stored = {row[0] for row in database.execute("SELECT wamid FROM conversations_message WHERE direction = 'inbound'")}
    acknowledged = {wamid for wamid, *_rest in told["seen"]}
    answers = database.execute("SELECT id, status FROM conversations_message WHERE direction = 'outbound'").fetchall()
    status = {f"sportello-{pk}": state for pk, state in answers}
    received = Counter(key_of(message) for message in rig.received())
    unconfirmed = {key for key, state in status.items() if state == "unconfirmed"}
    missing = [key for key in status if not received[key] and key not in unconfirmed]
    doubled = [key for key, times in received.items() if times > 1]
    unanswered = len(acknowledged) - len(answers)
    waiting = rig.waiting(database)
    report.figures |= {
        "messages": messages,
        "acknowledged": len(acknowledged),
        "stored": len(stored),
        "answers decided": len(answers),
        "answers received by customers": len(received),
        "doubled": len(doubled),
        "unconfirmed, of which received": f"{len(unconfirmed)}, {sum(bool(received[key]) for key in unconfirmed)}",
        "missing and not shown as unconfirmed": len(missing),
        "answers by status": ", ".join(f"{state} {count}" for state, count in sorted(Counter(status.values()).items())),
        "still waiting (deliveries / pipeline / outbox)": " / ".join(str(count) for count in waiting.values()),
    }
    report.expect(f"{messages - len(acknowledged)} never acknowledged", is_right=len(acknowledged) == messages)
    report.expect(f"{len(acknowledged - stored)} acknowledged, not stored", is_right=acknowledged <= stored)
    report.expect(f"{len(stored)} stored of {messages}", is_right=len(stored) == messages)
    report.expect(f"{unanswered} messages without a decided answer", is_right=unanswered == 0)
    report.expect(f"{len(doubled)} answers sent twice: {doubled[:5]}", is_right=not doubled)
    report.expect(
        f"{len(missing)} answers missing: {[(key, status[key]) for key in missing[:5]]}", is_right=not missing
    )
    report.expect(f"not at rest: {waiting}", is_right=not any(waiting.values()))
    report.aim("messages stored", at_least=messages, reached=len(stored))
    report.aim("answers doubled", below=1, reached=len(doubled))
    report.aim("answers missing and not shown as unconfirmed", below=1, reached=len(missing))
