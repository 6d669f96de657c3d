"""Under which names this installation answers: those of `PUBLIC_URL`, and this machine's own."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from xobito_app.settings import get_settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

# Callers that carry no cookie and follow no link of ours: a balancer that asks by number, Meta's
# webhooks and API clients behind a proxy that puts its own name into the request.
_ANY_HOST = ("/health", "/webhooks/", "/api/")


class AllowedHosts:
    """ASGI middleware that turns away requests for a foreign name.

    A name somebody else points at this server (DNS rebinding) would make their page one of ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say under which address this installation is."""
        if scope["type"] not in {"http", "websocket"} or is_own_host(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _unknown()(scope, receive, send)


def is_own_host(scope: Scope) -> bool:
    """Tell whether a request names this installation, or need not."""
    if scope["path"].startswith(_ANY_HOST):
        return True
    host = Headers(scope=scope).get("host", "").lower()
    return _name_of(host) in LOOPBACK_NAMES or host in _public_hosts()


def _name_of(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if port.isdigit() else host


def _public_hosts() -> frozenset[str]:
    """Return the hosts of the public address, with and without the port its scheme implies."""
    parts = urlsplit(get_settings().public_url.lower())
    implied = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    bare = parts.netloc.removesuffix(implied)
    return frozenset({bare, f"{bare}{implied}"})


def _unknown() -> PlainTextResponse:
    return PlainTextResponse(
        f"This installation answers at {get_settings().public_url}. If people reach it under "
        "another address, its operator sets PUBLIC_URL to that.\n",
        status_code=421,
        headers={"Cache-Control": "no-store"},
    )
