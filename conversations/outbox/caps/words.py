"""Why a message is held back, in words (C24). Codes are stable: they are `hold_code` of a message."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class Cap(StrEnum):
    """What may hold a message back, or refuse it."""

    OPTED_OUT = "opted_out"
    INITIATED = "initiated_cap"
    NEW_CUSTOMER = "new_customer_cap"
    PORTFOLIO = "messaging_limit"
    DAILY = "daily_cap"
    BATCH = "batch"
    BUDGET = "budget"
    TEMPLATE_PAUSED = "template_paused"


SENTENCES: dict[str, str] = {
    Cap.OPTED_OUT: gettext_noop("The customer does not want marketing messages."),
    Cap.INITIATED: gettext_noop(
        "We have written to this customer first within the last 24 hours, and they have not opted in."
    ),
    Cap.NEW_CUSTOMER: gettext_noop("To a new customer, only a few messages a minute go out."),
    Cap.PORTFOLIO: gettext_noop(
        "WhatsApp's limit of customers to write to within 24 hours is reached for this business."
    ),
    Cap.DAILY: gettext_noop("This number has sent what it may send in a day."),
    Cap.BUDGET: gettext_noop("This month's budget for messages is used up."),
    Cap.TEMPLATE_PAUSED: gettext_noop("WhatsApp has paused its template. It goes when the pause is over."),
    Cap.BATCH: gettext_noop("Campaigns go in batches, because this number comes close to a limit today."),
}
# The business's own caps on its own pace: a person may let one message pass. Not what protects the customer, nor Meta's limit.
RELEASABLE = frozenset({Cap.NEW_CUSTOMER, Cap.DAILY, Cap.BATCH, Cap.BUDGET})


def sentence(code: str) -> str:
    """In the active language; "" for none."""
    words = SENTENCES.get(code)
    return _(words) if words else code
