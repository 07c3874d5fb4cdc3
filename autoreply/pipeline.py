"""How automatic replies join the pipeline: one decision per message."""

from __future__ import annotations

from itertools import chain

from autoreply.composing import PERSON_ID, tapped
from autoreply.configuration import KEPT
from autoreply.models import Firing
from autoreply.occasion import Occasion
from autoreply.speaking import Recent, hand_over, speak
from autoreply.triggers import set_off
from conversations.pipeline import PipelineContext


def reply(context: PipelineContext) -> None:
    """Hand over when a person is asked for; else say what the first fitting rule says, where caps and manners allow it.

    Never to groups, blocked contacts, unsupported messages, or where a person has been promised (A5, A6, D21).
    Idempotent: the decision of a message is kept under its key, and found again.
    """
    contact, message, channel = context.contact, context.message, context.channel
    if contact is None or not context.may_answer_automatically:
        return
    configuration = KEPT.get()
    policy = configuration.policy(channel)
    if not policy.is_on:
        return
    occasion = Occasion(f"message:{message.pk}", context.conversation, contact, channel, context.now, message)
    tap = tapped(message.type, message.payload)
    asked = tap == PERSON_ID or bool(configuration.asks_for_a_person(message.text, policy, channel.language))
    rules = set_off(configuration, occasion, tap)
    first = None if asked else next(rules, None)
    if not asked and first is None:
        return
    recent = Recent.of(occasion)
    if recent.decided(occasion.key) or (context.is_replay and Firing.objects.filter(key=occasion.key).exists()):
        return
    if first is None:
        hand_over(occasion, policy, recent)
    else:
        speak(occasion, chain([first], rules), policy, recent)
