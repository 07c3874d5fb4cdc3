"""A field for a customer's text: several lines, counted while one writes, with what is advised (A2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from autoreply.wording import LIMIT


class CountedText(UnfoldAdminTextareaWidget):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        counted = {
            "rows": 3,
            "data-limit": LIMIT,
            "data-advise": _("advised for this trigger: %1 to %2"),
            "data-late": _("a link or code stands after character 150, where a phone’s preview ends"),
        }
        super().__init__({**counted, **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """A browser sends two characters for an end of line; WhatsApp and the counter know one."""
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    class Media:
        js = ["autoreply/count.js"]


def counted_texts(db_field: Any, field: forms.Field | None) -> forms.Field | None:
    """Give the form fields of texts that counter; for formfield_for_dbfield."""
    if field is not None and db_field.name in {"text", "handover_text"}:
        field.widget = CountedText()
    return field
