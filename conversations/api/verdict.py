"""/api/v1/conversations/{id}/verdict/: may I write, what will it cost, and what to do if not (C22)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import verdict as verdicts
from conversations.access.roles import Can
from conversations.api.conversation_shapes import WindowShape, shown_windows
from conversations.api.messages import ConversationPart
from conversations.cost.reckon import Estimate, Free
from conversations.models import Conversation, Template
from conversations.templates import states
from conversations.templates.refusals import TemplateUnknown


class VerdictQuery(serializers.Serializer[Any]):
    type = serializers.CharField(
        required=False, default="text", max_length=24, help_text="text, image, template, interactive, …"
    )
    template = serializers.IntegerField(required=False, help_text="Id of the template that would be sent.")
    at = serializers.DateTimeField(required=False, help_text="Another time than now, if nobody writes until then.")


class PriceShape(serializers.Serializer[Any]):
    """What the rate card says it costs, in `currency`; null where it has no line."""

    price = serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True, help_text="Meta's part.")
    surcharge = serializers.DecimalField(
        max_digits=12, decimal_places=6, help_text="The business's own, after its pricing window."
    )
    currency = serializers.CharField()
    category = serializers.CharField()
    market = serializers.CharField()
    free = serializers.ChoiceField(choices=[one.value for one in Free], help_text="Why Meta's part is nothing.")


class OfferedShape(PriceShape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    language = serializers.CharField()


class VerdictShape(PriceShape):
    allowed = serializers.ChoiceField(
        choices=[verdicts.FREE_FORM, verdicts.TEMPLATE, verdicts.BLOCKED],
        help_text="free_form: anything. template: nothing but one. blocked: by what `code` says.",
    )
    goes = serializers.ChoiceField(
        choices=[verdicts.NOW, verdicts.LATER, verdicts.NO],
        help_text="later: it is taken and waits, until `until` where that is known. no: it is refused with `code`.",
    )
    code = serializers.CharField(help_text='"" when it goes now.')
    message = serializers.CharField()
    hint = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)
    window = WindowShape()
    templates = OfferedShape(many=True, help_text="What may be sent when the service window is closed.")


def shown(found: verdicts.Verdict) -> dict[str, Any]:
    return {
        "allowed": found.allowed,
        "goes": found.goes,
        "code": found.code,
        "message": found.sentence,
        "hint": found.hint,
        "until": found.until,
        "price": found.price,
        "surcharge": found.surcharge,
        "currency": found.currency,
        "category": found.category,
        "market": found.market,
        "free": found.free,
        "window": shown_windows(found.windows),
        "templates": [_offered(one) for one in found.templates],
    }


def _offered(one: verdicts.Priced) -> dict[str, Any]:
    row, cost = one.template, one.estimate or Estimate(one.template.category.lower(), "", "", None)
    return {
        "id": row.pk,
        "name": row.name,
        "language": row.language,
        "price": cost.price,
        "surcharge": cost.surcharge,
        "currency": cost.currency,
        "category": cost.category,
        "market": cost.market,
        "free": str(cost.free),
    }


class Verdicts(ConversationPart, viewsets.ViewSet):
    reads = Can.CONVERSATION_SEE

    @extend_schema(
        summary="May I write, and what will it cost",
        description="The same answer that sending gives, before it is asked to.",
        parameters=[VerdictQuery],
        responses=VerdictShape,
    )
    def retrieve(self, request: Request, conversation: int) -> Response:
        row = self.conversation()
        asked = VerdictQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        template = self._template(row, given["template"]) if "template" in given else None
        found = verdicts.verdict(
            row,
            type_="template" if template is not None else given["type"],
            template=template,
            by=self.user,
            at=given.get("at"),
        )
        return Response(VerdictShape(shown(found)).data)

    def _template(self, row: Conversation, pk: int) -> Template:
        found = Template.objects.filter(pk=pk, channel=row.channel_id).exclude(status=states.DRAFT).first()
        if found is None:
            raise TemplateUnknown
        return found
