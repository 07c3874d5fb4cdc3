from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingApp(AppConfig):
    name = "routing"
    verbose_name = _("Routing")
