"""The first thing done with a webhook: it is stored, whole and once."""

from __future__ import annotations

import hashlib

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.job_names import INBOUND_DRAIN
from xobito_app.models.connection import EventState, InboundEvent
from xobito_app.persistence.unit_of_work import enqueue

MAX_BODY = 3 * 1024 * 1024
"""Bytes of the largest payload Meta sends."""


async def store_delivery(session: AsyncSession, body: bytes) -> None:
    """Keep a delivery whose signature was right. Meta's repeats of it are only counted.

    Bytes that are no UTF-8 are kept readable; the digest is of what really came.
    """
    statement = insert(InboundEvent).values(
        id=ids.new(),
        digest=hashlib.sha256(body).hexdigest(),
        received_at=clock.now(),
        state=EventState.PENDING,
        # PostgreSQL cannot store NUL; as an escape it stays visible and parseable.
        body=body.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000"),
        attempts=0,
        repeats=0,
        summary="",
        error="",
    )
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["digest"], set_={"repeats": col(InboundEvent.repeats) + 1}
        )
    )
    enqueue(session, INBOUND_DRAIN)
