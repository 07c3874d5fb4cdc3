"""The parts of bin/test, in the order in which it runs them. One that fails does not stop the next."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from machine import ROOT, Trouble, packages, say, servers

PYTHON = str(packages.PYTHON)
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
# pytest's last line: "3 failed, 120 passed, 2 skipped in 8.11s"; node's: "# pass 12" or "ℹ pass 12".
PYTEST_LAST = re.compile(r"\d+ \w+.* in [\d.]+s")
PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")
NODE_COUNT = re.compile(r"^(?:#|ℹ) (pass|fail|skipped) (\d+)$")
COUNTS_AS = {"error": "failed", "errors": "failed", "pass": "passed", "fail": "failed"}
COUNTS_AS |= {"xfailed": "skipped", "xpassed": "failed"}
NO_TESTS_COLLECTED = 5
# A step that hangs is ended, so that the rest is still run and CI says which it was. --deep knows no limit.
STEP_SECONDS = 20 * 60


@dataclass
class Run:
    """One run of bin/test: what it was asked for, and what came out of each step."""

    folder: Path
    deep: bool
    arguments: Sequence[str]
    totals: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def check(self, name: str, command: Sequence[str], **environment: str) -> None:
        """A command that is right when it ends with 0. It counts as one test."""
        code, seconds, _ = self._run(name, command, environment)
        self.totals["failed" if code else "passed"] += 1
        self._note(name, seconds, "FAILED" if code else "ok", failed=code != 0)

    def pytest(self, name: str, marks: str, *, workers: str = "2", **environment: str) -> None:
        """The suite, or the arguments given after the part's name, on this database."""
        marks = marks if self.deep else f"{marks} and not deep"
        profile = "deep" if self.deep else "quick"
        command = [PYTHON, "-m", "pytest", "-q", "-m", marks, "-r", "fEs", "--numprocesses", workers, *self.arguments]
        code, seconds, output = self._run(name, command, environment | {"HYPOTHESIS_PROFILE": profile})
        counts: Counter[str] = Counter()
        last = next((line for line in reversed(output) if PYTEST_LAST.search(line)), "")
        for number, word in PYTEST_COUNT.findall(last):
            counts[COUNTS_AS.get(word, word)] += int(number)
        if code == NO_TESTS_COLLECTED:
            self.left_out(name, "no test matches")
            return
        self._count(name, code, seconds, counts)

    def node(self, name: str, command: Sequence[str]) -> None:
        """JavaScript tests by Node's own runner."""
        code, seconds, output = self._run(name, command, {})
        counts: Counter[str] = Counter()
        for line in output:
            if found := NODE_COUNT.match(line):
                counts[COUNTS_AS.get(found[1], found[1])] += int(found[2])
        self._count(name, code, seconds, counts)

    def left_out(self, name: str, why: str) -> None:
        """Say plainly that a step was not run."""
        self.lines.append(f"  {name:<28} {'':>7}  left out: {why}")
        say(f"\n=== {name}: left out: {why}")

    def report(self, seconds: float) -> int:
        """The table of steps and, as the very last line, the totals of all. Returns the exit code."""
        totals = self.totals
        say("\n=== bin/test\n" + "\n".join(self.lines) + f"\n  {'all':<28} {seconds:>6.1f}s")
        say("  (each check counts as one; a test that ran on two databases counts twice)")
        say(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
        return 1 if self.failed else 0

    def _count(self, name: str, code: int, seconds: float, counts: Counter[str]) -> None:
        if code and not counts["failed"]:
            counts["failed"] = 1  # it broke off before it could count
        self.totals += counts
        words = ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped") if counts[word])
        self._note(name, seconds, words or "nothing to run", failed=code != 0)

    def _note(self, name: str, seconds: float, words: str, *, failed: bool) -> None:
        self.failed |= failed
        self.lines.append(f"  {name:<28} {seconds:>6.1f}s  {words}")

    def _run(self, name: str, command: Sequence[str], environment: dict[str, str]) -> tuple[int, float, list[str]]:
        """Shows the output as it comes. Returns exit code, seconds and lines."""
        say(f"\n=== {name}")
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert process.stdout
        lines = []
        limit = threading.Timer(STEP_SECONDS, servers.kill_group, [process.pid])
        if not self.deep:
            limit.start()
        try:
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                say(lines[-1])
            process.wait()
        finally:
            limit.cancel()
            servers.end(process)
        return process.returncode, time.monotonic() - began, lines

    def _environment(self) -> dict[str, str]:
        """Nothing of a deployment or of a running desk reaches the tests; temporary files go where they are removed."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SPORTELLO_") and name not in {"DATABASE_URL", "REDIS_URL", "PORT", "BIND"}
        }
        contracts = os.environ.get("SPORTELLO_CONTRACTS")
        if contracts:
            kept["SPORTELLO_CONTRACTS"] = str(Path(contracts).resolve())
        return kept | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "SPORTELLO_HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
        }


def lint(run: Run) -> None:
    """Format, lint, templates."""
    run.check("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "--output-format", "concise", "."])
    run.check("ruff check", [PYTHON, "-m", "ruff", "check", "--quiet", "--output-format", "concise", "."])
    pages = sorted(str(path.relative_to(ROOT)) for path in _sources("*.html"))
    if pages:
        run.check("djlint", [PYTHON, "-m", "djlint", "--lint", "--quiet", *pages])
    else:
        run.left_out("djlint", "there are no templates")


def types(run: Run) -> None:
    run.check("mypy", [PYTHON, "-m", "mypy"])


def floors(run: Run) -> None:
    program = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    run.check("import-linter", [PYTHON, "-c", program, "--no-cache"])


def migrations(run: Run) -> None:
    run.check("manage.py check", [PYTHON, "manage.py", "check"])
    run.check("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"])


def sqlite(run: Run) -> None:
    run.pytest("suite on SQLite", "not browser and not postgres")


def postgres(run: Run) -> None:
    """On DATABASE_URL and REDIS_URL, or this machine's servers, or our own."""
    name = f"sportello_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    with ExitStack() as stack:
        try:
            database = stack.enter_context(servers.postgresql(name, durable=False))
            redis = stack.enter_context(servers.redis(f"test {ROOT}"))
        except Trouble as trouble:
            run.left_out("suite on PostgreSQL", str(trouble))
            return
        run.pytest("suite on PostgreSQL + Redis", "not browser", DATABASE_URL=database, REDIS_URL=redis)


def javascript(run: Run) -> None:
    tests = sorted(str(path.relative_to(ROOT)) for path in _sources("*.test.*js", ROOT / "tests"))
    program = packages.node()
    if not tests:
        run.left_out("JavaScript", "there are no tests of it")
    elif not program:
        run.left_out("JavaScript", "there is no Node 20 or newer")
    else:
        run.node("JavaScript", [program, "--test", *tests])


def browser(run: Run) -> None:
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        run.left_out("browser", "there is no Chromium (Debian: apt install chromium)")
    elif not _any_marked("browser"):
        run.left_out("browser", "there are no tests with a browser")
    else:
        run.pytest("browser", "browser", workers="0", SPORTELLO_CHROMIUM=program)


PARTS: dict[str, Callable[[Run], None]] = {
    part.__name__: part for part in (lint, types, floors, migrations, sqlite, postgres, javascript, browser)
}


def _sources(pattern: str, under: Path = ROOT) -> list[Path]:
    ours = [under] if under != ROOT else [path for path in ROOT.iterdir() if _is_ours(path)]
    return [path for folder in ours for path in folder.rglob(pattern) if _is_ours(path)]


def _is_ours(path: Path) -> bool:
    inside = path.relative_to(ROOT).parts
    return not {"node_modules", "var", "staticfiles"} & set(inside) and not path.name.startswith(".")


def _any_marked(mark: str) -> bool:
    return any(f"mark.{mark}" in path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
