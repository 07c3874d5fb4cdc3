"""The nouns of automatic replies. Import them from here."""

from autoreply.models.firing import Firing
from autoreply.models.policy import Policy
from autoreply.models.quick_reply import QuickReply
from autoreply.models.rule import BUTTONS, VARIANTS, Button, Rule, Trigger, Variant, check_buttons

__all__ = [
    "BUTTONS",
    "VARIANTS",
    "Button",
    "Firing",
    "Policy",
    "QuickReply",
    "Rule",
    "Trigger",
    "Variant",
    "check_buttons",
]
