"""Every kind of event, `noun.verb` (D16). docs/reference/events.md explains each; a test compares the two lists."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    CONVERSATION_OPENED = "conversation.opened", _("Conversation opened")
    CONVERSATION_REOPENED = "conversation.reopened", _("Conversation reopened")
    CONVERSATION_ROUTED = "conversation.routed", _("Routed to a department")
    CONVERSATION_ASSIGNED = "conversation.assigned", _("Assigned")
    CONVERSATION_RELEASED = "conversation.released", _("Back to the pool")
    CONVERSATION_PRIORITISED = "conversation.prioritised", _("Priority changed")
    CONVERSATION_STATUS = "conversation.status", _("Status changed")
    CONVERSATION_RESOLVED = "conversation.resolved", _("Resolved")
    CONVERSATION_HANDED_OVER = "conversation.handed_over", _("Handed to a person")
    CONVERSATION_READ = "conversation.read", _("Read by an agent")
    CONVERSATION_TAGGED = "conversation.tagged", _("Tags changed")
    MESSAGE_RECEIVED = "message.received", _("Message received")
    MESSAGE_EDITED = "message.edited", _("Message edited")
    MESSAGE_REVOKED = "message.revoked", _("Message deleted by the customer")
    MESSAGE_REACTED = "message.reacted", _("Reaction")
    MESSAGE_QUEUED = "message.queued", _("Message queued")
    MESSAGE_HELD = "message.held", _("Message held back")
    MESSAGE_RELEASED = "message.released", _("Message released")
    MESSAGE_SENT = "message.sent", _("Message sent")
    MESSAGE_DELIVERED = "message.delivered", _("Message delivered")
    MESSAGE_READ = "message.read", _("Message read")
    MESSAGE_PLAYED = "message.played", _("Voice message played")
    MESSAGE_FAILED = "message.failed", _("Message not delivered")
    MESSAGE_UNCONFIRMED = "message.unconfirmed", _("Message unconfirmed")
    MESSAGE_REQUEUED = "message.requeued", _("Message queued once more")
    MESSAGE_DOUBLED = "message.doubled", _("Message received twice")
    MESSAGE_CANCELLED = "message.cancelled", _("Message cancelled")
    MESSAGE_ECHOED = "message.echoed", _("Written in the business app")
    MESSAGE_SHORTENED = "message.shortened", _("Automatic text shortened")
    NOTE_ADDED = "note.added", _("Note added")
    LOCK_TAKEN = "lock.taken", _("Being answered")
    LOCK_RELEASED = "lock.released", _("No longer being answered")
    WINDOW_CHANGED = "window.changed", _("Service window changed")
    CONTACT_CREATED = "contact.created", _("Contact created")
    CONTACT_IMPORTED = "contact.imported", _("Contact taken over from the business app")
    CONTACT_CHANGED = "contact.changed", _("Contact changed")
    CONTACT_RENUMBERED = "contact.renumbered", _("Customer changed number or id")
    CONTACT_ERASED = "contact.erased", _("Contact erased")
    ATTACHMENT_STORED = "attachment.stored", _("File stored")
    ATTACHMENT_LOST = "attachment.lost", _("File lost")
    CHANNEL_STOPPED = "channel.stopped", _("Channel stopped")
    CHANNEL_STARTED = "channel.started", _("Channel started")
    CHANNEL_QUALITY = "channel.quality", _("Number's quality changed")
    CHANNEL_RESTRICTED = "channel.restricted", _("Whether conversations may be begun")
    CHANNEL_SETUP = "channel.setup", _("A step of a number's set-up")
    CHANNEL_BACKUP = "channel.backup", _("Sending over the backup address")
    CHANNEL_PRIMARY = "channel.primary", _("Sending over the first address again")
    CHANNEL_SLOWED = "channel.slowed", _("Channel slowed down")
    BATCHES_BEGUN = "batches.begun", _("Campaigns go in batches")
    BATCHES_ENDED = "batches.ended", _("Campaigns go at once again")
    ACCOUNT_UPDATED = "account.updated", _("Account update from Meta")
    TEMPLATE_CHANGED = "template.changed", _("Template changed")
    TEMPLATE_SUBMITTED = "template.submitted", _("Template submitted for review")
    TEMPLATE_DELETED = "template.deleted", _("Template deleted")
    PRESENCE_CHANGED = "presence.changed", _("Presence changed")
    RULE_FIRED = "rule.fired", _("Automatic reply decided")
    RULE_SKIPPED = "rule.skipped", _("Automatic reply withheld")
    STEP_PARKED = "step.parked", _("Pipeline step parked")
    DELIVERY_PARKED = "delivery.parked", _("Webhook delivery parked")
    ALARM_RAISED = "alarm.raised", _("Alarm raised")
    ALARM_CLEARED = "alarm.cleared", _("Alarm cleared")


def kinds() -> list[tuple[str, Any]]:
    """For the column's choices: a new kind then needs no migration."""
    return list(Kind.choices)
