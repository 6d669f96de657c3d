"""The names of our cookies, and what of them the screens are told."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from xobito_app.core import crypto
from xobito_app.settings import get_settings

SEALED = "sealed_session"
"""What stands in a tab's headers in place of its cookies: the hash of the session's token.

Reflex keeps headers in Redis. No request can bring it along: it is put there in place of whatever
cookies came, after they were read.
"""


def is_secure() -> bool:
    """Tell whether people reach this installation over HTTPS."""
    return get_settings().public_url.startswith("https://")


def session_cookie() -> str:
    """Return the name of the cookie that signs a browser in."""
    return _name("xobito_session")


def device_cookie() -> str:
    """Return the name of the cookie by which a browser is known again; it signs nobody in."""
    return _name("xobito_device")


def _name(plain: str) -> str:
    # Browsers take a __Host- cookie over HTTPS alone, from this very host, for all of its paths.
    return f"__Host-{plain}" if is_secure() else plain


def read(header: str, name: str) -> str:
    """Return the value of a cookie in a Cookie header; empty when it is not there."""
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def sealed(header: str) -> str:
    """Return the Cookie header with the hash of the session's token in place of all cookies."""
    token = read(header, session_cookie())
    return f"{SEALED}={crypto.hash_token(token)}" if token else ""
