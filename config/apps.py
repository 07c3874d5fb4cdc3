from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigApp(AppConfig):
    name = "config"
    verbose_name = _("set-up")

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415  registers the system checks
