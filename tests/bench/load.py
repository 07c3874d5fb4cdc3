"""The load generator, a process of its own: `python -m tests.bench.load '{"port": …}'`.

Makes and signs everything first, says "ready", starts on a line of standard input, and writes what it saw as JSON.
One thread on epoll with plain sockets: a request costs it some 30 µs, so that it is not what is measured (`cpu_seconds` says).
"""

from __future__ import annotations

import heapq
import json
import os
import selectors
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any

from tests.bench.bodies import Number, number_of_customer, request, text_delivery, wamid
from tests.bench.report import percentile

HOST = "127.0.0.1"
AGAIN = 0.25  # seconds until a POST without 200 is repeated (Meta waits longer; a bench has no seven days)
SLOW = 0.25  # Meta: the median below this


@dataclass(frozen=True)
class Wish:
    """rate 0: each connection sends the next as soon as it has its answer. `keep`: tell of every message, not only in sum."""

    port: int
    number: Number
    path: str = "/webhooks/whatsapp/"
    connections: int = 48
    rate: float = 0.0  # a second
    seconds: float = 0.0  # 0: until `messages` are through
    messages: int = 10_000  # made beforehand; with `seconds` they are repeated if need be
    customers: int = 1_000
    first: int = 0  # number of the first message
    run: str = "A"
    again: bool = False  # repeat until 200, as Meta does
    keep: bool = False

    @classmethod
    def read(cls, text: str) -> Wish:
        values: dict[str, Any] = json.loads(text)
        return cls(**{**values, "number": Number(**values["number"])})


class Connection:
    __slots__ = ("began", "heard", "place", "socket")

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.heard = b""
        self.place = -1
        self.began = 0.0


class Load:
    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        host = f"{HOST}:{wish.port}"
        self.requests = [
            request(
                text_delivery(wish.number, customer=place % wish.customers, message_id=wamid(wish.run, place)),
                secret=wish.number.app_secret,
                host=host,
                path=wish.path,
            )
            for place in range(wish.first, wish.first + wish.messages)
        ]
        self.selector = selectors.DefaultSelector()
        self.idle = [Connection() for _ in range(wish.connections)]
        self.busy = 0
        self.issued = 0
        self.waiting: list[tuple[float, int, float]] = []  # to be repeated: when, which, when it was first due
        self.latencies: list[float] = []
        self.statuses: dict[int, int] = {}
        self.seen: list[tuple[int, float, float]] = []  # which, due, answered with 200; the machine's clock
        self.to_clock = time.time() - time.perf_counter()

    def run(self) -> dict[str, Any]:
        cpu = time.process_time()
        self.start = time.perf_counter()
        while self._issue() or self.busy or self.waiting:
            for key, _events in self.selector.select(self._patience()):
                self._hear(key.data)
        seconds = time.perf_counter() - self.start
        done = self.statuses.get(200, 0)
        return {
            "acknowledged": done,
            "refused": sum(count for status, count in self.statuses.items() if status not in (0, 200)),
            "broken": self.statuses.get(0, 0),
            "seconds": seconds,
            "rate": done / seconds,
            "p50": percentile(self.latencies, 0.5) * 1000,
            "p99": percentile(self.latencies, 0.99) * 1000,
            "slow": sum(latency > SLOW for latency in self.latencies) / max(1, len(self.latencies)),
            "cpu_seconds": time.process_time() - cpu,
            "seen": [self._told(*one) for one in self.seen] if self.wish.keep else [],
        }

    def _told(self, place: int, due: float, answered: float) -> tuple[str, str, float, float]:
        place += self.wish.first
        customer = number_of_customer(place % self.wish.customers)
        return wamid(self.wish.run, place), customer, due + self.to_clock, answered + self.to_clock

    def _more(self, now: float) -> bool:
        if self.wish.seconds:
            return now - self.start < self.wish.seconds
        return self.issued < len(self.requests)

    def _issue(self) -> bool:
        """Send what is due on idle connections. False when no new one will ever be due."""
        now = time.perf_counter()
        while self.idle and self.waiting and self.waiting[0][0] <= now:
            _at, place, due = heapq.heappop(self.waiting)
            self._send(self.idle.pop(), place, due)
        more = self._more(now)
        while self.idle and more:
            due = self.start + self.issued / self.wish.rate if self.wish.rate else now
            if due > now:
                break
            place = self.issued % len(self.requests)
            self.issued += 1
            self._send(self.idle.pop(), place, due)
            more = self._more(now)
        return more

    def _patience(self) -> float:
        times = [self.waiting[0][0]] if self.waiting else []
        if self.wish.rate and self.idle:
            times.append(self.start + self.issued / self.wish.rate)
        return max(0.0, min([0.1, *(at - time.perf_counter() for at in times)]))

    def _send(self, connection: Connection, place: int, due: float) -> None:
        connection.place, connection.began, connection.heard = place, due, b""
        self.busy += 1
        try:
            if connection.socket is None:
                connection.socket = socket.create_connection((HOST, self.wish.port), timeout=2)
                connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.socket.sendall(self.requests[place])
        except OSError:
            self._close(connection)
            self._end(connection, 0)

    def _hear(self, connection: Connection) -> None:
        assert connection.socket is not None
        try:
            heard = connection.socket.recv(65536)
        except OSError:
            heard = b""
        if not heard:
            self._close(connection)
            if connection.place >= 0:
                self._end(connection, 0)
            return
        connection.heard += heard
        head, found, body = connection.heard.partition(b"\r\n\r\n")
        if not found:
            return
        _, stated, length = head.lower().partition(b"content-length:")
        if len(body) >= int(length.partition(b"\r\n")[0]) if stated else body.endswith(b"0\r\n\r\n"):
            self._end(connection, int(head[9:12]))

    def _close(self, connection: Connection) -> None:
        if connection.socket is not None:
            if connection.socket.fileno() in self.selector.get_map():
                self.selector.unregister(connection.socket)
            connection.socket.close()
            connection.socket = None

    def _end(self, connection: Connection, status: int) -> None:
        now = time.perf_counter()
        self.busy -= 1
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == 200:
            self.latencies.append(now - connection.began)
            if self.wish.keep:
                self.seen.append((connection.place, connection.began, now))
        elif self.wish.again:
            heapq.heappush(self.waiting, (now + AGAIN, connection.place, connection.began))
        connection.place = -1
        self.idle.append(connection)


def main() -> None:
    load = Load(Wish.read(sys.argv[1]))
    print("ready", flush=True)
    if not sys.stdin.readline():
        os._exit(1)
    json.dump(load.run(), sys.stdout)


if __name__ == "__main__":
    main()
