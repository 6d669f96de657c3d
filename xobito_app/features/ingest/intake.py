"""The first thing done with a webhook: it is stored, whole and once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.job_names import INBOUND_DRAIN
from xobito_app.persistence.unit_of_work import enqueue

MAX_BODY = 3 * 1024 * 1024
"""Bytes of the largest payload Meta sends."""

# One statement however many come at once: arrays keep it the same, so it is prepared once.
_STORE = text(
    "INSERT INTO inbound_event "
    "(id, digest, received_at, state, body, attempts, repeats, summary, error) "
    "SELECT id, digest, :now, 'pending', body, 0, repeats, '', '' "
    "FROM unnest(CAST(:ids AS uuid[]), CAST(:digests AS text[]), CAST(:bodies AS text[]), "
    "CAST(:repeats AS integer[])) AS given (id, digest, body, repeats) "
    "ORDER BY digest "
    "ON CONFLICT (digest) DO UPDATE SET repeats = inbound_event.repeats + excluded.repeats + 1"
)


async def store_delivery(session: AsyncSession, body: bytes) -> None:
    """Keep a delivery whose signature was right. Meta's repeats of it are only counted."""
    await store_deliveries(session, [body])


async def store_deliveries(session: AsyncSession, bodies: Sequence[bytes]) -> None:
    """Keep deliveries that came together.

    Bytes that are no UTF-8 are kept readable; the digest is of what really came. They are
    inserted in the order of their digests, so that two writers cannot wait for each other in a
    ring.
    """
    digests = [hashlib.sha256(body).hexdigest() for body in bodies]
    times = Counter(digests)
    unique = dict(zip(digests, bodies, strict=True))
    await (await session.connection()).execute(
        _STORE,
        {
            "now": clock.now(),
            "ids": [ids.new() for _ in unique],
            "digests": list(unique),
            "bodies": [_readable(body) for body in unique.values()],
            "repeats": [times[digest] - 1 for digest in unique],
        },
    )
    enqueue(session, INBOUND_DRAIN)


def _readable(body: bytes) -> str:
    # PostgreSQL cannot store NUL; as an escape it stays visible and parseable.
    return body.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
