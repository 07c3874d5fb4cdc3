"""Departments, agents, channels (no secrets) and tags: what every other screen refers to."""

from __future__ import annotations

import django_filters
import django_filters.rest_framework
from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import clock
from conversations.access.roles import Can
from conversations.api.desk_view import DeskView
from conversations.api.directory_shapes import AgentShape, ChannelShape, DepartmentShape, TagShape
from conversations.api.traffic_shapes import TrafficShape
from conversations.models import Channel, Department, DepartmentMember, Presence, Tag
from conversations.queries.people import agents
from conversations.queries.traffic import traffic


@extend_schema_view(
    list=extend_schema(summary="Departments with their members"), retrieve=extend_schema(summary="One department")
)
class Departments(DeskView, viewsets.ReadOnlyModelViewSet[Department]):
    reads = Can.DIRECTORY_SEE
    serializer_class = DepartmentShape
    ordering = ("name", "id")
    lookup_value_converter = "int"
    queryset = Department.objects.prefetch_related(
        Prefetch(
            "memberships",
            queryset=DepartmentMember.objects.filter(user__is_active=True)
            .select_related("user")
            .order_by("user__username"),
        )
    )


class AgentFilter(django_filters.rest_framework.FilterSet):
    department = django_filters.ModelMultipleChoiceFilter(queryset=Department.objects.all(), method="by_department")
    online = django_filters.BooleanFilter(method="by_online")

    class Meta:
        model = User
        fields: list[str] = []

    def by_department(self, rows: QuerySet[User], name: str, value: list[Department]) -> QuerySet[User]:
        members = DepartmentMember.objects.filter(department__in=value).values("user")
        return rows.filter(pk__in=members) if value else rows

    def by_online(self, rows: QuerySet[User], name: str, value: bool) -> QuerySet[User]:
        there = Presence.objects.online(clock.machine_now()).values("user")
        return rows.filter(pk__in=there) if value else rows.exclude(pk__in=there)


@extend_schema_view(
    list=extend_schema(summary="Those who answer, with presence and load"), retrieve=extend_schema(summary="One agent")
)
class Agents(DeskView, viewsets.ReadOnlyModelViewSet[User]):
    reads = Can.DIRECTORY_SEE
    serializer_class = AgentShape
    filterset_class = AgentFilter
    ordering = ("username",)
    lookup_value_converter = "int"
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        return self.queryset if self.describing else agents()


@extend_schema_view(
    list=extend_schema(summary="Channels, without their secrets"), retrieve=extend_schema(summary="One channel")
)
class Channels(DeskView, viewsets.ReadOnlyModelViewSet[Channel]):
    reads = Can.DIRECTORY_SEE
    serializer_class = ChannelShape
    ordering = ("name", "id")
    lookup_value_converter = "int"
    queryset = Channel.objects.select_related("default_department").defer("access_token", "app_secret", "verify_token")

    @extend_schema(summary="How a channel sends at this moment: pace, day, what it holds back", responses=TrafficShape)
    @action(detail=True)
    def traffic(self, request: Request, pk: int) -> Response:
        return Response(TrafficShape(traffic(self.get_object())).data)


@extend_schema_view(list=extend_schema(summary="Tags"), retrieve=extend_schema(summary="One tag"))
class Tags(DeskView, viewsets.ReadOnlyModelViewSet[Tag]):
    reads = Can.DIRECTORY_SEE
    serializer_class = TagShape
    ordering = ("name", "id")
    lookup_value_converter = "int"
    queryset = Tag.objects.all()
