"""The screens' end of the socket: what a message must look like, and who is at its other end."""

from __future__ import annotations

import logging
import time
from typing import Any

import reflex as rx
from reflex.app import EventNamespace

from xobito_app.core.buckets import Bucket
from xobito_app.core.text import shorten

log = logging.getLogger(__name__)

LONGEST_NAME = 300
LONGEST_ADDRESS = 8_192
"""Characters of the page's address and its parts, together; browsers show no longer ones."""
_ERROR_CHARACTERS = 1_000
_page_errors = Bucket(burst=20, per_second=0.2, clock=time.monotonic)


class Events(EventNamespace):
    """Reflex's namespace, for messages that have the shape its own frontend gives them.

    The rest is neither kept with a tab's state, where every field of the page's address would
    lie for an hour, nor written to the log.
    """

    async def on_event(self, sid: str, data: Any) -> None:
        """Take an event in, or end the socket of whoever made it up."""
        if is_event(data):
            await super().on_event(sid, data)
            return
        log.warning("socket.no_event")
        await self.disconnect(sid)


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
    events = Events(app.event_namespace.namespace or "/", app)
    app._event_namespace = events
    app.sio.register_namespace(events)


def note_page_error(exception: Exception) -> None:
    """Write down what went wrong in a browser, shortened, and not more than the log can bear."""
    if _page_errors.take():
        log.warning("page.error", extra={"error": shorten(str(exception), _ERROR_CHARACTERS)})
