"""The staff's screens of floor 1. Importing the modules registers them."""

from conversations.admin import (
    account_update,
    channel,
    contact,
    conversation,
    delivery,
    department,
    halt,
    journal,
    ledger,
    message,
    people,
    pricing,
    setup,
    template,
    upload,
    watch,
)

__all__ = [
    "account_update",
    "channel",
    "contact",
    "conversation",
    "delivery",
    "department",
    "halt",
    "journal",
    "ledger",
    "message",
    "people",
    "pricing",
    "setup",
    "template",
    "upload",
    "watch",
]
