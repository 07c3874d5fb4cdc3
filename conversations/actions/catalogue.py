"""The catalogue of a number: which one it is, and its products, mirrored from Meta (C34)."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations import clock
from conversations.errors import Invalid, MetaAway, MetaRefused
from conversations.models import Channel, Product
from conversations.reach import access_to
from conversations.whatsapp.commerce import Commerce
from conversations.whatsapp.errors import describe
from conversations.whatsapp.transport import ApiError, NotSent, Unanswered

logger = logging.getLogger("sportello.catalogue")


def connect(*, channel: Channel) -> int:
    """Take the catalogue that is connected to the account at Meta, and its products. Returns how many.

    Raises Invalid when there is none or several to choose from, MetaRefused, MetaAway.
    """
    try:
        found = [str(one.get("id") or "") for one in Commerce(access_to(channel)).catalogues()]
        if channel.catalog_id not in found:
            if not found:
                raise Invalid(_("No catalogue is connected to this account. Connect one in Meta's Commerce Manager."))
            if len(found) > 1:
                raise Invalid(
                    _("Several are connected: enter one of %(ids)s on the channel.") % {"ids": ", ".join(found)}
                )
            channel.catalog_id = found[0][:40]
            channel.save(update_fields=["catalog_id"])
        return sync(channel)
    except ApiError as problem:
        raise MetaRefused(describe(problem.error.label, problem.error.details), error=problem.error.code) from problem
    except (NotSent, Unanswered) as problem:
        raise MetaAway from problem


def sync(channel: Channel) -> int:
    """Mirror the products; those that are gone there go here. Raises ApiError, NotSent, Unanswered."""
    told = Commerce(access_to(channel)).products(channel.catalog_id)
    now = clock.machine_now()
    rows = {row.retailer_id: row for row in (_product(channel.catalog_id, one, now) for one in told) if row.retailer_id}
    with transaction.atomic():
        Product.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["catalog_id", "retailer_id"],
            update_fields=["name", "description", "price", "is_available", "image_url", "synced_at"],
            batch_size=200,
        )
        Product.objects.filter(catalog_id=channel.catalog_id, synced_at__lt=now).delete()
    return len(rows)


def sync_all() -> int:
    """Each catalogue once, whichever number it belongs to; one that cannot be read keeps what is known. Returns how many products."""
    done, count = set(), 0
    for channel in Channel.objects.sending().exclude(catalog_id="").exclude(access_token="").select_related("health"):
        if channel.catalog_id in done:
            continue
        done.add(channel.catalog_id)
        try:
            count += sync(channel)
        except (ApiError, NotSent, Unanswered) as problem:
            logger.warning("catalogue.unread", extra={"channel": channel.pk, "problem": str(problem)[:200]})
    return count


def _product(catalog_id: str, told: dict[str, Any], now: Any) -> Product:
    return Product(
        catalog_id=catalog_id,
        retailer_id=str(told.get("retailer_id") or "")[:100],
        name=str(told.get("name") or told.get("retailer_id") or "")[:300],
        description=str(told.get("description") or "")[:500],
        price=str(told.get("price") or "")[:40],
        is_available=told.get("availability") != "out of stock",
        image_url=str(told.get("image_url") or "")[:1000],
        synced_at=now,
    )
