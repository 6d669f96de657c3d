"""`Idempotency-Key`: a POST that is repeated within a day is done once and answered alike.

The key is claimed in the transaction that does the work. A repeat that comes meanwhile waits at
the unique index until that transaction ends: then it finds the answer, or, if the first one
failed, does the work itself. A refused request leaves nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.features.tokens.schemas import Caller
from xobito_app.models.tokens import ApiRepeat
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import unit_of_work

KEPT_FOR = timedelta(hours=24)
BATCH = 1000
REUSED = "This key was used for another request. Take a fresh key for each."


class RepeatRepository(Repository[ApiRepeat]):
    """Remembered answers of one workspace."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The answer the first request got."""

    status: int
    answer: bytes


async def claim(
    session: AsyncSession, caller: Caller, *, key: str, fingerprint: str
) -> Earlier | None:
    """Take a key for the running transaction; the earlier answer when it was used before.

    Raises:
        Invalid: It was used for another request.
    """
    now = clock.now()
    workspace_id = caller.actor.workspace_id
    statement = insert(ApiRepeat).values(
        id=ids.new(),
        workspace_id=workspace_id,
        token_id=caller.token_id,
        key=key,
        fingerprint=fingerprint,
        created_at=now,
        status_code=0,
        answer=b"",
    )
    # A key whose day is over begins anew.
    statement = statement.on_conflict_do_update(
        index_elements=["token_id", "key"],
        set_={"fingerprint": fingerprint, "created_at": now, "status_code": 0, "answer": b""},
        where=col(ApiRepeat.created_at) <= now - KEPT_FOR,
    )
    taken = await session.exec(statement.returning(col(ApiRepeat.id)))
    if taken.first() is not None:
        return None
    return await find(session, caller, key=key, fingerprint=fingerprint)


async def find(
    session: AsyncSession, caller: Caller, *, key: str, fingerprint: str
) -> Earlier | None:
    """Return the answer a key was given within a day; None when it is unused.

    Raises:
        Invalid: It was used for another request.
    """
    repeats = RepeatRepository(session, caller.actor.workspace_id)
    row = await repeats.one_or_none(
        repeats.scoped()
        .where(col(ApiRepeat.token_id) == caller.token_id, col(ApiRepeat.key) == key)
        .where(col(ApiRepeat.created_at) > clock.now() - KEPT_FOR)
    )
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Invalid.field("Idempotency-Key", REUSED)
    return Earlier(row.status_code, row.answer)


async def keep(
    session: AsyncSession, caller: Caller, *, key: str, status: int, answer: bytes | memoryview
) -> None:
    """Keep the answer with the work it tells of."""
    await (await session.connection()).execute(
        update(ApiRepeat)
        .where(col(ApiRepeat.workspace_id) == caller.actor.workspace_id)
        .where(col(ApiRepeat.token_id) == caller.token_id, col(ApiRepeat.key) == key)
        .values(status_code=status, answer=bytes(answer))
    )


def message_key(caller: Caller, key: str) -> str:
    """Return the key of a message: the same for repeats of a request, else never the same."""
    if not key:
        return f"api-{secrets.token_hex(16)}"
    return "api-" + hashlib.sha256(f"{caller.token_id} {key}".encode()).hexdigest()[:48]


async def drop_old(workspace_id: UUID) -> int:
    """Forget answers whose day is over; return how many."""
    count = 0
    while True:
        async with unit_of_work(workspace_id) as uow:
            old = (
                select(ApiRepeat.id)
                .where(col(ApiRepeat.workspace_id) == workspace_id)
                .where(col(ApiRepeat.created_at) <= clock.now() - KEPT_FOR)
                .limit(BATCH)
            )
            found = await (await uow.session.connection()).execute(
                delete(ApiRepeat).where(col(ApiRepeat.id).in_(old))
            )
        count += found.rowcount
        if found.rowcount < BATCH:
            return count
