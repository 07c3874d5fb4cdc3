"""Why a channel has stopped, in words (C31)."""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from conversations.models import Channel
from conversations.whatsapp.errors import describe


def sentence(channel: Channel) -> str:
    """What Meta's code means and what to do, with the code, in the active language; "" for a channel without trouble."""
    if not channel.status_code:
        return ""
    said = f"{describe(channel.status_code, channel.status_detail)} ({channel.status_code})"
    if channel.stopped_until is None:
        return said
    at = formats.date_format(timezone.localtime(channel.stopped_until), "j M H:i")
    return " ".join([said, _("It tries again by itself on %(at)s.") % {"at": at}])
