"""The session cookie as the screens see it: read from the headers the socket was opened with."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

import reflex as rx

SESSION_COOKIE = "xobito_session"


def session_token(state: rx.State) -> str:
    """Return the session token of a tab's browser, or an empty text.

    The headers are those of the socket's connection, sent by the browser itself: the page's
    scripts can neither read nor choose an HttpOnly cookie.
    """
    header = state.router_data.get("headers", {}).get("cookie", "")
    try:
        morsel = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def client_address(state: rx.State) -> str:
    """Return the network address of a tab's browser, for the activity log."""
    return str(state.router_data.get("ip", ""))[:64]
