"""/api/v1/products/: what a number's catalogue holds, for the picker (C34)."""

from __future__ import annotations

import django_filters
import django_filters.rest_framework
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets

from conversations.access.roles import Can
from conversations.api.desk_view import DeskView
from conversations.models import Channel, Product


class ProductShape(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ["id", "retailer_id", "name", "description", "price", "is_available", "image_url"]
        read_only_fields = fields


class ProductFilter(django_filters.rest_framework.FilterSet):
    channel = django_filters.NumberFilter(method="of_channel", label="Of this channel's catalogue.")
    search = django_filters.CharFilter(method="by_words", label="Every word in name, description or article.")
    is_available = django_filters.BooleanFilter()

    class Meta:
        model = Product
        fields: list[str] = []

    def of_channel(self, rows: QuerySet[Product], _name: str, value: float) -> QuerySet[Product]:
        chosen = Channel.objects.filter(pk=int(value)).exclude(catalog_id="").values("catalog_id")
        return rows.filter(catalog_id__in=chosen)

    def by_words(self, rows: QuerySet[Product], _name: str, value: str) -> QuerySet[Product]:
        for word in value.split()[:8]:
            rows = rows.filter(Q(name__icontains=word) | Q(description__icontains=word) | Q(retailer_id__iexact=word))
        return rows


@extend_schema_view(list=extend_schema(summary="Products of the catalogues"))
class Products(DeskView, mixins.ListModelMixin, viewsets.GenericViewSet[Product]):
    reads = Can.MESSAGE_READ
    serializer_class = ProductShape
    filterset_class = ProductFilter
    ordering = ("name", "id")
    queryset = Product.objects.all()
