"""WSGI entry, for servers that speak nothing newer. It has the Django door only: the webhook door needs ASGI (config/asgi.py)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

application = get_wsgi_application()

from config.refusal import refuse_if_unsafe  # noqa: E402  settings are ready only now

refuse_if_unsafe()
