from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.cost.rates import NOTHING
from conversations.cost.reckon import Difference, Free, State
from conversations.models.channel import Channel
from conversations.models.message import Message
from conversations.models.pricing import CATEGORIES

STATES = [
    (State.WAITING.value, _("No word from Meta yet")),
    (State.ANNOUNCED.value, _("Sent, not delivered yet")),
    (State.SETTLED.value, _("Settled")),
    (State.UNKNOWN.value, _("Not understood")),
    (State.NOTHING.value, _("Not delivered: costs nothing")),
]
FREE = [
    (Free.NO.value, _("Charged")),
    (Free.ALLOWANCE.value, _("Monthly allowance")),
    (Free.ENTRY_POINT.value, _("Ad window")),
    (Free.CUSTOMER_SERVICE.value, _("Free customer service")),
    (Free.NOT_BILLABLE.value, _("Not billable, Meta says")),
]
DIFFERENCES = [
    (Difference.NONE.value, _("As estimated")),
    (Difference.CATEGORY.value, _("Meta charged another category")),
    (Difference.FREE.value, _("Free of charge after all")),
    (Difference.CHARGED.value, _("Charged, though expected free")),
    (Difference.NOT_DELIVERED.value, _("Not delivered")),
    (Difference.RECIPIENTS.value, _("Another number of recipients")),
    (Difference.COPIES.value, _("It reached the customer twice")),
    (Difference.RATE.value, _("Delivered when another price held")),
    (Difference.UNKNOWN.value, _("Meta's pricing is not understood, or the card has no price")),
    (Difference.WAITING.value, _("No word from Meta yet")),
]


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def between(self, first: date, end: date) -> LedgerQuerySet:
        """Of the channel's days from `first` until before `end`."""
        return self.filter(day__gte=first, day__lt=end)


class LedgerEntry(models.Model):
    """What one message costs: estimated when it was queued, actual by what statuses say (C22).

    Amounts are in the rate card's currency. `estimated` and `actual` are Meta's part; the surcharge is the business's own (C20).
    Empty amounts: not known. `day` is the channel's: when it was delivered; until then, when it was to be sent.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="cost", verbose_name=_("message"))
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("channel")
    )
    at = models.DateTimeField(_("at"))  # by the business clock: queued, or scheduled for
    day = models.DateField(_("day"))
    market = models.CharField(_("market"), max_length=40)  # the estimate's, until a group's members are known
    currency = models.CharField(_("currency"), max_length=3)

    estimated_category = models.CharField(_("estimated category"), max_length=32, choices=CATEGORIES)
    estimated_market = models.CharField(_("estimated market"), max_length=40)
    recipients = models.PositiveSmallIntegerField(_("recipients"), default=1)
    estimated_rate = models.DecimalField(
        _("card's price, estimated"), max_digits=10, decimal_places=6, null=True, blank=True
    )
    estimated_free = models.CharField(_("free of charge, estimated"), max_length=24, choices=FREE, blank=True)
    estimated = models.DecimalField(_("estimated"), max_digits=10, decimal_places=6, null=True, blank=True)
    surcharge = models.DecimalField(_("surcharge"), max_digits=10, decimal_places=6, default=NOTHING)

    state = models.CharField(_("state"), max_length=10, choices=STATES, default=State.WAITING.value)
    actual_category = models.CharField(_("actual category"), max_length=32, blank=True)  # Meta's word, whatever it is
    actual_rate = models.DecimalField(_("card's price"), max_digits=10, decimal_places=6, null=True, blank=True)
    actual_free = models.CharField(_("free of charge"), max_length=24, choices=FREE, blank=True)
    actual = models.DecimalField(_("actual"), max_digits=10, decimal_places=6, null=True, blank=True)
    actual_surcharge = models.DecimalField(
        _("actual surcharge"), max_digits=10, decimal_places=6, null=True, blank=True
    )
    delivered_to = models.PositiveSmallIntegerField(_("delivered to"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)  # that reached the customer (D4)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    difference = models.CharField(
        _("difference"), max_length=20, choices=DIFFERENCES, default=Difference.WAITING.value, blank=True
    )

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        indexes = [
            models.Index(fields=["channel", "day"], name="ledger_month"),  # the meter, budgets, the difference report
            models.Index(  # how much of the month's allowance is spoken for, asked for each estimate
                fields=["channel", "day"],
                name="ledger_free",
                condition=models.Q(
                    estimated_free="allowance", state__in=["waiting", "announced", "unknown", "settled"]
                ),
            ),
            models.Index(  # who was delivered first, and has the month's allowance
                fields=["channel", "delivered_at", "id"],
                name="ledger_allowance",
                condition=models.Q(
                    state="settled",
                    actual_category__in=["service", "group_service"],
                    actual_free__in=["", "allowance"],
                ),
            ),
            models.Index(  # what was never delivered within Meta's 30 days
                fields=["at"], name="ledger_open", condition=models.Q(state__in=["waiting", "announced", "unknown"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}"
