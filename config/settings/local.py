"""The embedded default: one machine, SQLite unless told otherwise, simulator on, demo data. Never for production."""

from __future__ import annotations

from importlib.util import find_spec

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS as BASE_APPS

# Where bin/test has installed it, makemigrations keeps max_migration.txt right.
INSTALLED_APPS = [*BASE_APPS, *(["django_linear_migrations"] if find_spec("django_linear_migrations") else [])]

SECRET_KEY = env.SECRET_KEY or "insecure-local-key-written-by-nobody"
FIELD_KEYS = env.FIELD_KEYS or ["bG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtMTI="]
ALLOWED_HOSTS = (
    ["*"] if env.BIND not in {"127.0.0.1", "localhost"} else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
SIMULATOR = True
ALLOW_PRIVATE_ADDRESSES = True
DEMO_TOKEN = env.DEMO_TOKEN or "local-demo-token"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LANGUAGE_CODE = "en"
