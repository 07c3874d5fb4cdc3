"""How routing joins the pipeline."""

from __future__ import annotations

from conversations.actor import Actor
from conversations.pipeline import PipelineContext
from routing import assignment
from routing.configuration import KEPT
from routing.decision import decide


def route(context: PipelineContext) -> None:
    """Department, priority, agent (R1, R7). A conversation that has a department keeps it; configuration comes from
    memory."""
    conversation = context.conversation
    if conversation.department_id is not None:
        return
    decision = decide(KEPT.get(), context.message.text, context.channel)
    assignment.route_to(
        conversation=conversation,
        department=decision.department,
        by=Actor.system("routing"),
        reason_code=decision.reason_code,
        reason_data=decision.reason_data,
        priority=decision.priority if decision.department is not None else None,
    )
