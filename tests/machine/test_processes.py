"""bin/start's care for its processes: one log, restarts, an end that leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from machine import ROOT, Stopped, Trouble
from machine.processes import House, Process


def python(program: str) -> list[str]:
    return [sys.executable, "-u", "-c", program]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """One that leaves pytest's own signal handlers alone."""
    monkeypatch.setattr("machine.processes.signal.signal", lambda *_: None)
    return House(dict(os.environ))


def test_each_line_carries_its_process_name(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    with house:
        house.run("greeter", python("print('hello'); print(); print('there')"))
    assert capfd.readouterr().out == "greeter   | hello\ngreeter   | there\n"


def test_a_command_that_fails_stops_the_start(house: House) -> None:
    sleeper = Process("sleeper", python("import time; time.sleep(60)"))
    with pytest.raises(Trouble, match="seed failed with 3"), house:
        house.start(sleeper)
        house.run("seed", python("raise SystemExit(3)"))
    assert sleeper.popen
    assert sleeper.popen.poll() is not None


def test_a_process_that_dies_meanwhile_stops_the_start(house: House) -> None:
    with pytest.raises(Trouble, match="web ended with 1"), house:
        house.start(Process("web", python("raise SystemExit(1)")))
        house.wait_until(lambda: False, "never", seconds=10)


def test_waiting_ends_with_a_sentence(house: House) -> None:
    with pytest.raises(Trouble, match=r"Redis did not answer within 0 seconds\."), house:
        house.wait_until(lambda: False, "Redis did not answer", seconds=0.2)


def test_up_when_its_log_says_so(house: House) -> None:
    worker = Process("worker", python("import time; print('worker@here ready.'); time.sleep(60)"), up_when=" ready.")
    with house:
        house.start(worker)
        house.wait_until(lambda: worker.is_up, "no worker", seconds=10)


def test_a_dead_process_comes_back(house: House, tmp_path: Path) -> None:
    births = tmp_path / "births"
    program = f"import time; open({str(births)!r}, 'a').write('x'); time.sleep(0.5)"
    process = Process("worker", python(program))

    def stop_when_back() -> None:
        if births.exists() and births.read_text() == "xx":
            raise Stopped

    with pytest.raises(Stopped), house:
        house.start(process)
        house.watch(meanwhile=stop_when_back)


def test_one_that_dies_again_and_again_is_given_up(house: House) -> None:
    with pytest.raises(Trouble, match="broken died 5 times"), house:
        house.start(Process("broken", python("raise SystemExit(9)")))
        house.watch()


def test_children_of_children_end_too(house: House, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    program = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(pid)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    with house:
        house.start(Process("parent", python(program)))
        house.wait_until(lambda: pid.exists() and pid.read_text() != "", "no child", seconds=10)
    limit = time.monotonic() + 5
    while is_alive(int(pid.read_text())) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not is_alive(int(pid.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is dead")
def test_a_killed_start_takes_even_those_with_it_that_do_not_listen(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    deaf = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    start = (
        f"import sys, time; sys.path.insert(0, {str(ROOT / 'bin')!r});"
        "from machine.processes import House, Process; house = House({}); "
        f"house.start(Process('beat', [sys.executable, '-c', {deaf!r}])); time.sleep(60)"
    )
    parent = subprocess.Popen(python(start))
    limit = time.monotonic() + 10
    while not (pid.exists() and pid.read_text()) and time.monotonic() < limit:
        time.sleep(0.05)
    child = int(pid.read_text())
    parent.kill()
    parent.wait()
    while is_alive(child) and time.monotonic() < limit + 5:
        time.sleep(0.05)
    assert not is_alive(child)
