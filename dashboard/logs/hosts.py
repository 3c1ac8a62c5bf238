"""Whom this server may connect to for others: allowed hosts for logs, and public addresses alone."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlsplit

_PORTS: Final = {"https": 443, "http": 80}
# Each of these carries an IPv4 address, of whatever network.
_TUNNELS: Final = tuple(
    map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
)
_MOST: Final = 4
"""Addresses of one host that are tried."""
_SAFE: Final = "/:@!$&'()*+,;=~%?"


class Unavailable(Exception):
    """A log cannot be had. The message completes "The whole log is not here: …"."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a log lies. ``target`` is its path with the query, quoted."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and port as one text; the port only where it is not the usual one."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def url(self) -> str:
        """The address in full."""
        return f"{self.origin}{self.target}"


def web_place(url: str, *schemes: str) -> Place:
    """Return the place that an address names, by one of these schemes; Unavailable for any other."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Unavailable("its address is not one of the web.") from None
    if parts.scheme not in _PORTS or not host or not host.isascii():
        raise Unavailable("its address is not one of the web.")
    if parts.scheme not in schemes:
        raise Unavailable(f"its address has to begin with {schemes[0]}://.")
    if "@" in parts.netloc:
        raise Unavailable("its address holds a user name.")
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += f"?{quote(parts.query, safe=_SAFE)}"
    return Place(parts.scheme, host, port or _PORTS[parts.scheme], target)


def place_of(url: str, hosts: Collection[str]) -> Place:
    """Return where a log lies, by https where its host is listed for it; Unavailable when it is not listed.

    ``hosts``: "files.example.org" and "files.example.org:8443" allow https, "http://files.example.org"
    plain http.
    """
    named = web_place(url, "https", "http")
    # What is known as http today is served by https: the better one first.
    for scheme in ("https", "http") if named.scheme == "http" else ("https",):
        port = _PORTS[scheme] if named.port == _PORTS[named.scheme] else named.port
        place = replace(named, scheme=scheme, port=port)
        if (place.origin if scheme == "http" else place.origin.removeprefix("https://")) in hosts:
            return place
    raise Unavailable(f"this server does not fetch from {named.origin}.")


def addresses(place: Place, *, may_be_private: bool) -> list[str]:
    """Return the IP addresses of a host, to connect to these and no others.

    Unavailable when it has none, or one that is not public: whoever names a log must not reach our
    own network, and the answer must not change between this check and the connection.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(f"{place.host} is not a host that logs are fetched from.") from None
    texts = list(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found))
    if not may_be_private and not all(map(is_public, texts)):
        raise Unavailable(f"{place.host} leads into a private network.")
    return texts[:_MOST]


def is_public(text: str) -> bool:
    """Return whether an IP address belongs to the public network, the inside of tunnels excluded."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        if address.is_site_local or any(address in tunnel for tunnel in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
