"""Where a copy of the desk lives, its keys, and when its database need not be prepared again."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from machine import Trouble
from machine.desk import Desk
from machine.servers import LONGEST_SOCKET_PATH, free_port, is_free, socket_folder


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("PORT", "SIMULATOR_PORT", "BIND", "DATABASE_URL", "REDIS_URL", "SPORTELLO_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SPORTELLO_FIELD_KEYS", "SPORTELLO_DEMO_TOKEN", "SPORTELLO_DEMO_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SPORTELLO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PORT", str(_two_free_ports()))
    desk = Desk.of_environment()
    desk.home.mkdir()
    return desk


def _two_free_ports() -> int:
    """The first of two in a row: the simulator is next door, and there somebody may live."""
    return next(port for _try in range(100) if is_free("127.0.0.1", (port := free_port()) + 1))


def migrate(desk: Desk, applied: str) -> None:
    with closing(sqlite3.connect(desk.home / "db.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS django_migrations (applied TEXT)")
        connection.execute("INSERT INTO django_migrations VALUES (?)", (applied,))


def test_the_simulator_is_next_door(desk: Desk) -> None:
    assert desk.simulator_port == desk.port + 1
    assert desk.simulator_url == f"http://127.0.0.1:{desk.port + 1}"


@pytest.mark.parametrize("port", ["0", "web", "65536", "-1"])
def test_a_port_is_a_number(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Trouble, match="PORT is to be a number between 1 and 65535"):
        Desk.of_environment()


def test_keys_are_made_once_and_readable_by_us_only(desk: Desk) -> None:
    first = desk.environment("unix:///tmp/first.sock")
    second = replace(desk, port=4321).environment("unix:///tmp/second.sock")
    for name in ("SPORTELLO_SECRET_KEY", "SPORTELLO_FIELD_KEYS", "SPORTELLO_DEMO_TOKEN"):
        assert first[name] == second[name]
    assert Fernet(first["SPORTELLO_FIELD_KEYS"])
    written = (desk.home / "local.env").read_text()
    assert "PORT=4321\n" in written
    assert "REDIS_URL=unix:///tmp/second.sock\n" in written
    assert (desk.home / "local.env").stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_given_wins(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPORTELLO_SECRET_KEY", "given")
    assert desk.environment("")["SPORTELLO_SECRET_KEY"] == "given"


def test_one_copy_on_a_folder(desk: Desk) -> None:
    with desk.alone(), pytest.raises(Trouble, match="Another copy of Sportello runs"), desk.alone():
        pass
    with desk.alone():
        pass


def test_a_taken_port_is_said(desk: Desk) -> None:
    desk.check_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", desk.simulator_port))
        other.listen()
        with pytest.raises(Trouble, match=f"SIMULATOR_PORT {desk.simulator_port} on 127.0.0.1 is taken"):
            desk.check_ports()


def test_prepared_until_the_database_or_the_password_is_another(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not desk.is_prepared()
    migrate(desk, "2026-11-01 10:00")
    desk.note_prepared()
    assert desk.is_prepared()
    monkeypatch.setenv("SPORTELLO_DEMO_PASSWORD", "another")
    assert not desk.is_prepared()
    monkeypatch.delenv("SPORTELLO_DEMO_PASSWORD")
    (desk.home / "db.sqlite3").unlink()
    assert not desk.is_prepared()
    migrate(desk, "2026-11-02 10:00")
    assert not desk.is_prepared()


def test_a_socket_fits_whatever_the_folders_are_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    folder = socket_folder(str(tmp_path / ("h" * 200)))
    try:
        assert len(str(folder / "redis.sock")) <= LONGEST_SOCKET_PATH
        assert folder.stat().st_mode & 0o077 == 0
    finally:
        folder.rmdir()
