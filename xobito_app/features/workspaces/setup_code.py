"""The code that opens the set-up page to a browser on another machine.

Whoever reaches the page first becomes the owner. On the machine itself that is whoever started
Xobito; from elsewhere it could be anybody, so they show what only the operator has read.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from xobito_app.core import crypto, net
from xobito_app.core.errors import Invalid
from xobito_app.settings import get_settings


def read_code() -> str:
    """Return the code of this installation; the set-up page closes for ever once it was used."""
    return crypto.derive_code(get_settings().secret_key, "set-up code")


def is_needed(address: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a browser must show the code.

    Args:
        address: Where its connection comes from.
        headers: Those of its request, by their lower-case names.
    """
    public = urlsplit(get_settings().public_url).hostname or ""
    return not (net.is_loopback(public) and net.came_straight_from_here(address, headers))


def check_code(given: str) -> None:
    """Let pass whoever has the code.

    Raises:
        Invalid: It is another one.
    """
    plain = "".join(given.upper().replace("-", " ").split())
    if not crypto.same(plain, read_code().replace("-", "")):
        raise Invalid.field(
            "code", "This is not the set-up code. It was printed where Xobito was started."
        )
