"""Addresses other people gave us: which may be called at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from xobito_app.core.errors import Invalid

URL_LIMIT = 2000
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_NAT64 = IPv6Network("64:ff9b::/96")
_SITE_LOCAL = IPv6Network("fec0::/10")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_TEREDO = IPv6Network("2001::/32")

PRIVATE = (
    "This address leads into a private network, which Xobito does not call. "
    "The operator can allow it with XOBITO_ALLOW_PRIVATE_URLS=1."
)


_FORWARDING = ("forwarded", "via", "x-real-ip", "x-forwarded-")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means the machine itself."""
    name = host.strip("[]").lower()
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def came_straight_from_here(address: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request was made on this machine, with no proxy in between.

    Args:
        address: Where the connection comes from.
        headers: The request's, by their lower-case names.
    """
    is_passed_on = any(name.startswith(_FORWARDING) for name in headers)
    return is_loopback(address) and not is_passed_on


Network = IPv4Network | IPv6Network


def read_networks(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks of a comma-separated line.

    Raises:
        ValueError: One of them is none, such as 10.0.0.1/8 with its stray bits.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def find_caller(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the address a request comes from: the nearest one that is no proxy of ours.

    Everybody can write into X-Forwarded-For; only what a trusted proxy added at its end counts.

    Args:
        peer: Where the connection comes from.
        forwarded: The X-Forwarded-For header; empty without one.
        trusted: Our proxies.
    """
    nearest = peer
    for hop in reversed(forwarded.split(",")):
        if not _is_among(nearest, trusted):
            break
        address = _plain(hop)
        if address is None:
            break
        nearest = str(address)
    return nearest


def _is_among(address: str, networks: Sequence[Network]) -> bool:
    plain = _plain(address)
    return plain is not None and any(plain in network for network in networks)


def _plain(hop: str) -> IPv4Address | IPv6Address | None:
    """Return an address as proxies write it: maybe with a port, maybe IPv4 dressed as IPv6."""
    text = hop.strip()
    if found := re.fullmatch(r"\[(.+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+", text):
        text = found[1] or found[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def read_url(text: str, *, field: str = "url") -> str:
    """Return a web address as it is kept.

    Raises:
        Invalid: It is no http or https address, or carries a name and password.
    """
    url = text.strip()
    if len(url) > URL_LIMIT:
        raise Invalid.field(field, f"The address is longer than {URL_LIMIT} characters.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in {"http", "https"} or _ODD.search(url):
        raise Invalid.field(field, "Write a web address that begins with https:// or http://.")
    if "@" in parts.netloc:
        raise Invalid.field(field, "The address must not carry a user name or password.")
    if not parts.hostname:
        raise Invalid.field(field, "The address names no host.")
    return url.partition("#")[0]


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the open internet.

    Addresses that only wrap another one (IPv4 in IPv6) are judged by what they wrap.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public_v4(found) if isinstance(found, IPv4Address) else _is_public_v6(found)


def _is_public_v4(found: IPv4Address) -> bool:
    return found.is_global and not found.is_multicast


def _is_public_v6(found: IPv6Address) -> bool:
    if wrapped := found.ipv4_mapped or found.sixtofour:
        return _is_public_v4(wrapped)
    if found in _NAT64:
        return _is_public_v4(IPv4Address(int(found) & 0xFFFFFFFF))
    if any(found in network for network in (_SITE_LOCAL, _LOCAL_NAT64, _TEREDO)):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)
