"""Two conversations at once never share an agent's last free place (R5)."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from conversations.models import Conversation
from conversations.row_locks import lock_conversation
from routing.models import AgentPlan
from routing.pipeline import route
from tests.makers import make_agent, make_channel, make_context, make_conversation, make_department, make_inbound

WORKERS, CONVERSATIONS = 8, 24


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobody_is_given_more_than_they_can_take() -> None:
    department = make_department()
    agents = [make_agent(name, department) for name in ("anna", "bea", "carla")]
    for agent, capacity in zip(agents, (3, 5, 7), strict=True):
        AgentPlan.objects.create(user=agent, capacity=capacity)
    channel = make_channel(default_department=department)
    messages = [make_inbound(make_conversation(channel), "ciao") for _number in range(CONVERSATIONS)]
    start, failures = threading.Barrier(WORKERS), []

    def work(number: int) -> None:
        start.wait()
        try:
            for message in messages[number::WORKERS]:
                with transaction.atomic():
                    lock_conversation(message.conversation_id)
                    route(make_context(message))
        except Exception as problem:
            failures.append(problem)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert failures == []
    load: Counter[int | None] = Counter(Conversation.objects.values_list("assignee", flat=True))
    assert [load[agent.pk] for agent in agents] == [3, 5, 7]
    assert load[None] == CONVERSATIONS - 15
