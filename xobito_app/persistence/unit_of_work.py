"""One transaction per use case, fenced to a workspace, with what leaves it after the commit."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Notice, PostCommit, Topic, WakeUp
from xobito_app.core.jobs import JobType
from xobito_app.persistence.engine import get_engine, sessions

log = logging.getLogger(__name__)

_POST_COMMIT = "xobito.departures"
Sink = Callable[[PostCommit], Awaitable[None]]
sinks: list[Sink] = []


def on_commit(sink: Sink) -> None:
    """Register who receives wake-ups and notices of committed work; registering twice is once."""
    if sink not in sinks:
        sinks.append(sink)


def enqueue(session: AsyncSession, job: JobType, *arguments: object, delay: float = 0.0) -> None:
    """Wake a worker after the commit. The row must already say what is to be done."""
    post_commit: PostCommit = session.info[_POST_COMMIT]
    post_commit.wake_ups[WakeUp(job, tuple(str(a) for a in arguments), delay)] = None


def announce(
    session: AsyncSession,
    workspace_id: UUID,
    topic: Topic,
    about: object,
    item: object = "",
) -> None:
    """Tell the screens after the commit that a thing changed."""
    post_commit: PostCommit = session.info[_POST_COMMIT]
    post_commit.notices[Notice(str(workspace_id), topic, str(about), str(item))] = None


class UnitOfWork:
    """A running transaction; commits when its block ends, rolls back when the block raises."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        session.info[_POST_COMMIT] = PostCommit()

    async def enter(self, workspace_id: UUID) -> None:
        """SET LOCAL xobito.workspace_id; RLS filters every later statement."""
        await (await self.session.connection()).execute(
            text("SELECT set_config('xobito.workspace_id', :id, true)"), {"id": str(workspace_id)}
        )


@asynccontextmanager
async def unit_of_work(workspace_id: UUID | None = None) -> AsyncIterator[UnitOfWork]:
    """Open a transaction, inside a workspace when one is named.

    Without a workspace, tables under row-level security look empty and refuse writes.
    """
    async with sessions()() as session:
        async with session.begin():
            uow = UnitOfWork(session)
            if workspace_id is not None:
                await uow.enter(workspace_id)
            yield uow
        await flush_post_commit(session)


@asynccontextmanager
async def autocommit_session() -> AsyncIterator[AsyncSession]:
    """Open a session without a workspace whose every statement commits by itself.

    It spares two of three round trips, for the one endpoint where that counts. What was collected
    leaves with `hand_out`, to be called after each statement.
    """
    async with get_engine().connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        async with AsyncSession(bind=connection) as session:
            session.info[_POST_COMMIT] = PostCommit()
            yield session


async def flush_post_commit(session: AsyncSession) -> None:
    """Give the collected wake-ups and notices to whoever registered for them.

    What they tell of is committed: a failure to tell it must not look like a failure of the work.
    """
    post_commit: PostCommit = session.info[_POST_COMMIT]
    session.info[_POST_COMMIT] = PostCommit()
    if post_commit.wake_ups or post_commit.notices:
        for sink in sinks:
            try:
                await sink(post_commit)
            except Exception:
                log.exception("post_commit.lost", extra={"sink": sink.__qualname__})
