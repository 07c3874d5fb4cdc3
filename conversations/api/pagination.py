"""Cursor pagination: `{"results": […], "next": URL or null}`, `page_size` up to 200."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class DeskCursorPagination(CursorPagination):
    """Ordered as the view's `ordering` says, or as one of its `ordering_fields` that the caller chose."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-id"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        own = getattr(view, "ordering", None)
        default = (own,) if isinstance(own, str) else tuple(own or (self.ordering,))
        asked = request.query_params.get("ordering", "")
        if asked.lstrip("-") in getattr(view, "ordering_fields", ()):
            sign = "-" if asked.startswith("-") else ""
            return (asked, f"{sign}id")
        return default

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        fields = getattr(view, "ordering_fields", ())
        if fields:
            choices = [sign + name for name in fields for sign in ("", "-")]
            parameters.append(
                {
                    "name": "ordering",
                    "required": False,
                    "in": "query",
                    "description": "Sort by this; a minus sign turns the order round.",
                    "schema": {"type": "string", "enum": choices},
                }
            )
        return parameters

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": link, "previous": link},
        }
