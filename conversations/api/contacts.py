"""/api/v1/contacts/: customers one has a visible conversation with (law 7)."""

from __future__ import annotations

from typing import Any

import django_filters
import django_filters.rest_framework
from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.access.visibility import visible_contacts
from conversations.actions.contacts import change_contact
from conversations.api.conversation_shapes import IdentityShape
from conversations.api.desk_view import DeskView
from conversations.api.directory_shapes import TagShape
from conversations.models import Contact, Identity, Tag, Tier
from conversations.queries.search import words_of


class ContactShape(serializers.ModelSerializer[Contact]):
    shown_name = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)  # empty when there is none, which is no e-mail address
    identities = IdentityShape(many=True, read_only=True)
    tags = TagShape(many=True, read_only=True)

    class Meta:
        model = Contact
        fields = [
            "id",
            "shown_name",
            "name",
            "profile_name",
            "username",
            "language",
            "country",
            "email",
            "tier",
            "owner",
            "tags",
            "fields",
            "identities",
            "is_blocked",
            "is_unreachable",
            "first_seen_at",
            "last_seen_at",
        ]
        read_only_fields = fields


class ContactBody(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = ["name", "language", "email"]


class ContactFilter(django_filters.rest_framework.FilterSet):
    tag = django_filters.ModelMultipleChoiceFilter(queryset=Tag.objects.all(), method="by_tag")
    tier = django_filters.ChoiceFilter(choices=[choice for choice in Tier.choices if choice[0]])
    search = django_filters.CharFilter(
        method="by_words", label="Every word in the names, the e-mail address or an identity."
    )

    class Meta:
        model = Contact
        fields: list[str] = []

    def by_tag(self, rows: QuerySet[Contact], name: str, value: Any) -> QuerySet[Contact]:
        for tag in value:
            rows = rows.filter(pk__in=Contact.tags.through.objects.filter(tag=tag).values("contact"))
        return rows

    def by_words(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        for word in words_of(value):
            known = Identity.objects.filter(value__icontains=word.lstrip("+")).values("contact")
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(profile_name__icontains=word)
                | Q(book_name__icontains=word)
                | Q(username__icontains=word.lstrip("@"))
                | Q(email__icontains=word)
                | Q(pk__in=known)
            )
        return rows


@extend_schema_view(
    list=extend_schema(summary="Customers, the last seen first"), retrieve=extend_schema(summary="One customer")
)
class Contacts(DeskView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Contact]):
    reads = Can.CONTACT_SEE
    writes = Can.CONTACT_CHANGE
    serializer_class = ContactShape
    filterset_class = ContactFilter
    ordering = ("-last_seen_at", "-id")
    lookup_value_converter = "int"
    queryset = Contact.objects.none()

    def get_queryset(self) -> QuerySet[Contact]:
        if self.describing:
            return self.queryset
        current = Prefetch("identities", queryset=Identity.objects.current().order_by("pk"))
        return visible_contacts(self.user).prefetch_related("tags", current)

    @extend_schema(summary="Correct name, language or e-mail address", request=ContactBody, responses=ContactShape)
    def partial_update(self, request: Request, pk: int) -> Response:
        contact: Contact = self.get_object()
        body = ContactBody(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        change_contact(contact=contact, by=self.actor, changes=body.validated_data)
        return Response(self.get_serializer(self.get_object()).data)
