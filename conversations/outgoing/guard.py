"""The one guard before calls to addresses that people typed in: never into our own network (S12, D10; OWASP API7).

Two looks: at the address when it is saved and before each call, and at the other end of the socket once it is connected and before
a byte is sent, so that a name that resolves differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from conversations.errors import DeskError


class AddressRefused(DeskError):
    """The address points into a private network, or is no web address. Trying again does not help."""

    code, http_status = "address_refused", 400
    message = _("This address is not on the public internet.")
    hint = _(
        "Use an https address that everybody can reach. A private one has to be allowed by whoever runs this desk."
    )


def check_address(url: str) -> None:
    """Raises AddressRefused unless every address behind `url` is public and it is https.

    `settings.ALLOW_PRIVATE_ADDRESSES` (the demo, an intranet) allows http and private addresses. A name that cannot be
    resolved now raises OSError: that may pass.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise AddressRefused(_("Write the address as https://name/path."))
    if settings.ALLOW_PRIVATE_ADDRESSES:
        return
    if parts.scheme != "https":
        raise AddressRefused(_("Only https addresses are called."))
    try:
        port = parts.port or 443
    except ValueError:
        raise AddressRefused(_("Write the address as https://name/path.")) from None
    for *_rest, place in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM):
        if not is_public(str(place[0])):
            raise AddressRefused


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's: not private, loopback, link-local, multicast or reserved."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def session() -> requests.Session:
    """A session for one such call or a few: both looks, no proxies of the environment, no redirects to elsewhere."""
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = 0
    made.mount("http://", _GuardedAdapter())
    made.mount("https://", _GuardedAdapter())
    return made


def _check_socket(connected: socket.socket) -> socket.socket:
    if not settings.ALLOW_PRIVATE_ADDRESSES and not is_public(str(connected.getpeername()[0])):
        connected.close()
        raise AddressRefused
    return connected


class _GuardedHTTP(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _check_socket(super()._new_conn())


class _GuardedHTTPS(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _check_socket(super()._new_conn())


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}
