"""Messages a second through the whole path: webhook, stored, routed, answered by a rule, sent, statuses applied. PostgreSQL and Redis."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.bench.children import Children, cpu_of_database, cpu_of_machine
from tests.bench.ground import begin, ground, load, result
from tests.bench.report import Report, percentile
from tests.bench.rig import WORKERS_IN_WORDS, Rig, key_of

MOST_EACH = 3  # messages of one customer in one run: a third opens a conversation, the rest goes on in it
APART = 13.0  # seconds between two of them: what Meta's pair rate lets the desk answer at once (facts §9)
LAGS = {
    "received → processed": "SELECT extract(epoch FROM processed_at - received_at) FROM conversations_delivery "
    "WHERE status = 'processed' AND id > %(delivery)s",
    "processed → answered": "SELECT extract(epoch FROM answer.created_at - m.created_at) FROM autoreply_firing f "
    "JOIN conversations_message answer ON answer.id = f.answer_id JOIN conversations_message m ON m.id = f.message_id "
    "WHERE answer.id > %(message)s",
    "queued → call": "SELECT extract(epoch FROM a.started_at - m.created_at) FROM conversations_attempt a "
    "JOIN conversations_message m ON m.id = a.message_id WHERE m.id > %(message)s",
    "call": "SELECT extract(epoch FROM a.ended_at - a.started_at) FROM conversations_attempt a WHERE a.message_id > %(message)s "
    "AND a.ended_at IS NOT NULL",
}


@dataclass
class Run:
    """What one rate gave."""

    rate: float
    seconds: float
    figures: dict[str, Any]
    held: bool
    p99: float
    out: float


def run(*, quick: bool, rate: float = 80.0) -> Report:
    report = Report("flow")
    seconds = 10.0 if quick else 60.0
    with ground("flow") as place:
        channel = place.prepare()
        with Children(place.environment, place.home) as children:
            rig = Rig(place, children, channel)
            rig.start()
            one_rate(rig, 10, 3.0, "W")  # warm: code loaded, configuration read
            main = one_rate(rig, rate, seconds, "M")
            steps = (
                [] if quick else [one_rate(rig, step, 15.0, f"S{step:g}") for step in (20.0, 40.0, 80.0, 120.0, 160.0)]
            )
    report.figures = main.figures
    report.expect(f"{main.figures['missing']} answers missing", is_right=main.figures["missing"] == 0)
    report.expect(f"{main.figures['doubled']} answers sent twice", is_right=main.figures["doubled"] == 0)
    report.expect("acknowledged but not stored", is_right=main.figures["stored"] >= main.figures["acknowledged"])
    for step in steps:
        words = f"out {step.out:.1f}/s, p99 {step.p99:.2f} s, {'held' if step.held else 'not held'}"
        report.figures[f"step {step.rate:g}/s"] = words
    if steps:
        report.figures["highest rate held"] = max([step.rate for step in [*steps, main] if step.held], default=0.0)
    report.aim("messages out a second while as many come in", at_least=rate * 0.99, reached=main.out)
    report.aim("p99 from webhook to send, s", below=1.0, reached=main.p99)
    report.aim(
        "webhooks a second with their statuses", at_least=rate * 4 * 0.95, reached=main.figures["updates in, a second"]
    )
    report.notes += [
        f"Processes: web (granian ASGI, 1 worker), {WORKERS_IN_WORDS}; beat; simulator. PostgreSQL and Redis on the same machine.",
        "Limits set by this bench (D37): channel 1,000/s, cap 50, no minimum interval; the simulator's throughput and pair limits off.",
        f"Each customer writes {messages_each(seconds)} times; 5 % of status webhooks doubled, 5 % of messages' statuses shuffled.",
    ]
    return report


def messages_each(seconds: float) -> int:
    """Of one customer in a run of this length."""
    return max(1, min(MOST_EACH, int(seconds // APART)))


def one_rate(rig: Rig, rate: float, seconds: float, name: str) -> Run:
    """Load at this rate, wait for rest, and look at what became of every message."""
    messages = int(rate * seconds)
    customers = max(1, messages // messages_each(seconds))
    rig.meet(customers)
    with rig.database() as database, load(
        rig.place, port=rig.place.port, number=rig.number, rate=rate, messages=messages, customers=customers, run=name, keep=True
    ) as process:  # fmt: skip
        since = {
            "delivery": database.execute("SELECT coalesce(max(id), 0) FROM conversations_delivery").fetchone()[0],
            "message": database.execute("SELECT coalesce(max(id), 0) FROM conversations_message").fetchone()[0],
        }
        already = len(rig.received())
        cpu, all_cpu, began = _cpu(rig), cpu_of_machine(), time.monotonic()
        begin(process)
        watch = Watch(rig)
        told = result(process)
        backlog = rig.waiting(database)
        drained = rig.rest(database, seconds=120)
        watch.stop()
        spent = {who: used - cpu.get(who, 0.0) for who, used in _cpu(rig).items()}
        spent["load generator"] = told["cpu_seconds"]
        others = (cpu_of_machine() - all_cpu - sum(spent.values())) / (time.monotonic() - began)
        answers = rig.received()[already:]
        figures = _figures(told, answers, backlog, drained, watch)
        lags = {lag: [float(row[0]) for row in database.execute(question, since)] for lag, question in LAGS.items()}
        question = "SELECT count(*) FROM conversations_message WHERE direction = 'inbound' AND id > %(message)s"
        figures["stored"] = database.execute(question, since).fetchone()[0]
        question = (
            "SELECT count(sent_at) + count(delivered_at) + count(read_at) FROM conversations_message "
            "WHERE direction = 'outbound' AND id > %(message)s"
        )
        statuses = database.execute(question, since).fetchone()[0]
    length = told["seconds"]
    figures["statuses applied"] = statuses
    figures["updates in, a second"] = (statuses + told["acknowledged"]) / (length + max(0.0, drained - 3.0))
    for lag, values in lags.items():
        figures[f"lag {lag}, p50 / p95 / p99 ms"] = _three(values)
    for who, used in sorted(spent.items(), key=lambda pair: -pair[1]):
        figures[f"CPU s, {who}"] = used
    figures["CPU ms a message, all processes"] = sum(spent.values()) * 1000 / messages
    figures["cores taken by others meanwhile"] = f"{max(0.0, others):.1f} of {os.cpu_count()}"
    out, p99 = figures["out, a second"], figures["webhook → send p99, s"]
    return Run(rate, seconds, figures, held=out >= 0.98 * rate and p99 < 1.0, p99=p99, out=out)


def _figures(
    told: dict[str, Any], answers: list[dict[str, Any]], backlog: dict[str, int], drained: float, watch: Watch
) -> dict[str, Any]:
    """By customer, the first answer belongs to the first message, and so on: the desk keeps the order of a conversation."""
    written: dict[str, list[float]] = defaultdict(list)
    for _wamid, customer, due, _answered in told["seen"]:
        written[customer].append(due)
    sent: dict[str, list[float]] = defaultdict(list)
    for answer in sorted(answers, key=lambda one: one["id"]):
        sent[answer["to"]].append(datetime.fromisoformat(answer["accepted_at"]).timestamp())
    lags, missing = [], 0
    for customer, times in written.items():
        missing += max(0, len(times) - len(sent[customer]))
        lags += [there - here for here, there in zip(sorted(times), sent[customer], strict=False)]
    keys = [key_of(answer) for answer in answers]
    end = max((answered for *_rest, answered in told["seen"]), default=0.0)
    in_time = sum(there <= end + 1.0 for times in sent.values() for there in times)
    return {
        "seconds": told["seconds"],
        "acknowledged": told["acknowledged"],
        "in, a second": told["rate"],
        "out, a second": in_time / told["seconds"],
        "webhook → send p50, s": percentile(lags, 0.5),
        "webhook → send p95, s": percentile(lags, 0.95),
        "webhook → send p99, s": percentile(lags, 0.99),
        "acknowledged p99, ms": told["p99"],
        "answers": len(answers),
        "missing": missing,
        "doubled": len(keys) - len(set(keys)),
        "backlog at the end (deliveries / pipeline / outbox)": " / ".join(str(count) for count in backlog.values()),
        "largest backlog": " / ".join(str(count) for count in watch.largest.values()),
        "seconds to rest": drained,
    }


class Watch:
    """Looks twice a second how much waits."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.largest = rig, dict.fromkeys(("deliveries", "pipeline", "outbox"), 0)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        with self.rig.database() as database:
            while not self.done.wait(0.5):
                for name, count in self.rig.waiting(database).items():
                    self.largest[name] = max(self.largest[name], count)

    def stop(self) -> None:
        self.done.set()
        self.thread.join()


def _cpu(rig: Rig) -> dict[str, float]:
    used = {name: child.cpu() for name, child in rig.children.all.items()}
    return {**used, "PostgreSQL": cpu_of_database(rig.place.database_name)}


def _three(values: list[float]) -> str:
    return " / ".join(f"{percentile(values, share) * 1000:,.0f}" for share in (0.5, 0.95, 0.99))
