"""The program itself: starts cold, ends cleanly on TERM, loses nothing to kill -9."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conversations.simulator.options import PROJECT, read_options
from tests.simulator.world import CHANNEL, MARTA


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(url: str, body: Any = None) -> Any:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer EAAtoken", "X-Demo-Token": "k"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=5) as answer:
        return json.load(answer)


@contextmanager
def running(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    environ = {**os.environ, "SPORTELLO_HOME": str(home), "SIMULATOR_PORT": str(port), "SPORTELLO_DEMO_TOKEN": "k"}
    command = [sys.executable, "-m", "conversations.simulator", "--desk-url", f"http://127.0.0.1:{free_port()}"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                call(f"{url}/healthz")
                break
            except OSError:
                time.sleep(0.05)
        yield process, url
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def test_kill_9_after_the_answer_loses_nothing_and_term_ends_cleanly(tmp_path: Path) -> None:
    with running(tmp_path) as (process, url):
        call(f"{url}/control/channels", {"channels": [CHANNEL]})
        call(f"{url}/control/heard", {"phone_number_id": CHANNEL["phone_number_id"], "from": MARTA})
        message = {"messaging_product": "whatsapp", "to": MARTA, "type": "text", "text": {"body": "Ciao"}}
        for place in range(20):
            body = {**message, "biz_opaque_callback_data": str(place)}
            call(f"{url}/v24.0/{CHANNEL['phone_number_id']}/messages", body)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running(tmp_path) as (process, url):
        summary = call(f"{url}/control/received?summary=1")
        assert summary["total"] == 20
        assert summary["webhooks_waiting"] >= 60  # the desk is not there: each message's statuses are still due
        process.terminate()
        assert process.wait(timeout=5) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_options_come_from_arguments_then_environment_then_local_env(tmp_path: Path) -> None:
    (tmp_path / "local.env").write_text("# made by bin/start\nPORT=8123\nSPORTELLO_DEMO_TOKEN='from-file'\n")
    environ = {"SPORTELLO_HOME": str(tmp_path)}
    options = read_options([], environ)
    assert (options.port, options.desk_url, options.token) == (8124, "http://127.0.0.1:8123", "from-file")
    options = read_options(["--port", "9", "--token", ""], {**environ, "SIMULATOR_PORT": "7", "BIND": "127.0.0.2"})
    assert (options.port, options.token, options.bind) == (9, "", "127.0.0.2")
