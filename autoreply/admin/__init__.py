"""The staff's screens of automatic replies. Importing the modules registers them."""

from autoreply.admin import channel, firing, halt, quick_reply, rule

__all__ = ["channel", "firing", "halt", "quick_reply", "rule"]
