"""A list of keywords as a column: staff write one a line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from routing import matching


class KeywordMode(models.TextChoices):
    """How the keywords of one rule are looked for (R2); the meaning is matching.Query's."""

    ANY = "any", _("Any of them")
    ALL = "all", _("All of them")
    PHRASE = "phrase", _("Any, word for word")


def check_keywords(value: Any) -> None:
    """Raises ValidationError unless it is a list of keywords that hold at least a word or an emoji each."""
    if not isinstance(value, list) or not all(isinstance(keyword, str) for keyword in value):
        raise ValidationError(_("Write one keyword a line."))
    for keyword in value:
        if not matching.words(keyword):
            raise ValidationError(_("“%(keyword)s” holds no word to look for."), params={"keyword": keyword})
        if len(keyword) > 80:
            raise ValidationError(
                _("“%(keyword)s…” is too long: 80 characters at most."), params={"keyword": keyword[:40]}
            )


class KeywordsFormField(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 6, "cols": 40})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(keyword) for keyword in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Lines, trimmed, none twice."""
        lines = [" ".join(line.split()) for line in str(value or "").replace("\r", "\n").split("\n")]
        return list(dict.fromkeys(line for line in lines if line))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))


class KeywordsField(models.JSONField):
    """list[str]; checked, and edited as lines."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("default", list)
        options.setdefault("blank", True)
        super().__init__(*args, **options)
        self.validators = [*self.validators, check_keywords]

    def deconstruct(self) -> Any:
        """In migrations a plain JSONField: they import nothing of ours."""
        name, _path, args, options = super().deconstruct()
        options.pop("validators", None)
        return name, "django.db.models.JSONField", args, options

    def formfield(self, **options: Any) -> Any:
        return KeywordsFormField(
            required=not self.blank,
            label=capfirst(options.get("label", self.verbose_name)),
            help_text=self.help_text,
            widget=options.get("widget"),
        )
