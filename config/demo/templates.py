"""The demo shop's templates: read from the stand-in, with the customer's name filled in by itself."""

from __future__ import annotations

from config.demo.people import SEEDER
from conversations.actions.template_drafts import set_fills
from conversations.models import Channel, TemplateFill
from conversations.templates.sync import sync_account

GREETED = "body.1"  # the shop greets with the first variable
INSTEAD = {"it": "gentile cliente", "en": "there"}
GREETING = ("order_ready", "reopen_talk", "parcel_on_its_way")


def know_templates(channel: Channel) -> int:
    """Safe to repeat: what staff chose stays. Returns how many there are."""
    sync_account(channel.waba_id)
    for row in channel.templates.filter(name__in=GREETING).exclude(fills__isnull=False):
        source = TemplateFill.Source.CONTACT_FIRST_NAME.value
        set_fills(template=row, fills={GREETED: (source, INSTEAD.get(row.language, ""))}, by=SEEDER)
    return channel.templates.count()
