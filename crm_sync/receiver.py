"""A receiver of signed webhooks, for tests and for people who set up a connection. Its own small program, without database or settings:

    python -m crm_sync.receiver --port 9000 --secret whsec_… [--log FILE] [--down]

Checks signature and time, takes each webhook-id once, and prints one line per message:
time, webhook-id, type, contact, conversation, message with its status. `POST /control/down` and `/control/up` switch it off (503)
and on; `GET /control/` counts. With --log the lines are kept in a file too, and ids in it are known after a restart.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from conversations import clock
from crm_sync import signing

LARGEST = 1_000_000  # bytes of a message


@dataclass(frozen=True, slots=True)
class Taken:
    webhook_id: str
    body: dict[str, Any]


class Receiver:
    """What the server remembers. Thread-safe; `answer` may be set to a function of the calls so far and the body,
    giving a status to answer with instead, to play a bad day."""

    def __init__(self, secret: str, *, log: Path | None = None, say: Callable[[str], None] = print) -> None:
        signing.key_of(secret)  # refuses nonsense at once
        self.secret, self.log, self.say = secret, log, say
        self.down = False
        self.answer: Callable[[int, bytes], int | None] = lambda calls, body: None
        self.headers: dict[str, str] = {}  # to send with a refusal, such as Retry-After
        self.taken: list[Taken] = []
        self.calls = self.doubles = self.refused = 0
        self.ids: set[str] = set()
        self._lock = threading.Lock()
        if log is not None and log.exists():
            self.ids = {parts[1] for line in log.read_text().splitlines() if len(parts := line.split()) > 1}

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """The status and the words to answer with."""
        with self._lock:
            self.calls += 1
            if self.down:
                return 503, "down"
            if forced := self.answer(self.calls, body):
                return forced, "as told"
            try:
                webhook_id = signing.verify(secret=self.secret, given=headers, body=body, now=clock.machine_now())
            except signing.BadSignature as problem:
                self.refused += 1
                self.say(f"{_now()} refused: {problem}")
                return 401, f"bad {problem}"
            if webhook_id in self.ids:
                self.doubles += 1
                return 200, "known"
            message = json.loads(body)
            self.ids.add(webhook_id)
            self.taken.append(Taken(webhook_id, message))
            line = f"{_now()} {webhook_id} {_described(message)}"
            self.say(line)
            if self.log is not None:
                with self.log.open("a") as file:
                    file.write(line + "\n")
            return 200, "taken"

    def counts(self) -> dict[str, Any]:
        return {
            "down": self.down,
            "taken": len(self.taken),
            "doubles": self.doubles,
            "refused": self.refused,
            "calls": self.calls,
        }


def _now() -> str:
    return clock.machine_now().isoformat(timespec="milliseconds")


def _described(message: dict[str, Any]) -> str:
    """Ids and states, no words of customers."""
    data = message.get("data") or {}
    kind = str(message.get("type"))
    contact = (data.get("contact") or {}).get("id") if "contact" in data else data.get("id")
    said = [f"{kind:<22}"]
    if kind != "test":
        said.append(f"contact {contact}")
    if kind.startswith("conversation."):
        said.append(f"conversation #{data.get('number')} {data.get('status')}")
    if kind.startswith("message."):
        said.append(f"conversation #{(data.get('conversation') or {}).get('number')}")
        said.append(f"message {data.get('id')} {data.get('direction')} {data.get('type')} {data.get('status')}")
    return " ".join(said)


def server(receiver: Receiver, port: int) -> ThreadingHTTPServer:
    """Listening on loopback; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # head and body in one packet
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length") or 0), LARGEST)
            body = self.rfile.read(length)
            if self.path in {"/control/down", "/control/up"}:
                receiver.down = self.path.endswith("down")
                self._answer(200, json.dumps(receiver.counts()))
                return
            status, words = receiver.take(dict(self.headers.items()), body)
            self._answer(status, words, {} if status < 300 else receiver.headers)

        def do_GET(self) -> None:
            self._answer(200, json.dumps(receiver.counts()))

        def _answer(self, status: int, words: str, headers: dict[str, str] | None = None) -> None:
            data = words.encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  our own lines say more
            return

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> int:
    command = argparse.ArgumentParser(
        prog="python -m crm_sync.receiver", description="Takes signed webhooks and prints them."
    )
    command.add_argument("--port", type=int, required=True)
    command.add_argument("--secret", required=True, help="whsec_…, as the connection's page showed it")
    command.add_argument("--log", type=Path, help="keep the lines here too, and know their ids after a restart")
    command.add_argument("--down", action="store_true", help="begin by answering 503 to everything")
    given = command.parse_args()
    try:
        receiver = Receiver(given.secret, log=given.log, say=lambda line: print(line, flush=True))  # noqa: T201
    except ValueError as problem:
        command.error(str(problem))
    receiver.down = given.down
    with server(receiver, given.port) as listening:
        print(f"Listening on http://127.0.0.1:{listening.server_port}/", flush=True)  # noqa: T201
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            print(f"Taken {len(receiver.taken)}, doubles {receiver.doubles}, refused {receiver.refused}.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
