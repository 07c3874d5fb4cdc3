"""Why a conversation is where it is, in words (ARCHITECTURE principle 6: say it in a sentence).

A reason is a code with ids and names of configuration, kept on the conversation and in the journal, and said in the reader's language.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

SENTENCES: dict[str, str] = {
    "keyword": gettext_noop("“%(keyword)s” matched the rule %(rule)s"),
    "rule": gettext_noop("The rule %(rule)s takes every message of this channel"),
    "default_department": gettext_noop("No rule matched; %(department)s takes what nobody claims"),
    "no_department": gettext_noop("No rule matched and the channel has no default department"),
    "least_loaded": gettext_noop("%(agent)s had the fewest open conversations of those online in %(department)s"),
    "nobody_online": gettext_noop("Nobody is online in %(department)s: it waits in the pool"),
    "everybody_full": gettext_noop(
        "Everybody online in %(department)s has as many as they can take: it waits in the pool"
    ),
    "sticky": gettext_noop("%(agent)s answered this customer before and is online"),
    "taken": gettext_noop("%(agent)s answered it from the pool"),
    "by_hand": gettext_noop("%(by)s assigned it"),
    "imported": gettext_noop("Taken over from the business app: to be read"),
    "released": gettext_noop("Given back to the pool"),
    "fallback": gettext_noop("%(department)s cannot take it now: passed to its fallback"),
    "pool_drain": gettext_noop("%(agent)s became free"),
}

# Why something automatic was not said: `why` of rule.skipped.
WITHHELD: dict[str, Any] = {
    "interval": gettext_lazy("The same rule answered this customer a short while ago"),
    "halted": gettext_lazy("A kill switch stands"),
    "cap": gettext_lazy("The cap of automatic messages in 24 hours is reached"),
    "agent_answered": gettext_lazy("An agent answered a moment ago"),
    "agent_answering": gettext_lazy("An agent is answering"),
    "opted_out": gettext_lazy("The customer opted out"),
    "robot": gettext_lazy("The same words three times within a minute: perhaps a robot"),
    "no_variant": gettext_lazy("No variant can be said: a placeholder has no value and no default"),
    "window_closed": gettext_lazy("The service window is closed"),
    "channel_stopped": gettext_lazy("The number is not sending"),
    "too_late": gettext_lazy("It fell due more than an hour before"),
}


def sentence(code: str, data: dict[str, Any]) -> str:
    """The reason in the active language; "" for no code. Several are joined: data may hold "also": {"code", …}."""
    if not code:
        return ""
    template = SENTENCES.get(code)
    if template is None:
        return code
    words = _(template)
    try:
        said = words % data
    except (KeyError, TypeError, ValueError):
        said = words
    also = data.get("also")
    if isinstance(also, dict) and also.get("code"):
        said = f"{said}. {sentence(str(also['code']), also)}"
    return said
