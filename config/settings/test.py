"""Settings of the test suite: real database, real Redis when REDIS_URL is given, fast password hashes, no simulator unless a test asks."""

from __future__ import annotations

from config import env
from config.database import database
from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS as BASE_APPS

INSTALLED_APPS = [*BASE_APPS, "django_linear_migrations"]
SECRET_KEY = "test-key-of-no-deployment"  # noqa: S105
FIELD_KEYS = ["dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtMTI="]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = env.HOME / "test-media"  # two checkouts may be tested at once
SIMULATOR = True
DEMO_TOKEN = "test-demo-token"  # noqa: S105
ALLOW_PRIVATE_ADDRESSES = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "memory://"
DATABASES = {"default": database(env.DATABASE_URL, pool=False)}
# On SQLite the test database is a file: the webhook door's own connection must see it (D32).
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(env.HOME / "test.sqlite3")}

# Tests run the workers themselves, in order: nobody is rung.
WAKE = "tests.makers.nobody"
