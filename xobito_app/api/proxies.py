"""What a proxy in front of us changes: where requests come from, and under which name we answer."""

from __future__ import annotations

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xobito_app.core.net import find_caller
from xobito_app.settings import get_settings


class BehindProxies:
    """ASGI middleware that finds the true caller, and leads nobody to another name.

    Without it, everybody behind a proxy would share one address and so one count of tries.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as its caller's own."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if scope.get("client"):
            forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
            caller = find_caller(scope["client"][0], forwarded, get_settings().trusted_proxies)
            scope = {**scope, "client": (caller, scope["client"][1])}

        async def send_relative(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message["headers"]))
                if "location" in headers:
                    headers["location"] = relative(headers["location"], scope)
                    message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, send_relative)


def relative(location: str, scope: Scope) -> str:
    """Return a redirect to the address that was asked for as its path alone.

    The server beneath makes such redirects of the Host header, which names whatever a caller or
    a proxy put there.
    """
    asked = URL(scope=scope)
    own = f"{asked.scheme}://{asked.netloc}"
    if not location.startswith(f"{own}/"):
        return location
    # Two slashes at the beginning would be the name of another host.
    return "/" + location.removeprefix(own).lstrip("/\\")
