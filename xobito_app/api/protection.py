"""What stands before everything this web process serves: pages, sockets and the HTTP endpoints."""

from __future__ import annotations

from starlette.types import ASGIApp

from xobito_app.api.callers import address_of, is_signed_in
from xobito_app.api.headers import SecurityHeaders
from xobito_app.api.hosts import AllowedHosts
from xobito_app.api.proxies import BehindProxies
from xobito_app.api.sockets import SocketLimits


def protect(app: ASGIApp) -> ASGIApp:
    """Return an application behind proxies, allowed hosts, security headers and socket limits."""
    limited = SocketLimits(app, is_signed_in=is_signed_in, address_of=address_of)
    return BehindProxies(AllowedHosts(SecurityHeaders(limited)))
