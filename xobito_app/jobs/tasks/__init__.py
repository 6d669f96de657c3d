"""Celery tasks: thin shells around coroutines. Importing the package registers all of them."""

from __future__ import annotations

import asyncio

from xobito_app.core.memory import spare_the_lasting
from xobito_app.features.connection import moved_clock
from xobito_app.features.connection.credentials import close_clients
from xobito_app.features.inbox import listeners as inbox_listeners
from xobito_app.features.webhooks import listeners as webhook_listeners
from xobito_app.jobs import nudges, runtime
from xobito_app.jobs.tasks import (
    contacts,
    heartbeat,
    inbound,
    keeping,
    mail,
    outbound,
    webhooks,
    whatsapp,
)
from xobito_app.persistence import engine, redis
from xobito_app.persistence.unit_of_work import on_commit
from xobito_app.realtime import notices

__all__ = [
    "contacts",
    "heartbeat",
    "inbound",
    "keeping",
    "mail",
    "outbound",
    "webhooks",
    "whatsapp",
]


@runtime.on_start
async def _tell_of_commits() -> None:
    """Hear and tell of what is committed; only a worker does, not whoever imports the tasks."""
    inbox_listeners.register()
    webhook_listeners.register()
    on_commit(nudges.send_nudges)
    on_commit(notices.send_notices)


@runtime.on_start
async def _spare_the_lasting() -> None:
    spare_the_lasting()


_following: list[asyncio.Task[None]] = []


@runtime.on_start
async def _follow_the_clock() -> None:
    """Live in the simulator's time while it is in use."""
    _following.append(asyncio.create_task(moved_clock.follow()))


@runtime.on_stop
async def _stop_following() -> None:
    for task in _following:
        task.cancel()


# Ended in the opposite order: what waits to be sent leaves while Redis is still open.
runtime.on_stop(engine.dispose)
runtime.on_stop(redis.close)
runtime.on_stop(close_clients)
runtime.on_stop(nudges.flush)
