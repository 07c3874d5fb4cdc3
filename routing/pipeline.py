"""How routing joins the pipeline."""

from __future__ import annotations

from conversations import clock
from conversations.actor import Actor
from conversations.models import Lock
from conversations.pipeline import PipelineContext
from routing import assignment
from routing.configuration import KEPT
from routing.decision import Decision, decide


def route(context: PipelineContext) -> None:
    """Department, priority, agent (R1, R7). A conversation that has a department keeps it, but for one that only nobody claimed:
    a rule that claims it later, before any person has touched it, gets it. Configuration comes from memory."""
    conversation = context.conversation
    unclaimed = conversation.reason_code == "default_department" and conversation.last_agent_at is None
    if conversation.department_id is not None and not unclaimed:
        return
    decision = decide(KEPT.get(), context.message.text, context.channel)
    if conversation.department_id is not None and not _moves(decision, context):
        return
    assignment.route_to(
        conversation=conversation,
        department=decision.department,
        by=Actor.system("routing"),
        reason_code=decision.reason_code,
        reason_data=decision.reason_data,
        priority=decision.priority if decision.department is not None else None,
    )


def _moves(decision: Decision, context: PipelineContext) -> bool:
    """A rule wants it elsewhere, and nobody is answering it at this moment."""
    department = decision.department
    if decision.rule is None or department is None or department.pk == context.conversation.department_id:
        return False
    return not Lock.objects.filter(conversation=context.conversation.pk, until__gt=clock.machine_now()).exists()
