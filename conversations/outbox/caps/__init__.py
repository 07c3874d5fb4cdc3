"""Caps (C24): what is over one is held back with its reason and the time it will go, or refused.

rules.py looks at one message before it is queued; taking.py counts when messages are taken to be sent; holding.py puts them aside and
lets them go; batches.py forecasts the day and spreads campaigns over it. docs/reference/pace-and-caps.md tells it to people.
"""

from conversations.outbox.caps.rules import Hold, begins, comes_too_late, hold, look

__all__ = ["Hold", "begins", "comes_too_late", "hold", "look"]
