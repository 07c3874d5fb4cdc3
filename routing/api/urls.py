"""Included under /api/v1/ (D19)."""

from __future__ import annotations

from django.urls import URLPattern, path

from routing.api.assign import Assign

urlpatterns: list[URLPattern] = [path("conversations/<int:pk>/assign/", Assign.as_view(), name="assign")]
