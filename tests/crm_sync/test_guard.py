from __future__ import annotations

import socket
from typing import Any

import pytest

from conversations.outgoing import guard


@pytest.fixture(autouse=True)
def strict(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1", "fe80::1%eth0", "fd00::1",
        "::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "nonsense",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address: str) -> None:
    assert not guard.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_ones_are(address: str) -> None:
    assert guard.is_public(address)


def test_one_private_address_behind_a_name_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "93.184.216.34", "10.0.0.8")
    with pytest.raises(guard.AddressRefused):
        guard.check_address("https://crm.example.com/hook")


def test_a_public_https_address_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "93.184.216.34")
    guard.check_address("https://crm.example.com/hook")


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/",
        "ftp://crm.example.com/",
        "https://",
        "crm",
        "https://me:pw@crm.example.com/",
        "https://x:99999/",
    ],
)
def test_what_is_no_https_address_is_refused(url: str) -> None:
    with pytest.raises(guard.AddressRefused):
        guard.check_address(url)


def test_a_name_that_changes_its_mind_is_refused_at_the_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(guard.AddressRefused), guard.session() as session:
            session.get(f"http://127.0.0.1:{port}/", timeout=2)


def test_the_demo_may_call_this_machine(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = True
    guard.check_address("http://127.0.0.1:9000/hook")
