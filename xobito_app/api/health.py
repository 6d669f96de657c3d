"""`GET /health`: whether this process can serve, for load balancers and the supervisor."""

from __future__ import annotations

import asyncio
import logging

import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from xobito_app.features.ingest.backlog import Backlog, read_backlog
from xobito_app.jobs.heartbeats import read_ages
from xobito_app.persistence import schema
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings

log = logging.getLogger(__name__)

_PATIENCE = 3.0


async def health(request: Request) -> JSONResponse:
    """GET /health: 200 when database, schema and Redis are right, else 503.

    `workers` holds the seconds since each lane last answered beat, or null; `inbox` is `late`
    when the oldest delivery has waited over 30 seconds to be read, and `status` is `degraded`
    then. Work that waits does not make this process unfit to serve: the answer stays 200.
    """
    (database, schema_state), (redis, workers) = await asyncio.gather(_database(), _redis())
    is_fit = database == "ok" and schema_state == "ok" and redis == "ok"
    backlog = await _backlog() if database == schema_state == "ok" else None
    is_late = backlog is not None and backlog.is_late
    return JSONResponse(
        {
            "status": ("degraded" if is_late else "ok") if is_fit else "unavailable",
            "database": database,
            "schema": schema_state,
            "redis": redis,
            "workers": workers,
            "inbox": "unknown" if backlog is None else "late" if is_late else "ok",
            "oldest_pending_seconds": backlog and round(backlog.waited.total_seconds(), 1),
        },
        status_code=200 if is_fit else 503,
        headers={"Cache-Control": "no-store"},
    )


async def _database() -> tuple[str, str]:
    try:
        async with asyncio.timeout(_PATIENCE):
            revisions = await schema.read_revisions()
    except (psycopg.Error, TimeoutError, OSError) as error:
        log.warning("health.database", extra={"reason": type(error).__name__})
        return "unreachable", "unknown"
    return "ok", "ok" if revisions == schema.expected_revisions() else "old"


async def _backlog() -> Backlog | None:
    try:
        async with asyncio.timeout(_PATIENCE), unit_of_work() as uow:
            return await read_backlog(uow.session)
    except (SQLAlchemyError, TimeoutError, OSError) as error:
        log.warning("health.backlog", extra={"reason": type(error).__name__})
        return None


async def _redis() -> tuple[str, dict[str, float | None]]:
    try:
        async with (
            asyncio.timeout(_PATIENCE),
            Redis.from_url(get_settings().redis_database(2)) as client,
        ):
            return "ok", await read_ages(client)
    except (RedisError, TimeoutError, OSError, ValueError) as error:
        log.warning("health.redis", extra={"reason": type(error).__name__})
        return "unreachable", {}
