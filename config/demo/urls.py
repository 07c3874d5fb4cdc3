"""The desk's demo door, where it meets the simulator (D28). Included only in demo mode (config/urls.py)."""

from __future__ import annotations

from django.urls import path

from config.demo import views

urlpatterns = [
    path("channels/", views.channels),
    path("clock/", views.clock_view),
    path("hours/", views.hours),
    path("log/", views.log),
]
