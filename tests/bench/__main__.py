"""`python -m tests.bench NAME [--quick] [--json FILE]`, with .venv's Python; bin/bench calls this."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from machine import Stopped, Trouble, say, stop_on_signals
from tests.bench import crash, flow, send, unconfirmed, webhooks
from tests.bench.report import Report

BENCHES: dict[str, tuple[Callable[..., Report], str]] = {
    "webhooks": (webhooks.run, "deliveries acknowledged a second, beside two references"),
    "flow": (flow.run, "messages a second through the whole path, and how long each takes"),
    "send": (send.run, "the pace of a number: never over it in any second, nearly all of it used, agents first"),
    "unconfirmed": (
        unconfirmed.run,
        "Meta's answers never come, and workers are killed: received once, or as D4 allows",
    ),
    "crash": (crash.run, "kill -9 at random moments under load: nothing lost, nothing sent twice"),
}


def main() -> int:
    stop_on_signals()
    arguments = parser().parse_args()
    if not arguments.name:
        say("\n".join(f"  bin/bench {name:<12} {what}" for name, (_run, what) in BENCHES.items()))
        return 0
    options = {"quick": arguments.quick}
    if arguments.name == "crash":
        options |= {"sqlite": arguments.sqlite}
    if arguments.name in {"crash", "unconfirmed"}:
        options |= {"seed": arguments.seed}
    try:
        report = BENCHES[arguments.name][0](**options)
    except Trouble as trouble:
        say(f"\nbin/bench {arguments.name} could not go on. {trouble}")
        return 1
    except Stopped:
        say("\nStopped.")
        return 1
    say(report.show())
    if arguments.json:
        report.write(arguments.json)
    return 1 if report.wrong else 0


def parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(prog="bin/bench", description="Measures one thing; docs/benchmarks.md explains.")
    command.add_argument("name", nargs="?", choices=list(BENCHES))
    command.add_argument("--quick", action="store_true", help="within a minute; figures are rougher")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write what was found here")
    command.add_argument("--sqlite", action="store_true", help="crash: on SQLite instead of PostgreSQL")
    command.add_argument("--seed", type=int, help="crash, unconfirmed: of the random moments; printed when not given")
    return command


if __name__ == "__main__":
    sys.exit(main())
