"""How exactly and how fast a number sends: never over its rate in any second, nearly all of it used, agents first. PostgreSQL and Redis."""

from __future__ import annotations

import json
import os
import time
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from machine import servers
from tests.bench.children import Children, cpu_of_database
from tests.bench.ground import PYTHON, ground
from tests.bench.report import Report, percentile
from tests.bench.rig import Rig, key_of

RATES = (12, 80)
WORKERS = (1, 2, 4)
FASTEST = 500
REFUSED = "SELECT count(*) FROM conversations_attempt a WHERE a.error_code = '130429' AND a.message_id > %(since)s"
WAITS = (
    "SELECT m.id, extract(epoch FROM m.created_at) FROM conversations_message m "
    "WHERE m.origin = 'agent' AND m.id > %(since)s"
)


@dataclass
class Sent:
    """What arrived at Meta in one run, in its own time."""

    times: list[float]
    refused: int
    cpu: dict[str, float]
    since: int

    @property
    def rate(self) -> float:
        """Messages a second, from the first to the last."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0]) if len(self.times) > 1 else 0.0

    @property
    def most(self) -> int:
        """In any one second."""
        return max((bisect_left(self.times, at + 1.0) - place for place, at in enumerate(self.times)), default=0)


def run(*, quick: bool) -> Report:
    """Quick: some seconds each, and a short queue."""
    report = Report("send")
    seconds = 5.0 if quick else 30.0
    with ground("send") as place:
        channel = place.prepare(agents=1)
        with Children(place.environment, place.home) as children:
            rig = Rig(place, children, channel)
            bench = Bench(rig)
            bench.start()
            for workers in WORKERS:
                bench.hire(workers)
                for rate in RATES if not quick or workers == 1 else RATES[1:]:
                    _judge(
                        report,
                        f"{rate} a second, {workers} worker{'s' * (workers > 1)}",
                        rate,
                        bench.send(rate, seconds),
                    )
            _agents(report, bench, bulk=2_000 if quick else 50_000, answers=20 if quick else 120)
            _fastest(report, bench, workers=WORKERS[-1], seconds=4.0 if quick else 20.0)
    report.notes += [
        f"{WORKERS[-1]} workers at most, each a process with one thread that claims; beat and one for the sweeps; simulator.",
        "Measured where Meta stands: when the simulator took each message. It refuses what is over the rate in any second (130429).",
        "Limits set by this bench (D37): no caps; the simulator's windows, pair rate and statuses off; customers all different.",
        f"All on {os.cpu_count()} cores, with PostgreSQL, Redis and the simulator.",
    ]
    return report


def _judge(report: Report, name: str, rate: int, sent: Sent) -> None:
    report.figures[name] = f"{sent.rate:.2f}/s = {sent.rate / rate:.1%}, most in a second {sent.most}"
    report.expect(f"{name}: {sent.most} in one second", is_right=sent.most <= rate)
    report.expect(f"{name}: {sent.refused} refused by the simulator", is_right=sent.refused == 0)
    report.aim(f"{name}: share of the rate used", at_least=0.95, reached=sent.rate / rate)


def _agents(report: Report, bench: Bench, *, bulk: int, answers: int) -> None:
    sent = bench.send(80, 0.0, bulk=bulk, agents=answers, each=0.25)
    with bench.rig.database() as database:
        queued = {f"sportello-{pk}": float(at) for pk, at in database.execute(WAITS, {"since": sent.since})}
        left = database.execute("SELECT count(*) FROM conversations_message WHERE status = 'queued'").fetchone()[0]
    arrived = {key_of(one): at for one, at in bench.arrivals}
    waits = [arrived[pk] - at for pk, at in queued.items() if pk in arrived]
    name = f"agents' answers while {bulk:,} of a campaign wait"
    three = " / ".join(f"{percentile(waits, share):.2f}" for share in (0.5, 0.95, 0.99))
    report.figures[name] = f"wait p50 / p95 / p99 s: {three}; {left:,} still wait"
    report.expect(f"{len(queued) - len(waits)} answers of agents not sent", is_right=len(waits) == len(queued) > 0)
    report.aim(f"{name}: p99 of their wait, s", below=1.0, reached=percentile(waits, 0.99))
    _judge(report, "80 a second meanwhile", 80, sent)
    bench.empty()


def _fastest(report: Report, bench: Bench, *, workers: int, seconds: float) -> None:
    bench.profile()
    sent = bench.send(FASTEST, seconds)
    name = f"{FASTEST} a second asked for, {workers} workers"
    report.figures[name] = f"{sent.rate:.0f}/s, most in a second {sent.most}"
    report.expect(f"{name}: {sent.most} in one second", is_right=sent.most <= FASTEST)
    spent = {**{who: used for who, used in sent.cpu.items() if not who.startswith("deliver")}}
    spent["the workers that send"] = sum(used for who, used in sent.cpu.items() if who.startswith("deliver"))
    for who, used in sorted(spent.items(), key=lambda pair: -pair[1]):
        report.figures[f"  CPU ms a message, {who}"] = used * 1000 / max(1, len(sent.times))
    report.figures["  what a worker's claiming thread does"] = bench.profile()


class Bench:
    def __init__(self, rig: Rig) -> None:
        self.rig, self.place = rig, rig.place
        self.customers, self.hired = 0, 0
        self.arrivals: list[tuple[dict[str, Any], float]] = []

    def start(self) -> None:
        children, place = self.rig.children, self.place
        children.start("simulator", [PYTHON, "-m", "conversations.simulator"])
        up = lambda: servers.answers("127.0.0.1", place.simulator_port)  # noqa: E731
        children.wait_until(up, "The simulator did not come up", seconds=20)
        self.rig.worker("live", "live,bulk", "threads", 1)
        command = [PYTHON, "-m", "celery", "--quiet", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile", ""]
        children.start("beat", command)

    def hire(self, workers: int) -> None:
        while self.hired < workers:
            self.hired += 1
            program = "celery" if self.hired > 1 else "tests.bench.sampled"
            self.rig.worker(f"deliver{self.hired}", "deliver", "threads", 1, program=program)
        time.sleep(6)
        self.send(50, 2.0)  # warm: code loaded, connections open

    def send(self, rate: int, seconds: float, **wish: Any) -> Sent:
        """Queue as much as fills `seconds` at this rate (or `bulk`), and watch it arrive."""
        bulk = int(wish.pop("bulk", rate * seconds))
        self._rate(rate)
        customers = bulk + int(wish.get("agents", 0))
        self.rig.meet(customers, first=self.customers)
        already, cpu = len(self.rig.received()), self._cpu()
        told = json.loads(
            self.place.run(
                "-m", "tests.bench.campaign", json.dumps({"rate": rate, "first": self.customers, "bulk": bulk, **wish})
            )
        )
        self.customers += customers
        with self.rig.database() as database:
            if not wish:
                self._rest(database)
            else:
                time.sleep(2)
            refused = database.execute(REFUSED, told).fetchone()[0]
        used = {who: spent - cpu.get(who, 0.0) for who, spent in self._cpu().items()}
        found = self.rig.received()[already:]
        self.arrivals = [(one, datetime.fromisoformat(one["accepted_at"]).timestamp()) for one in found]
        return Sent(sorted(at for _one, at in self.arrivals), refused, used, told["since"])

    def empty(self) -> None:
        """What the campaign left is taken back."""
        with self.rig.database() as database:
            database.execute("UPDATE conversations_message SET status = 'cancelled' WHERE status = 'queued'")
            self._rest(database)

    def profile(self) -> str:
        """Of one worker, since the last look."""
        file = self.place.home / "worker.json"
        found: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        file.unlink(missing_ok=True)
        everything = sum(found.values()) or 1
        return ", ".join(
            f"{stage} {count / everything:.0%}" for stage, count in sorted(found.items(), key=lambda one: -one[1])
        )

    def _rate(self, rate: int) -> None:
        """At Meta, too."""
        self.rig.control("channels", {"channels": [{**self.rig.channel, "throughput": rate}], "webhook_url": ""})
        self.rig.control(
            "settings",
            {
                "statuses": False,
                "window_limit": False,
                "pair_limit": False,
                "throughput_limit": True,
                "throughput": rate,
            },
        )

    def _rest(self, database: Any) -> None:
        while self.rig.waiting(database)["outbox"]:
            time.sleep(0.1)

    def _cpu(self) -> dict[str, float]:
        used = {name: child.cpu() for name, child in self.rig.children.all.items()}
        return {**used, "PostgreSQL": cpu_of_database(self.place.database_name)}
