"""The only reader of the environment.

Every variable of a deployment is a constant here, so that one page shows them all; docs/reference/environment.md explains each, and a test
compares the two lists. What a business decides is never here: that is data in Django admin.
"""

from __future__ import annotations

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent

_env = environ.Env()


SWITCH = {
    "on": True,
    "true": True,
    "yes": True,
    "1": True,
    "off": False,
    "false": False,
    "no": False,
    "0": False,
    "": False,
}


def _switch(name: str, *, default: bool) -> bool:
    """On or off, and nothing else: a slip of the finger must not quietly mean off."""
    given = _env.str(name, default="on" if default else "off").strip().lower()
    if given not in SWITCH:
        raise ImproperlyConfigured(f"{name} is “{given}”: write on or off.")
    return SWITCH[given]


def _one_of(name: str, *allowed: str) -> str:
    """One of these words; the first when nothing is given."""
    given: str = _env.str(name, default=allowed[0])
    if given not in allowed:
        raise ImproperlyConfigured(f"{name} is “{given}”: write {' or '.join(allowed)}.")
    return given


def _data_folder() -> Path:
    folder = Path(_env.str("SPORTELLO_HOME", default=str(ROOT / "var"))).expanduser()
    return folder if folder.is_absolute() else ROOT / folder


HOME = _data_folder()
# bin/start leaves the embedded mode's generated secrets and current ports here, so that manage.py talks to the running desk.
# A variable that is really set wins.
environ.Env.read_env(HOME / "local.env", overwrite=False)

PORT = _env.int("PORT", default=8000)
BIND = _env.str("BIND", default="127.0.0.1")
SIMULATOR_PORT = _env.int("SIMULATOR_PORT", default=PORT + 1)
PUBLIC_URL = _env.str("SPORTELLO_PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
SIMULATOR_URL = _env.str("SPORTELLO_SIMULATOR_URL", default=f"http://127.0.0.1:{SIMULATOR_PORT}").rstrip("/")

DATABASE_URL = _env.str("DATABASE_URL", default=f"sqlite:///{HOME / 'db.sqlite3'}")
DATABASE_POOL = _switch("SPORTELLO_DATABASE_POOL", default=True)
REDIS_URL = _env.str("REDIS_URL", default="")
MEDIA_ROOT = Path(_env.str("SPORTELLO_MEDIA_ROOT", default=str(HOME / "media")))

SECRET_KEY = _env.str("SPORTELLO_SECRET_KEY", default="")
FIELD_KEYS: list[str] = _env.list("SPORTELLO_FIELD_KEYS", default=[])
ALLOWED_HOSTS: list[str] = _env.list("SPORTELLO_ALLOWED_HOSTS", default=[])
ROLE = _env.str("SPORTELLO_ROLE", default="all")
LOG_FORMAT = _one_of("SPORTELLO_LOG_FORMAT", "json", "plain")
LOG_LEVEL = _env.str("SPORTELLO_LOG_LEVEL", default="INFO")
METRICS_TOKEN = _env.str("SPORTELLO_METRICS_TOKEN", default="")
ALLOW_PRIVATE_ADDRESSES = _switch("SPORTELLO_ALLOW_PRIVATE_ADDRESSES", default=False)

SIMULATOR = _switch("SPORTELLO_SIMULATOR", default=False)
DEMO_TOKEN = _env.str("SPORTELLO_DEMO_TOKEN", default="")
DEMO_PASSWORD = _env.str("SPORTELLO_DEMO_PASSWORD", default="sportello")
CONTRACTS = _env.str("SPORTELLO_CONTRACTS", default="")
