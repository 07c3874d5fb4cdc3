"""The two kinds of admin pages: configuration that staff change (D18), and rows of the message path that nobody edits."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from conversations import stamps


class ConfigAdmin(SimpleHistoryAdmin, ModelAdmin):
    """Validated by the model, kept in history, and stamped, so that every process reads the configuration anew.

    Set `stamp` to the name that the caches of this kind of configuration look at.
    """

    stamp = "configuration"
    compressed_fields = True
    warn_unsaved_form = True
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            stamps.touch(self.stamp)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        with transaction.atomic():
            super().save_formset(request, form, formset, change)
            stamps.touch(self.stamp)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            stamps.touch(self.stamp)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        with transaction.atomic():
            for row in queryset:  # one by one: history keeps each
                row.delete()
            stamps.touch(self.stamp)


class ReadOnlyAdmin(ModelAdmin):
    """Rows of the message path: to be looked at, and acted on by buttons that call actions (D18)."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
