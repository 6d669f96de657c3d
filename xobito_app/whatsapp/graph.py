"""The plumbing under every call to the Graph API: one connection pool, tokens, errors, paging.

Graph API: `Authorization: Bearer`, `appsecret_proof`, `paging.cursors`, and the headers
`X-App-Usage` and `X-Business-Use-Case-Usage`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from httpx_aiohttp import AiohttpTransport

from xobito_app.core.errors import Unavailable
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.errors import (
    NETWORK_ERRORS,
    GraphError,
    OutcomeUnknown,
    RetryPolicy,
    of_network,
    of_response,
)

# httpx writes whole URLs at INFO, and some of Meta's calls carry tokens in the query.
logging.getLogger("httpx").setLevel(logging.WARNING)

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
UPLOAD_SECONDS = 120.0
# Shorter than servers keep idle connections: a POST on a dying one would end unresolved.
KEEPALIVE_SECONDS = 15.0
MAX_CONNECTIONS = 100
# Meta follows its own cursors; a server that never ends its pages must not hold us for ever.
MAX_PAGES = 1000
_PASSING = (RetryPolicy.RETRY, RetryPolicy.WAIT)
WHOLE_TRIES = 5
WHOLE_PAUSE = 0.5
WHOLE_LONGEST_PAUSE = 8.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """With what a call is made.

    Attributes:
        access_token: A System User or business token.
        app_secret: Adds `appsecret_proof` to every call, for apps that require it.
    """

    access_token: str = field(repr=False)
    app_secret: str | None = field(default=None, repr=False)

    @classmethod
    def of_app(cls, app_id: str, app_secret: str) -> Credentials:
        """Return an app's own token, for `debug_token` and app subscriptions."""
        return cls(access_token=f"{app_id}|{app_secret}")

    def headers(self) -> dict[str, str]:
        """Return the authorisation header."""
        return {"Authorization": f"Bearer {self.access_token}"}

    def proof(self) -> dict[str, str]:
        """Return `appsecret_proof` as a query parameter, when a secret is given."""
        if not self.app_secret:
            return {}
        mark = hmac.new(self.app_secret.encode(), self.access_token.encode(), hashlib.sha256)
        return {"appsecret_proof": mark.hexdigest()}


class Graph:
    """A connection pool to one Graph host; one per event loop, opened and closed explicitly.

    Attributes:
        usage: The last `X-App-Usage` and `X-Business-Use-Case-Usage` headers, as Meta wrote them.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Prepare a client; nothing is opened yet.

        Args:
            base_url: `https://graph.facebook.com` or the simulator's address.
            version: Like `v26.0`.
            transport: Replaces the network, in tests.
            answer_seconds: How long an answer may take before its outcome is unknown.
        """
        self.base_url = httpx.URL(base_url.rstrip("/"))
        self.version = version.strip("/")
        self.usage: dict[str, Any] = {}
        self._transport = transport
        self._answer_seconds = answer_seconds
        self._http: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Open the pool; a second call changes nothing."""
        if self._http is None:
            limits = httpx.Limits(
                max_connections=MAX_CONNECTIONS, keepalive_expiry=KEEPALIVE_SECONDS
            )
            self._http = httpx.AsyncClient(
                transport=self._transport or AiohttpTransport(limits=limits),
                timeout=self._timeout(self._answer_seconds),
                follow_redirects=False,
                trust_env=False,
            )

    async def close(self) -> None:
        """Close the pool and its connections."""
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def http(self) -> httpx.AsyncClient:
        """The open pool.

        Raises:
            RuntimeError: `open` was not called.
        """
        if self._http is None:
            raise RuntimeError("The WhatsApp client is not open.")
        return self._http

    async def call(
        self,
        method: str,
        path: str,
        credentials: Credentials | None,
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float | None = None,
        **request: Any,
    ) -> dict[str, Any]:
        """Make one call below the version and return its JSON object.

        Raises:
            GraphError: Meta refused; `policy` says what to do.
            NotSent: The request did not leave.
            OutcomeUnknown: It left, and no readable answer came.
        """
        query = {key: _query(item) for key, item in (params or {}).items() if item is not None}
        headers = dict(request.pop("headers", {}))
        if credentials:
            headers = {**credentials.headers(), **headers}
            query |= credentials.proof()
        try:
            response = await self.http.request(
                method,
                f"{self.base_url}/{self.version}/{path.lstrip('/')}",
                params=query or None,
                json=body,
                headers=headers,
                timeout=self._timeout(seconds or self._answer_seconds),
                **request,
            )
        except NETWORK_ERRORS as error:
            raise of_network(error) from error
        self._note_usage(response)
        answer = _json(response)
        if response.status_code >= 400 or "error" in coerce.mapping(answer):
            raise of_response(response.status_code, answer)
        if not isinstance(answer, dict):
            raise OutcomeUnknown("WhatsApp's answer could not be read.")
        return answer

    async def pages(
        self, path: str, credentials: Credentials, params: Mapping[str, Any] | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield every object of a paged edge, following `after` while there is a next page.

        Raises:
            Unavailable: Meta promises more and does not give it: this would be half a list.
        """
        query = dict(params or {})
        for _ in range(MAX_PAGES):
            answer = await self.call("GET", path, credentials, params=query)
            for item in coerce.mappings(answer.get("data")):
                yield item
            paging = coerce.mapping(answer.get("paging"))
            after = coerce.identifier(coerce.mapping(paging.get("cursors")).get("after"))
            # The cursor, not the `next` URL, which holds a token and names a host.
            if not paging.get("next"):
                return
            if not after or after == query.get("after"):
                break
            query["after"] = after
        raise Unavailable("WhatsApp's list has no end. Try again later.")

    async def whole(
        self, path: str, credentials: Credentials, params: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return every object of a paged edge, or fail; never a part of them.

        A cursor that is no longer valid (131059), a passing fault or a lost answer begins the list
        anew, after a growing pause: reading changes nothing at Meta.

        Raises:
            GraphError: Meta refuses, also after all tries.
            Unavailable: Meta does not answer, also after all tries.
        """
        for attempt in range(1, WHOLE_TRIES):
            try:
                return [item async for item in self.pages(path, credentials, params)]
            except (GraphError, OutcomeUnknown) as error:
                if isinstance(error, GraphError) and error.policy not in _PASSING:
                    raise
                await asyncio.sleep(min(WHOLE_PAUSE * 2.0 ** (attempt - 1), WHOLE_LONGEST_PAUSE))
        return [item async for item in self.pages(path, credentials, params)]

    def _note_usage(self, response: httpx.Response) -> None:
        for name in ("x-app-usage", "x-business-use-case-usage"):
            if written := response.headers.get(name):
                try:
                    self.usage[name] = json.loads(written)
                except ValueError:
                    continue

    @staticmethod
    def _timeout(seconds: float) -> httpx.Timeout:
        return httpx.Timeout(seconds, connect=CONNECT_SECONDS, pool=2 * CONNECT_SECONDS)


def _query(value: Any) -> str:
    if isinstance(value, str):
        return value
    return (
        str(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else (json.dumps(value, separators=(",", ":")))
    )


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None
