"""Celery tasks: thin shells around coroutines. Importing the package registers all of them."""

from __future__ import annotations

from xobito_app.features.connection.credentials import close_clients
from xobito_app.features.inbox import limiter
from xobito_app.jobs import nudges, runtime
from xobito_app.jobs.tasks import heartbeat, inbound, keeping, outbound, whatsapp
from xobito_app.persistence import engine
from xobito_app.persistence.unit_of_work import on_commit
from xobito_app.realtime import notices

__all__ = ["heartbeat", "inbound", "keeping", "outbound", "whatsapp"]


@runtime.on_start
async def _tell_of_commits() -> None:
    """Let nudges and notices leave; only a worker does, not whoever imports the tasks."""
    on_commit(nudges.send_nudges)
    on_commit(notices.send_notices)


# Ended in the opposite order: what waits to be sent leaves while Redis is still open.
runtime.on_stop(engine.dispose)
runtime.on_stop(notices.close)
runtime.on_stop(limiter.close)
runtime.on_stop(close_clients)
runtime.on_stop(nudges.flush)
