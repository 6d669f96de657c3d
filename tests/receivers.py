"""A system on the other side of our webhooks: keeps what it got, answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Receiver:
    """What came in, in order, and how it is answered."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thanks"
    before: Callable[[dict[str, str]], Awaitable[None]] | None = None
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((headers, await request.read()))
        async with self._came:
            self._came.notify_all()
        if self.before:
            await self.before(headers)
        return web.Response(status=self.status, headers=self.headers, body=self.body)

    async def until(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with self._came:
            await asyncio.wait_for(self._came.wait_for(lambda: len(self.requests) >= count), 10)

    def seen(self, name: str) -> list[str]:
        """Return one header of all that came, in order."""
        return [headers[name.lower()] for headers, _ in self.requests]


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    """Listen on loopback."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = runner.addresses[0]
    receiver.url = f"http://127.0.0.1:{address[1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def never(_headers: dict[str, str]) -> None:
    """Answer when it is too late."""
    await asyncio.sleep(5)
