"""The staff's screens of automatic replies. Importing the modules registers them."""

from autoreply.admin import channel, firing, quick_reply, rule

__all__ = ["channel", "firing", "quick_reply", "rule"]
