"""Every address of the desk but the webhook door, which is ahead of Django (config/asgi.py). Each floor serves its part (D19)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import health, landing

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    path("api/v1/", include("conversations.api.urls")),
    path("api/v1/", include("routing.api.urls")),
    path("api/v1/", include("reports.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", login_required(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
    path("media/", include("conversations.api.media_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}design/mark.svg")),
    path("login/", landing.login, name="login"),
    path("logout/", landing.logout, name="logout"),
    path("", landing.landing, name="landing"),
]

handler404 = "config.failures.not_found"
handler500 = "config.failures.server_error"

if settings.SIMULATOR:
    urlpatterns.append(path("demo/", include("config.demo.urls")))
