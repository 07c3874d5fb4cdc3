"""The staff's screens of routing. Importing the modules registers them."""

from routing.admin import calendar, plan, rule

__all__ = ["calendar", "plan", "rule"]
