"""/api/v1/templates/: to choose from, and as the customer will see them (C23)."""

from __future__ import annotations

from typing import Any

import django_filters
import django_filters.rest_framework
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.access.visibility import visible_conversations
from conversations.api.desk_view import DeskView
from conversations.api.template_shapes import PreviewBody, PreviewShape, TemplateShape, refusal_of, shown
from conversations.models import Template
from conversations.queries.templates import shown_fault, values_for
from conversations.templates import checks, filling, states


class TemplateFilter(django_filters.rest_framework.FilterSet):
    usable = django_filters.BooleanFilter(method="by_use", label="true: only those that may be sent now.")
    search = django_filters.CharFilter(method="by_words", label="Every word in the name or the text.")

    class Meta:
        model = Template
        fields = ["channel", "language", "category", "status", "name"]

    def by_use(self, rows: QuerySet[Template], name: str, value: bool) -> QuerySet[Template]:
        usable = Template.objects.usable().values("pk")
        return rows.filter(pk__in=usable) if value else rows.exclude(pk__in=usable)

    def by_words(self, rows: QuerySet[Template], name: str, value: str) -> QuerySet[Template]:
        for word in value.split():
            rows = rows.filter(Q(name__icontains=word) | Q(body__icontains=word))
        return rows


@extend_schema_view(
    list=extend_schema(
        summary="Templates of every channel",
        description="`?channel=&usable=true` are those that may be sent now; without it `refusal` says why one may not.",
    ),
    retrieve=extend_schema(summary="One template"),
)
class Templates(DeskView, viewsets.ReadOnlyModelViewSet[Template]):
    reads = Can.CONVERSATION_SEE
    needs = {"preview": Can.CONVERSATION_SEE}
    scope = "read"  # a preview writes nothing
    serializer_class = TemplateShape
    filterset_class = TemplateFilter
    ordering = ("name", "id")
    lookup_value_converter = "int"
    queryset = Template.objects.exclude(status=states.DRAFT).prefetch_related("fills")

    @extend_schema(
        summary="As the customer will see it",
        request=PreviewBody,
        responses={200: PreviewShape},
        description="Changes nothing.",
    )
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: int) -> Response:
        row: Template = self.get_object()
        body = PreviewBody(data=request.data)
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = body.validated_data.get("parameters") or {}
        if (conversation := body.validated_data.get("conversation")) is not None:
            rows = visible_conversations(self.user).select_related("channel", "contact")
            talk = get_object_or_404(rows, pk=conversation)
            given, _asked = values_for(row, conversation=talk, agent=self.user, given=given)
        definition = row.definition
        content = filling.content(definition, name=row.name, language=row.language, values=given)
        values = filling.values_of(definition, content)
        found = shown(definition, filling.show(definition, values), values)
        faults = [shown_fault(fault) for fault in checks.faults(definition, content)]
        return Response(PreviewShape({**found, "faults": faults, "refusal": refusal_of(row)}).data)
