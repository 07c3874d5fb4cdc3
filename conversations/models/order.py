from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.contact import Contact


class Order(models.Model):
    """A customer's purchase as we know it (D1): written by crm_sync, import or API, read by all."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="orders", verbose_name=_("contact"))
    number = models.CharField(_("number"), max_length=64, unique=True)
    status = models.CharField(_("status"), max_length=40, blank=True)
    tracking = models.CharField(_("tracking"), max_length=120, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    is_paid = models.BooleanField(_("paid"), default=False)
    placed_at = models.DateTimeField(_("placed"))

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [models.Index(fields=["contact", "-placed_at"], name="order_latest")]  # "where is my parcel?"

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order"))
    sku = models.CharField(_("SKU"), max_length=64)
    name = models.CharField(_("name"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2, default=1)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
