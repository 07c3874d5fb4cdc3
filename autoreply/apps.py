from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutoreplyApp(AppConfig):
    name = "autoreply"
    verbose_name = _("Automatic replies")
