from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    """One thing of a catalogue at Meta, mirrored so that agents can pick it (C34). Machine time."""

    catalog_id = models.CharField(_("catalogue"), max_length=40)
    retailer_id = models.CharField(_("article"), max_length=100)
    name = models.CharField(_("name"), max_length=300)
    description = models.CharField(_("description"), max_length=500, blank=True)
    price = models.CharField(_("price"), max_length=40, blank=True)  # as Meta says it, with its currency
    is_available = models.BooleanField(_("in stock"), default=True)
    image_url = models.URLField(_("picture"), max_length=1000, blank=True)
    synced_at = models.DateTimeField(_("synced"))

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["catalog_id", "retailer_id"], name="product_once")]

    def __str__(self) -> str:
        return self.name
