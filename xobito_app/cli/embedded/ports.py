"""Loopback ports of the embedded servers: kept as long as they are free, chosen anew when not."""

from __future__ import annotations

import random
import socket
import time
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"

# Below the range systems hand out for outgoing connections, so that a port kept from the
# last run is seldom taken by a passing one.
_FIRST, _LAST = 20_000, 32_000


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # A socket still closing (TIME_WAIT) does not hinder a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    chooser = random.SystemRandom()
    for _ in range(200):
        port = chooser.randint(_FIRST, _LAST)
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def kept_or_free(url: str) -> int:
    """Return the port in the URL when it is still free, else another."""
    port = urlsplit(url).port if url else None
    return port if port and is_free(port) else free_port()


def becomes_free(port: int, host: str, *, seconds: float) -> bool:
    """Wait for a port to become free; False when it did not within the time."""
    deadline = time.monotonic() + seconds
    while not is_free(port, host):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)
    return True
