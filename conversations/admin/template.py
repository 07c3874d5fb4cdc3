"""Templates: the list with what Meta says of each, one template with its preview, languages and values (C23)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from conversations import clock
from conversations.access.roles import Can, allows
from conversations.actions.template_drafts import set_fills
from conversations.actor import Actor
from conversations.admin.config_admin import ReadOnlyAdmin
from conversations.admin.showing import Tone, chip, machine_when
from conversations.admin.template_form import shown_slot
from conversations.admin.template_pages import TemplatePages
from conversations.models import Channel, Template, TemplateFill
from conversations.templates import states, sync
from conversations.templates.sample import bubble
from conversations.templates.submitting import EDITABLE, next_edit
from conversations.templates.writing import can_edit
from conversations.whatsapp.errors import describe

TONES: dict[str, Tone] = {
    "REJECTED": "danger", "DISABLED": "danger", "PAUSED": "warning", "FLAGGED": "warning", "PENDING": "info",
    "IN_APPEAL": "info", "DRAFT": "accent",
}  # fmt: skip
QUALITY: dict[str, Tone] = {"YELLOW": "warning", "RED": "danger"}
QUALITY_WORDS = {"GREEN": _("High"), "YELLOW": _("Medium"), "RED": _("Low"), "UNKNOWN": _("Not rated yet")}


def status_chip(row: Template) -> str:
    tone: Tone = "danger" if row.missing_since else TONES.get(row.status, "quiet")
    return chip(row.shown_status, tone, title=states.why_rejected(row.reason) or states.advice(row.status))


@admin.register(Template)
class TemplateAdmin(TemplatePages, ReadOnlyAdmin):
    list_display = ["name", "language", "channel", "category", "shown_state", "shown_quality", "synced"]
    list_filter = ["status", "category", "language", "channel"]
    search_fields = ["name", "body"]
    list_select_related = ["channel"]
    ordering = ["name", "language"]
    list_before_template = "admin/conversations/template/accounts.html"
    change_form_template = "admin/conversations/template/page.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allows(request.user, Can.REPLIES_MAINTAIN)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("check/", wrap(require_POST(self.check_view)), name="conversations_template_check"),
            path("sync/", wrap(require_POST(self.sync_view)), name="conversations_template_sync"),
            path("<int:pk>/edit/", wrap(self.edit_view), name="conversations_template_edit"),
            path("<int:pk>/remove/", wrap(self.remove_view), name="conversations_template_remove"),
            path("<int:pk>/fills/", wrap(require_POST(self.fills_view)), name="conversations_template_fills"),
        ]
        return [*own, *super().get_urls()]

    # --- the list -----------------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        extra = {"desk_accounts": accounts(), "may_write": allows(request.user, Can.REPLIES_MAINTAIN)}
        answer: HttpResponse = super().changelist_view(request, {**extra, **(extra_context or {})})
        return answer

    def sync_view(self, request: HttpRequest) -> HttpResponse:
        if not allows(request.user, Can.REPLIES_MAINTAIN):
            raise Http404
        changed = sum(sync.sync_account(waba_id) for waba_id in {one["waba_id"] for one in accounts()})
        problems = [one for one in accounts() if one["problem"]]
        for one in problems:
            messages.error(request, f"{one['name']}: {one['problem']}")
        if not problems:
            said = _now("Read from WhatsApp. Templates changed: %(count)s.") % {"count": changed}
            messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:conversations_template_changelist"))

    @display(description=_("status"), ordering="status")
    def shown_state(self, row: Template) -> str:
        return status_chip(row)

    @display(description=_("quality"), ordering="quality")
    def shown_quality(self, row: Template) -> str:
        return chip(QUALITY_WORDS.get(row.quality, row.quality), QUALITY.get(row.quality, "quiet"))

    @display(description=_("synced"), ordering="synced_at")
    def synced(self, row: Template) -> str:
        return machine_when(row.synced_at)

    # --- one template -------------------------------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and row.status == states.DRAFT and self.has_add_permission(request):
            return self.form_view(request, template=row)
        if row is not None:
            kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), **self.shown(request, row)}
        return super().change_view(request, object_id, *args, **kwargs)

    def shown(self, request: HttpRequest, row: Template) -> dict[str, Any]:
        definition, now = row.definition, clock.now()
        may_write = self.has_add_permission(request)
        alike = Template.objects.filter(channel=row.channel_id, name=row.name).order_by("language")
        return {
            "title": row.name,
            "template": row,
            "status_chip": status_chip(row),
            "quality": QUALITY_WORDS.get(row.quality, row.quality),
            "why": states.why_rejected(row.reason),
            "advice": states.advice(row.status),
            "languages": [side(one) for one in alike],
            "fills": fill_rows(row),
            "sources": TemplateFill.Source.choices,
            "may_write": may_write,
            "may_edit": may_write and row.status in EDITABLE and bool(row.meta_id) and can_edit(definition),
            "next_edit": next_edit(row, now),
            "may_remove": allows(request.user, Can.CONFIGURE) and row.status != "DELETED" and not row.missing_since,
        }

    def fills_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row: Template | None = self.get_object(request, str(pk))
        if row is None or not self.has_add_permission(request):
            raise Http404
        fills = {
            slot.key: (request.POST.get(f"source.{slot.key}", "ask"), _plain(request.POST.get(f"text.{slot.key}", "")))
            for slot in row.definition.slots
            if slot.kind in ("text", "suffix", "code")
        }
        try:
            set_fills(template=row, fills=fills, by=Actor.person(request.user))
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        else:
            messages.success(request, _now("The values are kept."))
        return HttpResponseRedirect(reverse("admin:conversations_template_change", args=[pk]))


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()


def accounts() -> list[dict[str, Any]]:
    """Each connected number with when its templates were read and what went wrong, in words."""
    rows: QuerySet[Channel] = Channel.objects.filter(kind=Channel.Kind.WHATSAPP).exclude(waba_id="")
    found = []
    for channel in rows.select_related("template_sync").order_by("name"):
        done = getattr(channel, "template_sync", None)
        found.append(
            {
                "name": channel.name,
                "waba_id": channel.waba_id,
                "synced_at": done.synced_at if done else None,
                "count": done.count if done else 0,
                "problem": describe(done.problem_code, done.problem) if done and done.problem_code else "",
            }
        )
    return found


def side(row: Template) -> dict[str, Any]:
    """One language beside the others: its state and how it reads with its examples."""
    return {"row": row, "chip": status_chip(row), "bubble": bubble(row.definition)}


def fill_rows(row: Template) -> list[dict[str, Any]]:
    known = {fill.slot: fill for fill in row.fills.all()}
    found = []
    for slot in row.definition.slots:
        fill = known.get(slot.key)
        found.append(
            {
                "key": slot.key,
                "label": shown_slot(slot),
                "example": slot.example if slot.kind in ("text", "code") else "",
                "is_words": slot.kind in ("text", "suffix", "code"),
                "source": fill.source if fill else TemplateFill.Source.ASK.value,
                "text": fill.text if fill else "",
            }
        )
    return found
