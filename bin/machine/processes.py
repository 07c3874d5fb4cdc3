"""Several processes as one: one prefixed log, restarts, and an orderly end that leaves nothing behind."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType, TracebackType
from typing import Self

from machine import ROOT, Stopped, Trouble, say
from machine.servers import kill_group

COLOURS = (36, 33, 32, 35, 34, 31, 96, 93)
NAME_WIDTH = 9
# A process that dies this often within so many seconds will not get well by itself.
DEATHS, WITHIN = 5, 60.0
GRACE, TELL_AGAIN = 10.0, 2.0

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent(number: signal.Signals) -> None:
    """Linux: the kernel sends this signal when bin/start itself is killed (prctl PR_SET_PDEATHSIG), so nothing is orphaned."""
    if _libc is not None:
        _libc.prctl(1, int(number))


@dataclass
class Process:
    """One child: its name in the log, its command, and the words in its log that say it is up ("" when it has none).

    When bin/start is killed, so is it: every process survives that, and nobody is left to hurry one that is slow to go. One with
    children of its own is told (TERM), so that it ends them.
    """

    name: str
    command: Sequence[str]
    up_when: str = ""
    has_children: bool = False
    number: int = 0
    popen: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None
    is_up: bool = False
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS))


class House:
    """Starts processes, shows what they write, brings dead ones back, takes all down at the end of its `with` block.

    Stages are taken down in the reverse of the order in which they were started, those of one stage together.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.stages: list[list[Process]] = []
        self._colours = sys.stdout.isatty()
        self._pen = threading.Lock()
        self._spawning = False
        self._asked: str | None = None
        self._hurry = False
        self._ending = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._ending = True
        for stage in reversed(self.stages):
            self._take_down(stage)

    def start(self, *stage: Process) -> None:
        """Start these together, as one stage."""
        self.stages.append([])
        for process in stage:
            process.number = sum(map(len, self.stages))
            self._spawn(process)
            self.stages[-1].append(process)

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run one command to its end. Raises Trouble when it fails or when a process started before dies meanwhile."""
        process = Process(name, command)
        self.start(process)
        assert process.popen
        while process.popen.poll() is None:
            self._look_for_deaths(except_for=process)
            time.sleep(0.02)
        self.stages.pop()
        self._finish(process)
        if process.popen.returncode:
            raise Trouble(f"{name} failed with {process.popen.returncode}; its lines above say why.")

    def wait_until(self, condition: Callable[[], bool], what: str, *, seconds: float) -> None:
        """Wait for a condition. Raises Trouble when it does not come true in time or when a process dies meanwhile."""
        limit = time.monotonic() + seconds
        while not condition():
            self._look_for_deaths()
            if time.monotonic() > limit:
                raise Trouble(f"{what} within {seconds:.0f} seconds.")
            time.sleep(0.1)

    def watch(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Bring dead processes back until asked to stop. Raises Trouble when one dies again and again."""
        while True:
            time.sleep(0.2)
            meanwhile()
            for process in self._everybody():
                if process.popen and process.popen.poll() is not None:
                    self._bring_back(process)

    def _bring_back(self, process: Process) -> None:
        assert process.popen
        code = process.popen.returncode
        self._finish(process)
        process.deaths.append(time.monotonic())
        if len(process.deaths) == DEATHS and process.deaths[-1] - process.deaths[0] < WITHIN:
            raise Trouble(f"{process.name} died {DEATHS} times within a minute (last with {code}); giving up.")
        self.log("start", f"{process.name} ended with {code}; starting it again", number=0)
        time.sleep(min(2.0, 0.25 * len(process.deaths)))
        self._spawn(process)

    def _look_for_deaths(self, except_for: Process | None = None) -> None:
        for process in self._everybody():
            if process is not except_for and process.popen and process.popen.poll() is not None:
                raise Trouble(f"{process.name} ended with {process.popen.returncode}; its lines above say why.")

    def _everybody(self) -> list[Process]:
        return [process for stage in self.stages for process in stage]

    def _spawn(self, process: Process) -> None:
        # A signal between the start of a child and our noting it would leave that child behind: it waits until after.
        self._spawning = True
        try:
            process.is_up = not process.up_when
            process.popen = subprocess.Popen(
                process.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C reaches us only; we tell them in order
                # calls one C function, takes no lock
                preexec_fn=partial(_end_with_parent, signal.SIGTERM if process.has_children else signal.SIGKILL),
            )
            process.reader = threading.Thread(target=self._read, args=(process, process.popen), daemon=True)
            process.reader.start()
        finally:
            self._spawning = False
        if self._asked and not self._ending:
            raise Stopped(self._asked)

    def _read(self, process: Process, popen: subprocess.Popen[str]) -> None:
        assert popen.stdout
        for line in popen.stdout:
            if process.up_when and process.up_when in line:
                process.is_up = True
            if line.strip():
                self.log(process.name, line.rstrip(), number=process.number)

    def log(self, name: str, line: str, *, number: int) -> None:
        """One line with its process' name before it."""
        label = f"{name:<{NAME_WIDTH}} |"
        if self._colours:
            label = f"\x1b[{COLOURS[number % len(COLOURS)]}m{label}\x1b[0m"
        with self._pen:
            say(f"{label} {line}")

    def _take_down(self, stage: Sequence[Process]) -> None:
        began, told = time.monotonic(), 0
        while alive := [process.popen for process in stage if process.popen and process.popen.poll() is None]:
            passed = time.monotonic() - began
            if self._hurry or passed > GRACE:
                break
            if passed >= told * TELL_AGAIN:  # one that had just been started may have missed the first
                told += 1
                for popen in alive:
                    popen.terminate()
            time.sleep(0.02)
        for process in stage:
            if process.popen:
                if process.popen.poll() is None:
                    self.log("start", f"{process.name} does not go by itself; killing it", number=0)
                self._finish(process)

    @staticmethod
    def _finish(process: Process) -> None:
        assert process.popen
        kill_group(process.popen.pid)
        process.popen.wait()
        if process.reader:
            process.reader.join(timeout=2)
        if process.popen.stdout:
            process.popen.stdout.close()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if self._ending:
            self._hurry = True  # asked a second time: no more grace
            return
        first, self._asked = self._asked is None, name
        if first and not self._spawning:
            raise Stopped(name)
