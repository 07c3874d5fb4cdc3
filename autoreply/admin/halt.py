"""The kill switch, knowing the names of triggers and rules (A9)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from autoreply.models import Rule, Trigger
from autoreply.speaking import HANDOVER
from conversations.admin.halt import HaltAdmin
from conversations.models import Halt


class HaltForm(forms.ModelForm):
    """A mistyped key would stop nothing, in the moment when it must."""

    class Meta:
        model = Halt
        fields = HaltAdmin.fields

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        scope = self.cleaned_data.get("scope")
        if key and scope == Halt.Scope.TRIGGER and key not in {*Trigger.values, HANDOVER}:
            names = ", ".join([*Trigger.values, HANDOVER])
            raise ValidationError(_("There is no such trigger. There are: %(names)s."), params={"names": names})
        if key and scope == Halt.Scope.RULE and key != HANDOVER and not Rule.objects.filter(key=key).exists():
            raise ValidationError(_("There is no rule with this key."))
        return key


admin.site.unregister(Halt)


@admin.register(Halt)
class KnowingHaltAdmin(HaltAdmin):
    form: Any = HaltForm
