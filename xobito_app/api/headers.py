"""The headers that tell a browser what a page of ours may do, on every answer.

Content-Security-Policy is as strict as the frontend allows. Two things it needs:

- `script-src 'unsafe-eval'`: Reflex evaluates the functions its events name (`_call_function`).
  What stands in them is written in our source; values of run time travel as JSON (`ui/browser.py`).
- `style-src 'unsafe-inline'`: Radix and emotion write style elements and attributes as they open
  menus and dialogs.

Scripts inside a page count only by their hash, taken from the file the build made.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xobito_app.settings import get_settings

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_NOT_MODIFIED = 304
_LARGEST_PAGE = 1024 * 1024
_HSTS = "max-age=31536000"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(self), microphone=(self), payment=(), usb=()"
    ),
    # Facebook's sign-in window must be able to answer the page that opened it.
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """ASGI middleware that adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            # The build keeps compressed twins of its pages; a script is hashed as it is read.
            plain = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
            scope = {**scope, "headers": plain}
        await self._app(scope, receive, _Answer(send).send)


class _Answer:
    """One answer on its way; a page is held until all of it is there, to hash its scripts."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._page = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._is_page(message):
                self._start = message
                return
            _complete(message, ())
        elif self._start is not None and message["type"] == "http.response.pathsend":
            # The server itself sends the file; only its scripts are looked at here.
            page = await asyncio.to_thread(Path(message["path"]).read_bytes)
            await self._begin(page)
        elif self._start is not None and message["type"] == "http.response.body":
            self._page += message.get("body", b"")
            if message.get("more_body"):
                return
            page = bytes(self._page)
            await self._begin(page)
            message = {"type": "http.response.body", "body": page}
        await self._send(message)

    def _is_page(self, start: Message) -> bool:
        headers = Headers(raw=list(start["headers"]))
        return (
            headers.get("content-type", "").startswith("text/html")
            and "content-security-policy" not in headers
            and "content-encoding" not in headers
            and int(headers.get("content-length", "0")) <= _LARGEST_PAGE
        )

    async def _begin(self, page: bytes) -> None:
        start, self._start = self._start, None
        if start is not None:
            _complete(start, script_hashes(page))
            await self._send(start)


def script_hashes(page: bytes) -> tuple[str, ...]:
    """Return the CSP hashes of the scripts that stand in a page."""
    found = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(page) if script)
    return tuple(dict.fromkeys(f"'sha256-{base64.b64encode(one).decode()}'" for one in found))


@lru_cache(maxsize=256)
def content_policy(hashes: tuple[str, ...]) -> str:
    """Return the Content-Security-Policy of a page with these inline scripts."""
    facebook = get_settings().facebook_app_id
    script = ["'self'", "'unsafe-eval'", *hashes]
    connect, frame = ["'self'"], ["'none'"]
    if facebook:
        script.append("https://connect.facebook.net")
        connect += ["https://graph.facebook.com", "https://www.facebook.com"]
        frame = ["https://www.facebook.com", "https://web.facebook.com"]
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {' '.join(script)}",
            "script-src-attr 'none'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self'",
            f"connect-src {' '.join(connect)}",
            f"frame-src {' '.join(frame)}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _complete(start: Message, hashes: tuple[str, ...]) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    # "Not modified" comes without the page: the browser keeps the policy it has with its copy.
    if start["status"] != _NOT_MODIFIED:
        headers.setdefault("Content-Security-Policy", content_policy(hashes))
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if get_settings().public_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", _HSTS)
    start["headers"] = headers.raw
