from __future__ import annotations

from django.urls import path

from conversations.api.media import Media

urlpatterns = [path("<int:pk>/", Media.as_view(), name="media")]
