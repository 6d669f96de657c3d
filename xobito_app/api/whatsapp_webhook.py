"""`/webhooks/whatsapp`: Meta's handshake, and its deliveries, which are stored and acknowledged."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from xobito_app.api.gathering import Gathering
from xobito_app.core.crypto import same
from xobito_app.core.errors import AppError, TooLarge
from xobito_app.features.connection.service import list_webhook_secrets
from xobito_app.features.ingest.intake import MAX_BODY, Delivery
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.whatsapp import signature

FRESH_SECONDS = 5.0
"""How long the app secrets are kept in memory."""
MISS_SECONDS = 0.5
"""A wrong signature makes them be read anew at most this often: floods must not reach the database.
"""
_QUICK_BYTES = 256 * 1024
"""What is hashed without leaving the event loop: a few hundred microseconds."""


@dataclass(slots=True)
class _Secrets:
    """The app secrets of all connections, as read a moment ago, and whose each one is."""

    holders: dict[str, tuple[UUID, ...]] = field(default_factory=dict, repr=False)
    read_at: float = float("-inf")

    @property
    def age(self) -> float:
        return time.monotonic() - self.read_at


_secrets = _Secrets()
_gathering = Gathering()


async def verify_subscription(request: Request) -> Response:
    """GET /webhooks/whatsapp: answer the challenge when the verify token is one of ours."""
    query = request.query_params
    given, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    if query.get("hub.mode") != "subscribe" or not given or not challenge:
        return PlainTextResponse("Forbidden", status_code=403)
    async with unit_of_work() as uow:
        rows = await list_webhook_secrets(uow.session)
    matched = False
    for row in rows:
        # No early exit: the time must not tell how many tokens there are before the right one.
        token = _open(row.verify_token_sealed)
        matched |= bool(token) and same(token, given)
    if not matched:
        return PlainTextResponse("Forbidden", status_code=403)
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


async def receive(request: Request) -> Response:
    """POST /webhooks/whatsapp: 200 once the delivery is committed, before anything is read in it.

    413 over 3 MB, 401 when no app secret of ours made the signature; then nothing is stored.
    """
    try:
        body = await _read(request)
    except TooLarge as error:
        return PlainTextResponse(error.message, status_code=413)
    header = request.headers.get(signature.HEADER) or ""
    signers = await _signers(body, header)
    if not signers:
        return PlainTextResponse("The signature is wrong.", status_code=401)
    await _gathering.store(Delivery(body, signature.digest_of(header), signers))
    return PlainTextResponse("OK")


async def _read(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY:
        raise TooLarge("The body is over 3 MB.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLarge("The body is over 3 MB.")
    return bytes(body)


async def _signers(body: bytes, header: str) -> tuple[UUID, ...]:
    """Return the connections whose own app secret signed a body: one Meta app may serve several."""
    if not header:
        return ()
    if _secrets.age > FRESH_SECONDS:
        await _refresh()
    if found := await _match(body, header):
        return found
    if _secrets.age < MISS_SECONDS:
        return ()
    # Somebody may have connected an account a moment ago.
    await _refresh()
    return await _match(body, header)


async def _match(body: bytes, header: str) -> tuple[UUID, ...]:
    holders = _secrets.holders
    if len(body) * len(holders) > _QUICK_BYTES:
        # Hashing lets go of the interpreter, so other requests go on meanwhile.
        found = await asyncio.to_thread(signature.matching, holders, body, header)
    else:
        found = signature.matching(holders, body, header)
    return tuple(connection_id for secret in found for connection_id in holders[secret])


async def _refresh() -> None:
    async with unit_of_work() as uow:
        rows = await list_webhook_secrets(uow.session)
    holders: dict[str, tuple[UUID, ...]] = {}
    for row in rows:
        if secret := _open(row.app_secret_sealed):
            holders[secret] = (*holders.get(secret, ()), row.connection_id)
    _secrets.holders = holders
    _secrets.read_at = time.monotonic()


def _open(sealed: str) -> str:
    try:
        return vault().open(sealed) if sealed else ""
    except AppError:
        # Sealed with another SECRET_KEY: it opens nothing, and must not stop the others.
        return ""
