"""Host names, told apart without asking the network: private ones, and kie.ai's own."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress

KIE_AI = ("kie.ai", "redpandaai.co")


def address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that `host` spells, also as 127.1 or 2130706433; None for a name."""
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    with suppress(OSError, ValueError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    return None


def is_private(host: str) -> bool:
    """Tell whether `host` means nothing to a server on the internet: localhost, nas, 10.0.0.1."""
    host = host.rstrip(".").lower()
    if found := address(host):
        return not found.is_global
    return "." not in host or host.endswith((".localhost", ".local"))


def is_kie_ai(host: str) -> bool:
    """Tell whether `host` is kie.ai's, or that of its uploads."""
    return any(host == own or host.endswith(f".{own}") for own in KIE_AI)
