"""Calling addresses that people gave us: never into a private network, never longer than allowed.

A name is resolved once for each connection; every address it has is judged, and the connection
goes to one of exactly these. So a name that answers differently the second time gains nothing.
Redirects are not followed, and proxies of the environment are not asked.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit

import httpcore
import httpx

from xobito_app.core.errors import AppError, Invalid, TooLarge
from xobito_app.core.net import PRIVATE, is_public, read_url
from xobito_app.settings import get_settings

CONNECT_SECONDS = 10.0
CHUNK = 1 << 16


class Unreachable(AppError):
    """The other side did not answer, or not in time; the sentence says why."""

    status = 502


class ForbiddenAddress(Invalid):
    """The address leads into a private network."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; the body may be cut."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, all of which may be called.

    Raises:
        Unreachable: The name does not exist.
        ForbiddenAddress: One of them is private.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"The name {host} cannot be resolved.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise Unreachable(f"The name {host} has no address.")
    if not get_settings().allow_private_urls and not all(map(is_public, addresses)):
        raise ForbiddenAddress(PRIVATE, {"url": [PRIVATE]})
    return addresses


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that were judged a moment ago."""

    def __init__(self) -> None:
        self._network = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's own name)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in await resolve(host, port):
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@lru_cache(maxsize=1)
def trusted_authorities() -> ssl.SSLContext:
    """Return whose certificates are believed; reading them takes some milliseconds."""
    return httpx.create_ssl_context()


@asynccontextmanager
async def exchange(
    method: str, url: str, *, headers: Mapping[str, str], content: bytes, seconds: float
) -> AsyncIterator[httpcore.Response]:
    """Send a request and give the answer, whose body is still to be read, within the time.

    Raises:
        Invalid: The address cannot be called at all.
        Unreachable: No answer came, or not in time.
    """
    try:
        target = httpx.URL(read_url(url))
    except httpx.InvalidURL:
        raise Invalid.field("url", "This is not a web address.") from None
    limits = {"connect": CONNECT_SECONDS, "read": seconds, "write": seconds, "pool": seconds}
    sent = [(b"Host", target.netloc), *((k.encode(), v.encode()) for k, v in headers.items())]
    if content:
        sent.append((b"Content-Length", str(len(content)).encode()))
    try:
        async with (
            asyncio.timeout(seconds),
            httpcore.AsyncConnectionPool(
                ssl_context=trusted_authorities(), network_backend=_GuardedNetwork()
            ) as pool,
            pool.stream(
                method,
                httpcore.URL(
                    scheme=target.raw_scheme,
                    host=target.raw_host,
                    port=target.port,
                    target=target.raw_path,
                ),
                headers=sent,
                content=content,
                extensions={"timeout": limits},
            ) as response,
        ):
            yield response
    except TimeoutError:
        raise Unreachable(f"No whole answer within {seconds:g} seconds.") from None
    except httpcore.ConnectTimeout:
        raise Unreachable(f"No connection within {CONNECT_SECONDS:g} seconds.") from None
    except httpcore.TimeoutException:
        raise Unreachable(f"No whole answer within {seconds:g} seconds.") from None
    except httpcore.ConnectError as error:
        raise Unreachable(_why_no_connection(error)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        detail = str(error) or type(error).__name__
        raise Unreachable(f"The connection broke: {detail[:200]}") from None


def _why_no_connection(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The certificate is not trusted: {cause.verify_message}."
        if isinstance(cause, ssl.SSLError):
            return f"No secure connection: {cause.reason or 'the handshake failed'}."
        if isinstance(cause, ConnectionRefusedError):
            return "The connection was refused: nothing listens there."
        cause = cause.__cause__ or cause.__context__
    return "No connection: the host cannot be reached."


async def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes = b"",
    seconds: float,
    most: int,
) -> Answer:
    """Send a request and return the answer with at most `most` bytes of its body.

    Raises:
        Invalid: The address cannot be called at all.
        Unreachable: No answer came, or not in time.
    """
    async with exchange(method, url, headers=headers, content=content, seconds=seconds) as response:
        body = bytearray()
        async for piece in response.aiter_stream():
            body += piece
            if len(body) >= most:
                break
        return Answer(response.status, headers_of(response), bytes(body[:most]))


async def download(url: str, write: Any, *, seconds: float, most: int) -> Answer:
    """Hand a file's bytes to `write` piece by piece; the returned answer has no body.

    Raises:
        Invalid: The address cannot be called, or it does not answer 200.
        TooLarge: The file is over `most` bytes.
        Unreachable: No answer came, or not in time.
    """
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Xobito"}
    async with exchange("GET", url, headers=headers, content=b"", seconds=seconds) as response:
        if 300 <= response.status < 400:
            raise Invalid("The address redirects; give the one it leads to.")
        if response.status != 200:
            raise Invalid(f"The address answers {response.status} instead of a file.")
        received = 0
        async for piece in response.aiter_stream():
            received += len(piece)
            if received > most:
                raise TooLarge(f"The file is over {most // (1024 * 1024)} MB.")
            write(piece)
        return Answer(response.status, headers_of(response), b"")


def headers_of(response: httpcore.Response) -> dict[str, str]:
    """Return an answer's headers as text, at most fifty, each shortened."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")[:500]
        for name, value in response.headers[:50]
    }


async def try_address(url: str) -> str:
    """Return why an address cannot be reached right now; empty when something listens there.

    Raises:
        Invalid: It may not be called at all, or its name does not exist.
    """
    parts = urlsplit(read_url(url))
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = await resolve(host, port)
    except Unreachable as error:
        raise Invalid.field("url", error.message) from None
    try:
        async with asyncio.timeout(CONNECT_SECONDS / 2):
            _, writer = await asyncio.open_connection(addresses[0], port)
    except TimeoutError:
        return "Nothing answers there at the moment."
    except OSError as error:
        return _why_no_connection(error)
    writer.close()
    return ""
