"""How many deliveries a second our door acknowledges, beside a plain Django view and a receiver without framework, on PostgreSQL."""

from __future__ import annotations

import os
import time
from typing import Any

import psycopg

from machine import servers
from tests.bench.children import Children, cpu_of_database, cpu_of_machine
from tests.bench.ground import Ground, begin, granian, ground, load, number_of, result
from tests.bench.report import Figure, Report, median

OURS, PLAIN, BARE = "our door", "plain Django view, one ORM insert", "no framework, one row each"
TABLES = {OURS: "conversations_delivery", PLAIN: "bench_plain", BARE: "bench_bare"}


def run(*, quick: bool) -> Report:
    seconds, rounds = (3.0, 2) if quick else (8.0, 5)
    report = Report("webhooks")
    with ground("webhooks") as place:
        number = number_of(place.prepare(agents=0))
        with (
            psycopg.connect(place.database, autocommit=True) as database,
            Children(place.environment, place.home) as children,
        ):
            for table in (TABLES[PLAIN], TABLES[BARE]):
                database.execute(f"CREATE TABLE {table} (LIKE conversations_delivery INCLUDING ALL)".encode())
            ports = _servers(place, children, number.app_secret)
            wishes = {name: {"port": port, "number": number} for name, port in ports.items()}
            for wish in wishes.values():
                _load(place, **wish, messages=200)  # warm: connections made, code loaded
            for table in TABLES.values():
                database.execute(f"TRUNCATE {table}".encode())
            servers_of = dict(zip(TABLES, (children.all[name] for name in ("door", "plain", "bare")), strict=True))
            began, all_cpu = time.monotonic(), cpu_of_machine()
            results: dict[str, list[dict[str, Any]]] = {name: [] for name in ports}
            half: dict[str, list[dict[str, Any]]] = {name: [] for name in ports}
            for _ in range(rounds):
                for name, wish in wishes.items():
                    spent = servers_of[name].cpu() + cpu_of_database(place.database_name)
                    found = _load(place, **wish, seconds=seconds)
                    spent = servers_of[name].cpu() + cpu_of_database(place.database_name) - spent
                    results[name].append({**found, "cost": spent / max(1, found["acknowledged"]) * 1e6})
                    _rest(database)
            for _ in range(max(1, rounds // 2)):
                for name, wish in wishes.items():
                    rate = median([one["rate"] for one in results[name]]) / 2
                    half[name].append(_load(place, **wish, seconds=seconds, rate=rate))
                    _rest(database)
            ours = sum(child.cpu() for child in children.all.values()) + cpu_of_database(place.database_name)
            _report(report, results, half)
            busy = (cpu_of_machine() - all_cpu - ours) / (time.monotonic() - began)
            report.notes.append(
                f"Cores taken by others meanwhile (this bench's load generator included): {busy:.1f} of {os.cpu_count()}."
            )
            for name, table in TABLES.items():
                row = database.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
                stored = int(row[0]) if row else 0
                told = sum(one["acknowledged"] for one in [*results[name], *half[name]])
                refused = sum(one["refused"] + one["broken"] for one in [*results[name], *half[name]])
                if name == OURS:
                    report.figures |= {"acknowledged": told, "rows stored": stored, "not acknowledged": refused}
                report.expect(f"{name}: {told} acknowledged, {stored} stored", is_right=stored >= told)
    return report


def _servers(place: Ground, children: Children, secret: str) -> dict[str, int]:
    ports = {OURS: place.port, PLAIN: servers.free_port(), BARE: servers.free_port()}
    granian(
        children, "door", "config.asgi:application", ports[OURS], interface="asgi", workers=2, SPORTELLO_ROLE="door"
    )
    for name, module in ((PLAIN, "plain"), (BARE, "bare")):
        application = f"tests.bench.reference.{module}:application"
        granian(children, module, application, ports[name], interface="wsgi", workers=2, BENCH_SECRET=secret)
    return ports


def _load(place: Ground, **wish: Any) -> dict[str, Any]:
    with load(place, **wish) as process:
        begin(process)
        return result(process)


def _rest(database: psycopg.Connection[Any]) -> None:
    """What one round leaves for the disk is not the next one's to pay."""
    database.execute("CHECKPOINT")


def _report(report: Report, results: dict[str, Any], half: dict[str, Any]) -> None:
    for name, found in results.items():
        figures: dict[str, Figure] = {
            "acknowledged a second": median([one["rate"] for one in found]),
            "lowest and highest round": " … ".join(f"{rate:,.0f}" for rate in _ends([one["rate"] for one in found])),
            "CPU µs each, server and PostgreSQL": median([one["cost"] for one in found]),
            "p50 ms": median([one["p50"] for one in found]),
            "p99 ms": median([one["p99"] for one in found]),
            "p50 ms at half load": median([one["p50"] for one in half[name]]),
            "p99 ms at half load": median([one["p99"] for one in half[name]]),
            "share over 250 ms at half load": median([one["slow"] for one in half[name]]),
            "load generator's share of one core": median([one["cpu_seconds"] / one["seconds"] for one in found]),
        }
        if name == OURS:
            report.figures = figures
        else:
            report.reference[f"{name} (granian WSGI, 2 workers, PostgreSQL)"] = figures
    rate = {name: median([one["rate"] for one in found]) for name, found in results.items()}
    report.ratios = {
        "door / plain Django view": rate[OURS] / rate[PLAIN],
        "door / no framework": rate[OURS] / rate[BARE],
    }
    report.aim(
        "acknowledged, times the plain Django view", at_least=2.0, reached=report.ratios["door / plain Django view"]
    )
    report.aim(
        "acknowledged, times the receiver without framework", at_least=0.8, reached=report.ratios["door / no framework"]
    )
    report.aim("p99 at half load, ms", below=25.0, reached=float(report.figures["p99 ms at half load"]))
    report.notes += [
        "Our door: granian ASGI, 2 workers, SPORTELLO_ROLE=door, PostgreSQL; it rings Redis, where nobody listens here.",
        "All on one machine, rounds interleaved, medians. 48 connections kept alive, signed bodies of about 1 kB.",
    ]


def _ends(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)
