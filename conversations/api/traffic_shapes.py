"""How a channel's traffic looks in the API (C24, C30)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.outbox.caps.words import sentence
from conversations.queries.traffic import Held, Traffic


class PaceShape(serializers.Serializer[Any]):
    rate = serializers.FloatField(help_text="Messages a second that may go now.")
    share = serializers.FloatField(help_text="Of the pace it is set to, 0 to 1; less than 1 after WhatsApp refused.")
    inbound = serializers.FloatField(
        help_text="Customers' messages in the last second: WhatsApp counts in and out together."
    )
    paused_until = serializers.DateTimeField(allow_null=True)


class HeldShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.SerializerMethodField(help_text="Why, in words.")
    count = serializers.IntegerField()
    next_at = serializers.DateTimeField(help_text="When the first of them goes.")

    def get_message(self, row: Held) -> str:
        return sentence(row.code)


class TrafficShape(serializers.Serializer[Any]):
    pace = PaceShape()
    why_slow = serializers.CharField(help_text='Why it is slower than set, in words with the code; "" when it is not.')
    sent = serializers.IntegerField(help_text="Messages of this day, in the channel's time zone.")
    expected = serializers.IntegerField(help_text="By the end of the day, as forecast.")
    cap = serializers.IntegerField(allow_null=True)
    is_batching = serializers.SerializerMethodField(help_text="Campaigns go in batches, because a limit is close.")
    batching_since = serializers.DateTimeField(allow_null=True)
    reached = serializers.IntegerField(help_text="Customers of the portfolio begun with in the last 24 hours.")
    reach_limit = serializers.IntegerField(allow_null=True)
    held = HeldShape(many=True)

    @extend_schema_field({"type": "boolean"})
    def get_is_batching(self, seen: Traffic) -> bool:
        return seen.batching_since is not None
