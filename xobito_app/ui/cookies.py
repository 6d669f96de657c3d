"""Whose tab it is, by the headers its socket was opened with; they hold no cookie in clear."""

from __future__ import annotations

import reflex as rx

from xobito_app.features.accounts import cookies


def session_hash(state: rx.State) -> str:
    """Return the hash of the session token of a tab's browser, or an empty text.

    The cookie is the one the browser itself sent when the socket was opened: the page's scripts
    can neither read nor choose it. `ui/sockets.py` puts its hash in its place.
    """
    header = state.router_data.get("headers", {}).get("cookie", "")
    return cookies.read(header, cookies.SEALED)


def client_address(state: rx.State) -> str:
    """Return the network address of a tab's browser, for the activity log."""
    return str(state.router_data.get("ip", ""))[:64]
