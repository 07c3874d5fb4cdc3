"""Files that were sent: what was uploaded by whom, and Meta's copies (C34)."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.config_admin import GrowingAdmin
from conversations.admin.showing import machine_when, when
from conversations.media.kinds import said
from conversations.models import MediaHandle, Upload


@admin.register(Upload)
class UploadAdmin(GrowingAdmin):
    list_display = ["filename", "kind", "content_type", "shown_size", "by", "shown_at"]
    list_filter = ["kind"]
    search_fields = ["filename", "=sha256"]
    list_select_related = ["by"]
    ordering = ["-id"]

    @display(description=_("size"), ordering="size")
    def shown_size(self, row: Upload) -> str:
        return said(row.size)

    @display(description=_("uploaded"), ordering="created_at")
    def shown_at(self, row: Upload) -> str:
        return when(row.created_at)


@admin.register(MediaHandle)
class MediaHandleAdmin(GrowingAdmin):
    list_display = ["media_id", "channel", "content_type", "shown_expiry"]
    list_filter = ["channel"]
    search_fields = ["=media_id", "=sha256"]
    list_select_related = ["channel"]
    ordering = ["-id"]

    @display(description=_("expires"), ordering="expires_at")
    def shown_expiry(self, row: MediaHandle) -> str:
        return machine_when(row.expires_at)
