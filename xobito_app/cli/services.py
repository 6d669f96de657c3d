"""Running use cases from the command line: check the neighbours, do it, leave nothing open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def perform(use_case: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a use case against the database and return its result.

    What it wakes and announces reaches the running workers and screens.

    Raises:
        Unavailable: The database is not there or has an old schema.
    """
    from xobito_app.cli.waiting import wait_for_schema

    wait_for_schema(0)
    return asyncio.run(_perform(use_case))


async def _perform(use_case: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    from xobito_app.features.connection.credentials import close_clients
    from xobito_app.jobs.wiring import wire
    from xobito_app.persistence import engine, redis

    wire()
    try:
        return await use_case()
    finally:
        await close_clients()
        await redis.close()
        await engine.dispose()
