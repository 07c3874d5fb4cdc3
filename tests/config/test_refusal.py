"""Production refuses to start with what is unsafe; switches accept on and off only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SPORTELLO_SECRET_KEY": "x9" * 25,
    "SPORTELLO_FIELD_KEYS": Fernet.generate_key().decode(),
    "SPORTELLO_ALLOWED_HOSTS": "desk.example",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def start(home: Path, what: str, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SPORTELLO_", "DATABASE_", "REDIS_"))
    }
    environment = {**kept, **SAFE, "SPORTELLO_HOME": str(home), **changes}
    return subprocess.run(
        [sys.executable, "-c", what], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_safe_deployment_starts(tmp_path: Path) -> None:
    done = start(tmp_path, "import config.asgi")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SPORTELLO_SIMULATOR": "on"}, "E011"),
        ({"SPORTELLO_SECRET_KEY": "insecure-local-key-written-by-nobody"}, "E001"),
        ({"SPORTELLO_FIELD_KEYS": "bG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtMTI="}, "E004"),
        ({"SPORTELLO_ALLOWED_HOSTS": ""}, "E012"),
        ({"REDIS_URL": ""}, "E014"),
    ],
)
def test_what_is_unsafe_does_not_start(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    done = start(tmp_path, "import config.asgi", **changes)
    assert done.returncode == 1
    assert f"sportello.{code}" in done.stderr


def test_workers_refuse_as_well(tmp_path: Path) -> None:
    what = "import config.celery as c; c.app.loader.import_default_modules(); c.refuse()"
    done = start(tmp_path, what, SPORTELLO_SIMULATOR="on")
    assert done.returncode == 1
    assert "sportello.E011" in done.stderr


def test_a_slip_of_the_finger_is_said(tmp_path: Path) -> None:
    done = start(tmp_path, "import config.asgi", SPORTELLO_SIMULATOR="ture")
    assert done.returncode != 0
    assert "SPORTELLO_SIMULATOR is “ture”: write on or off." in done.stderr
