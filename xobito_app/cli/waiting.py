"""Waiting for the neighbours: a process started early, or after a crash, finds its own way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import psycopg
import redis
from pydantic import ValidationError

from xobito_app.core.errors import Unavailable
from xobito_app.persistence import schema
from xobito_app.settings import get_settings

_PAUSE_SECONDS = 0.2


def wait_for_database(patience_seconds: float) -> None:
    """Return when the database accepts the application's role.

    Raises:
        Unavailable: It does not within the time.
    """

    def answers() -> bool:
        with psycopg.connect(schema.plain_url(), connect_timeout=3):
            return True

    _wait(answers, "The database does not answer; see DATABASE_URL.", patience_seconds)


def wait_for_schema(patience_seconds: float) -> None:
    """Return when the database has the schema this version expects.

    Raises:
        Unavailable: It does not within the time.
    """

    def is_current() -> bool:
        return asyncio.run(schema.read_revisions()) == schema.expected_revisions()

    _wait(
        is_current,
        "The database is unreachable or its schema is old; run `xobito migrate`.",
        patience_seconds,
    )


def wait_for_redis(patience_seconds: float) -> None:
    """Return when Redis or Valkey answers.

    Raises:
        Unavailable: It does not within the time.
    """

    def answers() -> bool:
        url = get_settings().redis_url
        if not url:
            raise Unavailable("No Redis: set REDIS_URL, or start everything with `make run`.")
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            return bool(client.ping())

    _wait(answers, "Redis does not answer; see REDIS_URL.", patience_seconds)


def _wait(is_ready: Callable[[], bool], sentence: str, patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    while True:
        reason = sentence
        try:
            if is_ready():
                return
        except Unavailable as error:
            # Nothing to ask yet: the embedded server has not written its address.
            reason = error.message
        except (psycopg.Error, redis.RedisError, OSError):
            reason = sentence
        except ValidationError:
            # Of a variable that has nothing to do with it.
            raise
        except ValueError:
            raise Unavailable(f"{sentence.rstrip('.')}: it is not a valid URL.") from None
        if time.monotonic() >= deadline:
            raise Unavailable(reason)
        time.sleep(_PAUSE_SECONDS)
