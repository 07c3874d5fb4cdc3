"""/api/v1/reports/weekly/: weekly reports to list, read, build and download (P12). Analysts yes, Agents no."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations.access.roles import Can
from conversations.actor import Actor
from conversations.models import Channel
from reports.actions import build_week
from reports.exports import files
from reports.models import WeeklyReport


class WeeklyReportSerializer(serializers.ModelSerializer[WeeklyReport]):
    """`figures` is keyed as reports/metrics/catalogue.py: seconds, counts and shares from 0 to 1."""

    channel_name = serializers.CharField(source="channel.name", default=None, read_only=True, allow_null=True)
    is_complete = serializers.BooleanField(read_only=True, help_text="Built after its week was over.")
    figures = serializers.SerializerMethodField()
    xlsx = serializers.SerializerMethodField()
    csv = serializers.SerializerMethodField()

    class Meta:
        model = WeeklyReport
        fields = [
            "id", "channel", "channel_name", "week", "time_zone", "language", "built_at", "is_complete", "digest", "figures", "xlsx", "csv",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_figures(self, report: WeeklyReport) -> dict[str, Any]:
        return dict(report.figures)

    @extend_schema_field(OpenApiTypes.URI)
    def get_xlsx(self, report: WeeklyReport) -> str:
        return reverse("weekly-report-xlsx", args=[report.pk], request=self.context["request"])

    @extend_schema_field(OpenApiTypes.URI)
    def get_csv(self, report: WeeklyReport) -> str:
        return reverse("weekly-report-csv", args=[report.pk], request=self.context["request"])


class BuildSerializer(serializers.Serializer[Any]):
    week = serializers.DateField(help_text="Any day of the week, in the channel's zone.")
    channel = serializers.PrimaryKeyRelatedField(
        queryset=Channel.objects.all(), allow_null=True, default=None, help_text="Empty: over all channels."
    )


@extend_schema_view(
    list=extend_schema(summary="Weekly reports, newest week first"),
    retrieve=extend_schema(summary="One weekly report with its figures"),
)
class WeeklyReportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[WeeklyReport]):
    queryset = WeeklyReport.objects.filter(built_at__isnull=False).select_related("channel")
    serializer_class = WeeklyReportSerializer
    ordering = ("-week", "-id")
    filterset_fields = ["channel", "week"]
    reads = Can.REPORT_SEE
    writes = Can.REPORT_BUILD

    @extend_schema(
        summary="Build the report of a week, or build it again",
        request=BuildSerializer,
        responses={201: WeeklyReportSerializer},
    )
    def create(self, request: Request) -> Response:
        wanted = BuildSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        report = build_week(**wanted.validated_data, by=Actor.person(request.user))
        return Response(self.get_serializer(report).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="The report as a workbook", responses={(200, files.TYPES["xlsx"]): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def xlsx(self, request: Request, pk: str) -> HttpResponse:
        return download(self.get_object(), "xlsx")

    @extend_schema(summary="The report as a table", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def csv(self, request: Request, pk: str) -> HttpResponse:
        return download(self.get_object(), "csv")


def download(report: WeeklyReport, extension: str) -> HttpResponse:
    """The file, to be saved under its name; never kept by caches that others share."""
    response = HttpResponse(files.read(report, extension), content_type=files.TYPES[extension])
    response["Content-Disposition"] = f'attachment; filename="{report.file_name(extension)}"'
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response
