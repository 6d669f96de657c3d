"""The screens' end of the socket: what a message must look like, and who is at its other end."""

from __future__ import annotations

import logging
import time
from typing import Any

import reflex as rx
from reflex.app import EventNamespace

from xobito_app.core.buckets import Bucket
from xobito_app.core.text import shorten
from xobito_app.features.accounts import cookies

log = logging.getLogger(__name__)

LONGEST_NAME = 300
LONGEST_ADDRESS = 8_192
"""Characters of the page's address and its parts, together; browsers show no longer ones."""
_LONGEST_HEADER = 1_024
_ERROR_CHARACTERS = 1_000
_KEPT = frozenset(
    {
        "accept-language",
        "asgi-scope-client",
        "forwarded",
        "host",
        "origin",
        "user-agent",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    }
)
"""Headers that screens and Reflex read; none of them opens anything."""
page_errors = Bucket(burst=20, per_second=0.2, clock=time.monotonic)


class Events(EventNamespace):
    """Reflex's namespace, for messages that have the shape its own frontend gives them.

    The rest is neither kept with a tab's state, where every field of the page's address would
    lie for an hour, nor written to the log.
    """

    async def on_event(self, sid: str, data: Any) -> None:
        """Take an event in, or end the socket of whoever made it up."""
        if is_event(data):
            await super().on_event(sid, without_fragment(data))
            return
        log.warning("socket.no_event")
        await self.disconnect(sid)

    def _build_static_router_data(self, sid: str, environ: dict[str, Any]) -> dict[str, Any]:
        # What stands here is kept in Redis with the state of every tab.
        known = super()._build_static_router_data(sid, environ)
        known["headers"] = kept_headers(known["headers"])
        return known


def kept_headers(headers: dict[str, str]) -> dict[str, str]:
    """Return what a tab's state keeps of a socket's headers: of the cookies one's hash alone.

    Others, such as what a proxy adds about the person it let in, are nobody's to store.
    """
    kept = {name: value[:_LONGEST_HEADER] for name, value in headers.items() if name in _KEPT}
    return {**kept, "cookie": cookies.sealed(headers.get("cookie", ""))}


def without_fragment(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without what stands behind the # of the page's address.

    There the tokens of invitations and reset links stand; the address is kept with the state.
    """
    router = event.get("router_data", {})
    if "asPath" not in router:
        return event
    path = str(router["asPath"]).partition("#")[0]
    return {**event, "router_data": {**router, "asPath": path}}


def is_event(data: Any) -> bool:
    """Tell whether a message is an event as our pages send them."""
    if not isinstance(data, dict) or not isinstance(name := data.get("name"), str):
        return False
    payload, router = data.get("payload", {}), data.get("router_data", {})
    if not isinstance(payload, dict) or not isinstance(router, dict):
        return False
    return len(name) <= LONGEST_NAME and _length(router) <= LONGEST_ADDRESS


def _length(value: Any) -> int:
    """Return how many characters a message's part holds, names included."""
    match value:
        case str():
            return len(value)
        case dict():
            return sum(_length(name) + _length(part) for name, part in value.items())
        case list():
            return sum(map(_length, value)) + len(value)
    return 8


def guard_sockets(app: rx.App) -> None:
    """Have an application's sockets judged by `Events`."""
    if app.sio is None or app.event_namespace is None:
        raise RuntimeError("This Reflex application has no sockets.")
    events = Events(app.event_namespace.namespace, app)
    app._event_namespace = events
    app.sio.register_namespace(events)


def note_page_error(exception: Exception) -> None:
    """Write down what went wrong in a browser, shortened, and not more than the log can bear."""
    if page_errors.take():
        log.warning("page.error", extra={"error": shorten(str(exception), _ERROR_CHARACTERS)})
