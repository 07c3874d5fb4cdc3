"""/api/v1/costs/: the month so far per channel, and budgets (C20)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import clock
from conversations.access.roles import Can
from conversations.api.desk_view import DeskView
from conversations.api.directory_shapes import ChannelRef
from conversations.cost.budgets import month_of
from conversations.models import Budget, Channel
from conversations.queries.costs import Meter, meters

AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 6}


class OwnShape(serializers.Serializer[Any]):
    """In the business's currency; null where no rate of exchange is known."""

    currency = serializers.CharField()
    spent = serializers.DecimalField(**AMOUNT, allow_null=True)
    forecast = serializers.DecimalField(**AMOUNT, allow_null=True)


class MonthShape(serializers.Serializer[Any]):
    channel = ChannelRef()
    month = serializers.CharField(help_text="2026-11, in the channel's zone.")
    currency = serializers.CharField(help_text="The rate card's. Amounts are in it.")
    messages = serializers.IntegerField(help_text="That have left and have not failed.")
    spent = serializers.DecimalField(**AMOUNT, help_text="Actual where it is known, else estimated; with surcharges.")
    surcharges = serializers.DecimalField(**AMOUNT, help_text="Of it.")
    waiting = serializers.DecimalField(**AMOUNT, help_text="Estimated, of messages that have not left.")
    not_priced = serializers.IntegerField(help_text="Messages for which the card has no price.")
    allowance = serializers.IntegerField(help_text="Free service messages a month.")
    allowance_used = serializers.IntegerField()
    forecast = serializers.DecimalField(
        **AMOUNT, allow_null=True, help_text="At the month's end, when it goes on like this. Null on the first day."
    )
    own = OwnShape()


class BudgetShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    channel = serializers.IntegerField(allow_null=True, help_text="Null: all channels together.")
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    currency = serializers.CharField()
    spent = serializers.DecimalField(**AMOUNT, help_text="As of the last minute.")
    is_hard = serializers.BooleanField(help_text="Holds automatic and bulk messages back when it is used up.")


class CostsShape(serializers.Serializer[Any]):
    channels = MonthShape(many=True)
    budgets = BudgetShape(many=True)


class Costs(DeskView, GenericAPIView[Channel]):
    reads = Can.COST_SEE
    serializer_class = CostsShape
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(summary="The month so far: what messages cost, per channel, and budgets")
    def get(self, request: Request) -> Response:
        channels = Channel.objects.defer("access_token", "app_secret", "verify_token").order_by("name", "pk")
        found = {"channels": [month(one) for one in meters(channels)], "budgets": budgets()}
        return Response(self.get_serializer(found).data)


def month(meter: Meter) -> dict[str, Any]:
    spent = meter.spent
    return {
        "channel": meter.channel,
        "month": f"{meter.month:%Y-%m}",
        "currency": meter.currency,
        "messages": spent.messages,
        "spent": spent.total,
        "surcharges": spent.surcharges,
        "waiting": spent.waiting,
        "not_priced": spent.not_priced,
        "allowance": meter.allowance,
        "allowance_used": min(spent.in_allowance, meter.allowance),
        "forecast": meter.forecast,
        "own": {
            "currency": meter.own_currency,
            "spent": meter.in_own(spent.total),
            "forecast": meter.in_own(meter.forecast),
        },
    }


def budgets() -> list[dict[str, Any]]:
    now, found = clock.now(), []
    for row in Budget.objects.active().select_related("channel").prefetch_related("months"):
        this = [one for one in row.months.all() if one.month == month_of(row, now)]
        found.append(
            {
                "id": row.pk,
                "name": row.name,
                "channel": row.channel_id,
                "amount": row.amount,
                "currency": row.currency,
                "spent": this[0].spent if this else 0,
                "is_hard": row.is_hard,
            }
        )
    return found
