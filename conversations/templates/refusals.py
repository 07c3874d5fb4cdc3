"""Why a template may not be sent: one stable code per fault (C23; docs/reference/errors.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conversations.errors import DeskError, Retry


class TemplateRefused(DeskError):
    """Base. `details` has `slot`, the key of what is wrong, and `faults` with all of them where there are several."""

    code, http_status = "template_refused", 400
    message = _("This template cannot be sent like this.")


class TemplateUnknown(TemplateRefused):
    code, http_status = "template_unknown", 409
    message = _("This number has no template of this name and language.")
    hint = _(
        "Choose one from the list. A template just made in WhatsApp Manager is here after the next synchronisation."
    )


class TemplateNotApproved(TemplateRefused):
    code, http_status, retry = "template_not_approved", 409, Retry.LATER
    message = _("This template is not approved.")


class TemplatePaused(TemplateRefused):
    code, http_status, retry = "template_paused", 409, Retry.LATER
    message = _("WhatsApp has paused this template.")


class TemplateDisabled(TemplateRefused):
    code, http_status = "template_disabled", 409
    message = _("WhatsApp has disabled this template.")


class TemplateGone(TemplateRefused):
    code, http_status = "template_gone", 409
    message = _("This template was deleted.")


class TemplateParameters(TemplateRefused):
    code = "template_parameters"
    message = _("The values do not fit this template.")


class TemplateParameterEmpty(TemplateRefused):
    code = "template_parameter_empty"
    message = _("A value of this template is empty.")


class TemplateParameterText(TemplateRefused):
    code = "template_parameter_text"
    message = _("A value may hold no line break, no tab and at most four spaces in a row.")


class TemplateTooLong(TemplateRefused):
    code = "template_too_long"
    message = _("The template is too long once filled.")


class TemplateHeader(TemplateRefused):
    code = "template_header"
    message = _("The header of this template needs a file or a place.")


class TemplateButton(TemplateRefused):
    code = "template_button"
    message = _("A button of this template is not filled in.")


class TemplateForm(TemplateRefused):
    """What is written on the form breaks one of Meta's rules; `fields` says which and how."""

    code = "template_form"
    message = _("The template is not right yet.")


class TemplateEditLimit(TemplateRefused):
    """Approved ones: once in 24 hours, ten times in 30 days (facts §8)."""

    code, http_status, retry = "template_edit_limit", 409, Retry.LATER
    message = _("An approved template may be edited once in 24 hours, and ten times in 30 days.")


BY_CODE: dict[str, type[TemplateRefused]] = {one.code: one for one in TemplateRefused.__subclasses__()}
