"""The processes of a bench: their output goes to files, and none of them outlives the `with` block."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from machine import ROOT, Trouble
from machine.servers import kill_group

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Linux: KILL from the kernel when the bench itself is killed (prctl PR_SET_PDEATHSIG)."""
    if _libc is not None:
        _libc.prctl(1, int(signal.SIGKILL))


class Child:
    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.spent = 0.0  # CPU seconds of those that were killed
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # calls one C function, takes no lock
            )

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """kill -9 to it and to all it started."""
        self.spent += self._cpu()
        kill_group(self.popen.pid)
        self.popen.wait()

    def cpu(self) -> float:
        """Seconds of CPU that it and its children have used so far. 0 where there is no /proc."""
        return self.spent + self._cpu()

    def _cpu(self) -> float:
        return sum(_cpu_of(pid) for pid in _of_group(self.popen.pid))

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Children:
    """Starts processes; kills them all at the end."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.all: dict[str, Child] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _at: TracebackType | None
    ) -> None:
        for child in self.all.values():
            if child.is_running:
                child.popen.terminate()
        limit = time.monotonic() + 3
        while any(child.is_running for child in self.all.values()) and time.monotonic() < limit:
            time.sleep(0.02)
        for child in self.all.values():
            kill_group(child.popen.pid)
            child.popen.wait()

    def start(self, name: str, command: Sequence[str], **environment: str) -> Child:
        child = Child(name, command, {**self.environment, **environment}, self.folder / f"{name}.log")
        self.all[name] = child
        return child

    def wait_until(self, condition: Callable[[], bool], what: str, *, seconds: float) -> None:
        """Raises Trouble with the last lines of whoever died, or when it takes too long."""
        limit = time.monotonic() + seconds
        while not condition():
            for child in self.all.values():
                if not child.is_running:
                    raise Trouble(f"{child.name} ended with {child.popen.returncode}:\n{child.tail()}")
            if time.monotonic() > limit:
                tails = "\n".join(f"--- {child.name}\n{child.tail()}" for child in self.all.values())
                raise Trouble(f"{what} within {seconds:.0f} seconds.\n{tails}")
            time.sleep(0.05)


def cpu_of_machine() -> float:
    """CPU seconds that all processes of this machine have used since it started, what a hypervisor took included; 0 without /proc."""
    try:
        words = (PROC / "stat").read_text().split("\n", 1)[0].split()
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, irq, soft, stolen = (int(word) for word in words[1:9])
    return (user + nice + system + irq + soft + stolen) / TICKS


def cpu_of_database(name: str) -> float:
    """CPU seconds of the PostgreSQL processes now connected to this database, when it runs on this machine."""
    total = 0.0
    for pid in _pids():
        try:
            line = (PROC / str(pid) / "cmdline").read_bytes()
        except OSError:
            continue
        if line.startswith(b"postgres:") and name.encode() in line:
            total += _cpu_of(pid)
    return total


def _pids() -> list[int]:
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit()] if PROC.is_dir() else []


def _stat(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _of_group(leader: int) -> list[int]:
    return [pid for pid in _pids() if (stat := _stat(pid)) and int(stat[2]) == leader]


def _cpu_of(pid: int) -> float:
    stat = _stat(pid)
    return sum(int(ticks) for ticks in stat[11:15]) / TICKS if stat else 0.0  # with the children it has waited for
