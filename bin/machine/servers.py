"""Redis and PostgreSQL: found on the machine, or started from the wheels that carry them.

Everything started here ends with the `with` block that started it, and leaves no socket or folder behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from machine import ROOT, Trouble
from machine.packages import PYTHON, VENV

# A Unix socket's path may have 108 bytes on Linux and 104 on macOS, its closing zero included.
LONGEST_SOCKET_PATH = 100

WHEEL_POSTGRESQL = Path(__file__).resolve().parent / "postgresql_wheel.py"


def socket_folder(key: str) -> Path:
    """A short folder of our own in the system's temp folder: one for each key, for nobody else to look into."""
    name = f"sportello-{sha256(key.encode()).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / name
    if len(str(folder / "redis.sock")) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / name  # noqa: S108  made with mode 0700 and looked at below
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        raise Trouble(f"{folder} belongs to somebody else or is open to others. Remove it and try again.")
    return folder


def redis_program() -> str | None:
    """redis-server from the wheel, else from PATH, else None."""
    for candidate in (str(VENV / "bin" / "redis-server"), shutil.which("redis-server")):
        if not candidate:
            continue
        try:
            subprocess.run([candidate, "--version"], capture_output=True, check=True, timeout=10)
        except (OSError, subprocess.SubprocessError):
            continue
        return candidate
    return None


def redis_command(program: str, path: Path) -> list[str]:
    """A Redis that keeps nothing on disk (the rows are the truth) and listens on a socket only."""
    options = {"port": "0", "unixsocket": str(path), "unixsocketperm": "700", "save": "", "appendonly": "no"}
    options |= {"dir": str(path.parent), "daemonize": "no", "loglevel": "warning", "databases": "16"}
    return [program, *(part for name, value in options.items() for part in (f"--{name}", value))]


def redis_says(path: Path, words: str, *, timeout: float = 1.0) -> str:
    """Redis' answer to one inline command over its socket, or "" when nobody answers."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(timeout)
            client.connect(str(path))
            client.sendall(words.encode() + b"\r\n")
            return client.recv(64).decode(errors="replace").strip()
    except OSError:
        return ""


@contextmanager
def redis(key: str) -> Iterator[str]:
    """REDIS_URL if given, else redis://127.0.0.1:6379/13 if that answers, else a server of our own. Raises Trouble."""
    given = os.environ.get("REDIS_URL")
    if given:
        yield given
        return
    if answers("127.0.0.1", 6379):
        yield "redis://127.0.0.1:6379/13"
        return
    with own_redis(key) as url:
        yield url


@contextmanager
def own_redis(key: str) -> Iterator[str]:
    """A Redis of our own on a Unix socket; its URL. Raises Trouble when there is no program for it."""
    program = redis_program()
    if program is None:
        raise Trouble("There is no Redis: no wheel of it for this machine, and no redis-server in PATH.")
    folder = socket_folder(key)
    path = folder / "redis.sock"
    path.unlink(missing_ok=True)
    process = subprocess.Popen(
        redis_command(program, path), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _until(lambda: redis_says(path, "PING") == "+PONG", process, "Redis", seconds=10)
        yield f"unix://{path}"
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql(name: str, *, durable: bool = True) -> Iterator[str]:
    """A URL for a database `name` (which need not exist yet) on DATABASE_URL's server if that is PostgreSQL, else on
    127.0.0.1:5432 as postgres if that lets us in, else on a server from the wheel (durable=False: without fsync, for
    tests). Raises Trouble.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres", "pgsql")):
        yield given
        return
    standard = "postgres://postgres@127.0.0.1:5432"
    if answers("127.0.0.1", 5432) and _lets_us_in(f"{standard}/postgres"):
        yield f"{standard}/{name}"
        return
    with own_postgresql(durable=durable) as url:
        yield f"{url}/{name}"


@contextmanager
def own_postgresql(*, durable: bool = True) -> Iterator[str]:
    """PostgreSQL from the wheel on a free port of 127.0.0.1; its URL without a database name. Raises Trouble."""
    folder = Path(tempfile.mkdtemp(prefix="sportello-pg-"))
    port = free_port()
    # The helper stops its server when our end of its standard input closes, so a kill -9 of us leaves nothing running.
    process = subprocess.Popen(
        [
            str(PYTHON),
            "-W",
            "ignore",
            str(WHEEL_POSTGRESQL),
            str(folder / "data"),
            str(port),
            "yes" if durable else "no",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        if process.stdout.readline().strip() != "ready":
            raise Trouble("There is no PostgreSQL: none on 127.0.0.1:5432, and the wheel's did not start.")
        yield f"postgres://postgres@127.0.0.1:{port}"
    finally:
        process.stdin.close()
        end(process, grace=20, ask=False)
        shutil.rmtree(folder, ignore_errors=True)


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def is_free(host: str, port: int) -> bool:
    """Whether we could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody used a moment ago."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes], *, grace: float = 10, ask: bool = True) -> None:
    """TERM (unless it was told otherwise to go), and KILL to its group when it has not gone after `grace` seconds."""
    if ask and process.poll() is None:
        process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        pass
    finally:
        kill_group(process.pid)
        process.wait()


def kill_group(leader: int) -> None:
    """KILL to whatever is left of the process group that this process led."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _lets_us_in(url: str) -> bool:
    program = "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3).execute('select 1')"
    return subprocess.run([str(PYTHON), "-c", program, url], capture_output=True, check=False).returncode == 0


def _until(condition: Callable[[], bool], process: subprocess.Popen[bytes], what: str, *, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            raise Trouble(f"{what} ended at once, with {process.returncode}.")
        if time.monotonic() > limit:
            raise Trouble(f"{what} did not answer within {seconds:.0f} seconds.")
        time.sleep(0.02)
