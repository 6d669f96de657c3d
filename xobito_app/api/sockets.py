"""What one address and one socket may ask of a web process, before anything is read of it.

The screens' socket is open to the whole internet: a sign-in page needs it too. Whoever is not
signed in gets what a sign-in page needs and no more.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xobito_app.core.buckets import Bucket

log = logging.getLogger(__name__)

SOCKET_PATH = "/_event"
TOO_BIG, TOO_MANY = 1009, 1013
"""Close codes of RFC 6455: message too big, try again later."""


@dataclass(frozen=True, slots=True)
class SocketRules:
    """Limits of a kind of visitor.

    Attributes:
        sockets: Open at once from one address, in this process.
        frame: Characters of one message.
        burst: Messages that may come at once.
        per_second: Messages a second in the long run.
    """

    sockets: int
    frame: int
    burst: int
    per_second: float


SIGNED_IN = SocketRules(sockets=400, frame=1_000_000, burst=300, per_second=50)
ANONYMOUS = SocketRules(sockets=40, frame=16_384, burst=60, per_second=5)

IsSignedIn = Callable[[Scope], Awaitable[bool]]
AddressOf = Callable[[Scope], str]


class SocketLimits:
    """ASGI middleware that counts sockets by address, and measures and counts their messages.

    Messages of the signed-in are counted by socket, those of all others by address: another
    socket gives nobody more.
    """

    def __init__(self, app: ASGIApp, *, is_signed_in: IsSignedIn, address_of: AddressOf) -> None:
        self._app = app
        self._is_signed_in = is_signed_in
        self._address_of = address_of
        self._open: Counter[tuple[bool, str]] = Counter()
        self._anonymous: dict[str, Bucket] = {}

    @property
    def remembered(self) -> frozenset[str]:
        """The addresses something is kept about: those here, and those that have not made up."""
        return frozenset(self._anonymous) | {address for _, address in self._open}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a socket on while there is room for it."""
        if scope["type"] != "websocket" or not scope["path"].startswith(SOCKET_PATH):
            await self._app(scope, receive, send)
            return
        address, is_known = self._address_of(scope), await self._is_signed_in(scope)
        rules = SIGNED_IN if is_known else ANONYMOUS
        place = (is_known, address)
        if self._open[place] >= rules.sockets:
            log.warning("socket.too_many", extra={"signed_in": is_known})
            await receive()
            await send({"type": "websocket.close", "code": TOO_MANY})
            return
        self._open[place] += 1
        bucket = self._bucket(address, is_known=is_known)
        try:
            await self._app(scope, _Measured(receive, send, rules, bucket).receive, send)
        finally:
            self._open[place] -= 1
            if not self._open[place]:
                del self._open[place]
                self._forget_full()

    def _bucket(self, address: str, *, is_known: bool) -> Bucket:
        if is_known:
            return Bucket(SIGNED_IN.burst, SIGNED_IN.per_second, time.monotonic)
        if address not in self._anonymous:
            bucket = Bucket(ANONYMOUS.burst, ANONYMOUS.per_second, time.monotonic)
            self._anonymous[address] = bucket
        return self._anonymous[address]

    def _forget_full(self) -> None:
        """Drop buckets that have nothing to remember, of addresses with no socket left."""
        for address, bucket in list(self._anonymous.items()):
            if bucket.is_full and not self._open[False, address]:
                del self._anonymous[address]


class _Measured:
    """The incoming side of a socket; what breaks a limit ends it."""

    def __init__(self, receive: Receive, send: Send, rules: SocketRules, bucket: Bucket) -> None:
        self._receive = receive
        self._send = send
        self._rules = rules
        self._bucket = bucket

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        size = len(message.get("text") or message.get("bytes") or "")
        if size > self._rules.frame:
            return await self._end(TOO_BIG)
        if not self._bucket.take():
            return await self._end(TOO_MANY)
        return message

    async def _end(self, code: int) -> Message:
        log.warning("socket.ended", extra={"code": code})
        await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
