"""The form of a template: its parts as fields, up to ten buttons, an example for each variable (C23)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from conversations.media.sniff import content_type
from conversations.models import Channel, Template
from conversations.templates import form_rules
from conversations.templates.definition import Slot
from conversations.templates.languages import LANGUAGES
from conversations.templates.writing import ButtonDraft, Draft

MB = 1024 * 1024
# What reviewers may be shown: kind of header -> type by content -> most bytes (facts §8; Resumable Upload API).
SAMPLES = {
    "image": {"image/jpeg": 5 * MB, "image/png": 5 * MB},
    "video": {"video/mp4": 16 * MB},
    "document": {"application/pdf": 100 * MB},
}
HEADERS = [("", _("No header")), ("text", _("Text")), ("image", _("Picture")), ("video", _("Video")),
           ("document", _("Document")), ("location", _("Place"))]  # fmt: skip
BUTTONS = [("", _("No button")), ("quick_reply", _("Answer")), ("url", _("Opens a link")),
           ("phone_number", _("Calls a number")), ("copy_code", _("Copies a code"))]  # fmt: skip
TTLS = [("", _("30 days")), ("300", _("5 minutes")), ("1800", _("30 minutes")), ("3600", _("1 hour")),
        ("10800", _("3 hours")), ("43200", _("12 hours"))]  # fmt: skip
CATEGORIES = [
    ("UTILITY", _("Utility: about something the customer did or asked")),
    ("MARKETING", _("Marketing: anything that advertises")),
]
EXAMPLE = "example."


def _text(**attrs: Any) -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", **attrs})


class TemplateForm(forms.Form):
    """Nothing is required by the form itself: the rules are those of `form_rules`, said next to the fields."""

    use_required_attribute = False

    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=_("Channel"), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        widget=_text(**{"data-limit": form_rules.NAME, "spellcheck": "false"}),
        help_text=_("Customers never see it. Small letters, digits and _."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, widget=UnfoldAdminSelectWidget)
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=CATEGORIES,
        help_text=_("The price depends on it. Advertising in a utility template is rejected."),
    )  # fmt: skip
    variables = forms.ChoiceField(
        label=_("Variables are"), required=False, widget=UnfoldAdminSelectWidget, choices=Template.Format.choices
    )
    header_kind = forms.ChoiceField(
        label=_("Kind of header"), required=False, widget=UnfoldAdminSelectWidget, choices=HEADERS
    )
    header_text = forms.CharField(
        label=_("Header's text"),
        required=False,
        widget=_text(**{"data-limit": form_rules.HEADER}),
        help_text=_("At most one variable."),
    )
    header_sample = forms.FileField(
        label=_("Sample for the reviewers"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("JPEG or PNG to 5 MB, MP4 to 16 MB, or PDF. Customers get the file you choose when sending."),
    )
    header_handle = forms.CharField(required=False, widget=forms.HiddenInput)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "data-limit": form_rules.BODY}),
        help_text=_(
            "*bold*, _italic_, ~struck~ and ```code``` as in WhatsApp. Variables: {{1}}, {{2}} … or {{first_name}}."
        ),
    )
    footer = forms.CharField(label=_("Footer"), required=False, widget=_text(**{"data-limit": form_rules.FOOTER}))
    ttl = forms.ChoiceField(
        label=_("Tried for"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=TTLS,
        help_text=_("How long WhatsApp tries to deliver it; then it is dropped."),
    )

    def __init__(self, *args: Any, channels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", "—"), *((code, f"{name} ({code})") for code, name in LANGUAGES.items())]  # type: ignore[attr-defined]

    def clean_body(self) -> str:
        """A browser sends two characters for an end of line; WhatsApp and the counter know one."""
        return str(self.cleaned_data["body"]).replace("\r\n", "\n").strip()

    def clean_header_sample(self) -> Any:
        file = self.cleaned_data.get("header_sample")
        if not file:
            return None
        start = file.read(4096)
        file.seek(0)
        kinds = SAMPLES.get(self.data.get("header_kind", ""), {})
        self.sample_type = content_type(start)
        most = kinds.get(self.sample_type)
        if most is None:
            raise forms.ValidationError(_("This is no file for such a header."))
        if file.size > most:
            raise forms.ValidationError(
                _("The file has %(size)s MB; WhatsApp takes %(most)s."),
                params={"size": f"{file.size / MB:.1f}", "most": most // MB},
            )
        return file


class ButtonForm(forms.Form):
    use_required_attribute = False

    kind = forms.ChoiceField(label=_("Button"), required=False, widget=UnfoldAdminSelectWidget, choices=BUTTONS)
    text = forms.CharField(label=_("Words"), required=False, widget=_text(**{"data-limit": form_rules.LABEL}))
    value = forms.CharField(label=_("Link or number"), required=False, widget=_text(spellcheck="false"))
    example = forms.CharField(
        label=_("Example"), required=False, widget=_text(spellcheck="false"),
        help_text=_("The whole link with its end, or the code."),
    )  # fmt: skip


ButtonForms = forms.formset_factory(
    ButtonForm, extra=0, max_num=form_rules.MOST_BUTTONS, absolute_max=form_rules.MOST_BUTTONS
)


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the page, with what is wrong with it."""

    key: str
    field: Any
    problems: list[str]


class Page:
    """The form and its buttons, filled from a draft or from what a browser sent."""

    def __init__(
        self, *, channels: Any, data: Any, files: Any, draft: Draft, channel: Any, fixed: Iterable[str] = ()
    ) -> None:
        """`fixed` names the fields that cannot be changed any more."""
        self.form = TemplateForm(data, files, channels=channels, initial=_initial(draft, channel))
        for name in fixed:
            self.form.fields[name].disabled = True
        initial = [
            {"kind": one.kind, "text": one.text, "value": one.value, "example": one.example} for one in draft.buttons
        ]
        self.buttons = ButtonForms(data, initial=initial, prefix="button")
        self.data: Any = data if data is not None else {}
        self._draft = draft
        self.problems: form_rules.Problems = {}

    def add(self, field: str, sentence: str) -> None:
        self.problems.setdefault(field, []).append(sentence)

    def take_handle(self, handle: str) -> None:
        """Of the sample just uploaded: the page keeps it when it is shown again."""
        self.form.cleaned_data["header_handle"] = handle
        self.form.data = dict(self.form.data.items()) | {"header_handle": handle}

    @property
    def sample_type(self) -> str:
        return str(getattr(self.form, "sample_type", ""))

    def is_readable(self) -> bool:
        """Whether it says anything that can be a draft; its problems are another question."""
        fine = self.form.is_valid() and self.buttons.is_valid()
        for name, sentences in self.form.errors.items():
            for sentence in sentences:
                self.add(name, str(sentence))
        for sentence in self.buttons.non_form_errors():
            self.add("buttons", str(sentence))
        return bool(fine)

    def draft(self) -> Draft:
        """Of what was sent; of the first draft when nothing was."""
        if not self.form.is_bound:
            return self._draft
        given: dict[str, Any] = getattr(self.form, "cleaned_data", {})
        kind = given.get("header_kind", "")
        return Draft(
            name=given.get("name", "").strip(),
            language=given.get("language", ""),
            category=given.get("category", ""),
            named=given.get("variables") == "NAMED",
            header_kind=kind,
            header_text=given.get("header_text", "").strip() if kind == "text" else "",
            header_handle=given.get("header_handle", "") if kind in SAMPLES else "",
            body=given.get("body", ""),
            footer=given.get("footer", "").strip(),
            buttons=tuple(button for _index, button in self.kept()),
            examples={
                key[len(EXAMPLE) :]: str(self.data[key]).replace("\x00", "").strip()
                for key in self.data
                if key.startswith(EXAMPLE)
            },
            ttl=int(given["ttl"]) if given.get("ttl") else None,
        )

    def kept(self) -> list[tuple[int, ButtonDraft]]:
        """Rows with a kind, and their places on the page."""
        if not self.form.is_bound:
            return list(enumerate(self._draft.buttons))
        found = []
        for index, form in enumerate(self.buttons.forms):
            given = getattr(form, "cleaned_data", {})
            if given.get("kind"):
                words = [str(given.get(name) or "").strip() for name in ("text", "value", "example")]
                found.append((index, ButtonDraft(given["kind"], *words)))
        return found

    def check(self) -> form_rules.Problems:
        """The rules, with buttons named by their places on the page."""
        places = [index for index, _button in self.kept()]
        for key, sentences in form_rules.problems(self.draft()).items():
            kind, dot, number = key.partition(".")
            place = f"button.{places[int(number)]}" if kind == "button" and dot else key
            for sentence in sentences:
                self.add(place, sentence)
        return self.problems

    # --- for the page -----------------------------------------------------------------------------------------------------

    def _rows(self, *names: str) -> list[Row]:
        return [Row(name, self.form[name], self.problems.get(name, [])) for name in names]

    def about(self) -> list[Row]:
        return self._rows("channel", "name", "language", "category", "ttl")

    def header(self) -> list[Row]:
        return self._rows("header_kind", "header_text", "header_sample")

    def words(self) -> list[Row]:
        return self._rows("variables", "body")

    def foot(self) -> list[Row]:
        return self._rows("footer")

    def button_problems(self) -> list[str]:
        return self.problems.get("buttons", [])

    def button_rows(self) -> list[Row]:
        return [
            Row(f"button.{index}", form, self.problems.get(f"button.{index}", []))
            for index, form in enumerate(self.buttons.forms)
        ]

    def examples(self) -> list[dict[str, Any]]:
        draft = self.draft()
        return [
            {
                "key": f"{EXAMPLE}{slot.key}",
                "label": shown_slot(slot),
                "value": draft.examples.get(slot.key, ""),
                "problems": self.problems.get(f"{EXAMPLE}{slot.key}", []),
            }
            for slot in draft.word_slots
        ]


def shown_slot(slot: Slot) -> str:
    """How a page names what is filled in."""
    mark = "{{" + slot.name + "}}"
    if slot.key == "header":
        files = {
            "image": _now("picture"),
            "video": _now("film"),
            "document": _now("document"),
            "location": _now("place"),
        }
        what = files.get(slot.kind)
        return _now("Header: %(what)s") % {"what": what} if what else _now("Header: %(what)s") % {"what": mark}
    if slot.key.startswith("button."):
        place = int(slot.key.partition(".")[2]) + 1
        what = _now("code") if slot.kind == "code" else _now("end of the link")
        return _now("Button %(place)s: %(what)s") % {"place": place, "what": what}
    return _now("Text: %(what)s") % {"what": mark}


def _initial(draft: Draft, channel: Any) -> dict[str, Any]:
    return {
        "channel": channel,
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "variables": draft.parameter_format,
        "header_kind": draft.header_kind,
        "header_text": draft.header_text,
        "header_handle": draft.header_handle,
        "body": draft.body,
        "footer": draft.footer,
        "ttl": str(draft.ttl or ""),
    }
