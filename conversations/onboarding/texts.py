"""What ships of the checklist's texts; staff may say each of them better (C2). Times: Meta's pages and C2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from conversations.models.setup import StepKey


@dataclass(frozen=True, slots=True)
class Text:
    usually: Any
    trouble: Any
    advice: Any


TEXTS: dict[str, Text] = {
    StepKey.DOCUMENTS: Text(
        _("10–30 minutes"),
        _("The scan is blurred, cut off, or the name on it differs from the one given to Meta."),
        _("Upload the business licence as JPG or PDF, under 5 MB, and write the name exactly as it stands there."),
    ),
    StepKey.REVIEW: Text(
        _("Application 2 minutes; review 2 hours to 3 days, at weekends 12–24 hours; access to the API 3–15 days"),
        _("Reviews sent at weekends wait. Another address or name than on the licence is refused."),
        _(
            "Apply in Meta's Business Manager, best on a working day between 9:00 and 11:00, and note here when it was sent and decided."
        ),
    ),
    StepKey.ACCESS: Text(
        _("At once"),
        _("The token belongs to another app, has expired, or lacks whatsapp_business_messaging and _management."),
        _("Enter phone number id, account id, and the permanent token of a system user; then check."),
    ),
    StepKey.NUMBER: Text(
        _("10–30 seconds for the code"),
        _("The number is still in use in a WhatsApp app on a phone: delete that account first. Too many codes: wait."),
        _("Ask for a code by SMS or voice, and enter it within ten minutes."),
    ),
    StepKey.PIN: Text(
        _("At once"),
        _("A number that had a PIN before wants that one. More than ten tries in 72 hours lock it for as long."),
        _("Choose six digits and keep them safe: moving the number needs them."),
    ),
    StepKey.WEBHOOK: Text(
        _("At once"),
        _("Meta must reach this desk from the internet, with a valid certificate; the verify token must fit."),
        _("One click: Meta asks the desk's address for its challenge, and then sends messages there."),
    ),
    StepKey.PROFILE: Text(
        _("5 minutes; a new name is reviewed for up to 3 days"),
        _("A logo smaller than 256 × 256, or a name that does not fit the business, is refused."),
        _("Fill in every field: customers see them, and the badge wants them all."),
    ),
    StepKey.MESSAGE: Text(
        _("At once"),
        _("Nothing arrives: check the step before, and that the app is live."),
        _("Write to the number from any phone, then send a test answer back."),
    ),
    StepKey.TEMPLATES: Text(
        _("Seconds; a new template is reviewed within 24 hours"),
        _("None approved yet: outside the 24 hours nothing can be sent."),
        _("Fetch the list; submit at least one template for customers who wrote long ago."),
    ),
    StepKey.REPLIES: Text(
        _("10 minutes"),
        _("Customers who write at night hear nothing."),
        _("Switch on a welcome and an after-hours reply for this number within 48 hours."),
    ),
    StepKey.ACTIVE: Text(
        _("At once"),
        _("While a number is being set up, answers wait and are not sent."),
        _("Put the number into service when all is green."),
    ),
}
