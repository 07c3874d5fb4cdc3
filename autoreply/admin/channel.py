"""A channel's policy of automatic replies, on the channel's own page; and the starter set (A5, A16)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from autoreply.admin.text_field import counted_texts
from autoreply.models import Policy
from autoreply.starter import install
from conversations import stamps
from conversations.access.roles import Can, allows
from conversations.admin.channel import ChannelAdmin
from conversations.models import Channel


class PolicyInline(StackedInline):
    model = Policy
    extra = 1
    max_num = 1
    fields = [
        "is_on",
        "cap",
        "min_interval_hours",
        "quiet_minutes",
        "handover_words",
        "handover_text",
        "person_button",
        "list_button",
    ]
    verbose_name_plural = _("automatic replies")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        return counted_texts(db_field, super().formfield_for_dbfield(db_field, request, **options))


admin.site.unregister(Channel)


@admin.register(Channel)
class AnsweringChannelAdmin(ChannelAdmin):
    inlines = [*ChannelAdmin.inlines, PolicyInline]
    actions = ["install_starter"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        stamps.touch("autoreply")

    def has_maintain_permission(self, request: HttpRequest) -> bool:
        return allows(request.user, Can.REPLIES_MAINTAIN)

    @admin.action(description=_("Install the starter set of replies"), permissions=["maintain"])
    def install_starter(self, request: HttpRequest, rows: QuerySet[Channel]) -> None:
        for channel in rows:
            done = install(channel)
            words = _now(
                "%(channel)s: %(rules)s rules and %(replies)s quick replies added. What was there is left as it is."
            )
            figures = {"channel": channel, "rules": done.rules, "replies": done.quick_replies}
            self.message_user(request, words % figures, messages.SUCCESS)
