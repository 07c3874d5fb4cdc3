"""Auto-reply rules with their variants and buttons (A1–A4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import display

from autoreply.admin.text_field import counted_texts
from autoreply.models import BUTTONS, VARIANTS, Button, Firing, Rule, Variant, check_buttons
from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.showing import chip, short


def left(formset: Any) -> list[Any]:
    """The forms that will be kept."""
    return [form for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]


class ButtonFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            check_buttons([form.instance for form in left(self)])


class ButtonInline(TabularInline):
    model = Button
    formset = ButtonFormSet
    fk_name = "variant"
    fields = ["title", "action", "target", "url", "order"]
    autocomplete_fields = ["target"]
    extra = 0
    hide_title = True
    max_num = BUTTONS


class VariantFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if not any(self.errors) and len(left(self)) > VARIANTS:
            raise ValidationError(_("A rule has at most five variants."))


class VariantInline(StackedInline):
    model = Variant
    formset = VariantFormSet
    fields = ["text", "weight"]
    inlines = [ButtonInline]
    extra = 0
    max_num = VARIANTS

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        return counted_texts(db_field, super().formfield_for_dbfield(db_field, request, **options))


@admin.register(Rule)
class RuleAdmin(ConfigAdmin):
    stamp = "autoreply"
    list_display = ["name", "trigger", "order", "words", "shown_channel", "sent", "shown_active"]
    list_editable = ["order"]
    list_filter = ["is_active", "trigger", "channel", "department"]
    list_select_related = ["channel"]
    search_fields = ["name", "key", "variants__text"]
    prepopulated_fields = {"key": ["name"]}
    autocomplete_fields = ["department", "calendar"]
    inlines = [VariantInline]
    fieldsets = [
        (None, {"fields": ["name", "key", "is_active", "order"]}),
        (_("When"), {"fields": ["trigger", "keywords", "mode", "excluded", "allow_typo", "calendar"]}),
        (_("For whom"), {"fields": ["channel", "department", "min_interval_hours"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        rows: QuerySet[Rule] = super().get_queryset(request)
        sent = Count("firings", filter=Q(firings__outcome=Firing.Outcome.SENT), distinct=True)
        return rows.annotate(sent_count=sent).prefetch_related("variants")

    @display(description=_("keywords"))
    def words(self, row: Rule) -> str:
        return short(", ".join(row.keywords), 60)

    @display(description=_("channel"), ordering="channel")
    def shown_channel(self, row: Rule) -> str:
        return str(row.channel or _("every channel"))

    @display(description=_("sent"), ordering="sent_count")
    def sent(self, row: Rule) -> int:
        return int(getattr(row, "sent_count", 0))

    @display(description=_("state"), ordering="is_active")
    def shown_active(self, row: Rule) -> str:
        if not row.is_active:
            return chip(_("Switched off"), "warning")
        return (
            chip(_("Active"))
            if row.variants.all()
            else chip(_("Says nothing"), "warning", title=_("It has no variant."))
        )
