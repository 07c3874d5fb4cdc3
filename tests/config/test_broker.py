"""The broker may go away at any moment: a worker outlives it and takes up again (D23)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Consumer, Queue

from config.broker import broker
from config.celery import app
from machine import servers


def test_a_worker_with_a_bell_in_hand_outlives_its_redis(tmp_path: Path) -> None:
    assert app.main == "sportello"
    if servers.redis_program() is None:
        pytest.skip("there is no redis-server")
    heard: list[Any] = []
    with servers.own_redis(str(tmp_path)) as redis_url:
        url, options = broker(redis_url, tmp_path)
        connection = Connection(url, transport_options=options)
        queue = Queue("bell")
        with connection.Producer() as producer:
            producer.publish({}, routing_key="bell", declare=[queue])
        channel: Any = connection.default_channel
        Consumer(channel, [queue], callbacks=[lambda _body, message: heard.append(message)]).consume()
        connection.drain_events(timeout=5)
    assert len(heard) == 1
    connection.transport.client = None  # what celery's consumer leaves behind when it notices
    heard[0].ack()
    channel.close()  # an error other than a lost connection would end the worker
