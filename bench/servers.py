"""Servers of their own for a benchmark, thrown away afterwards; URLs given are used instead."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 60


@contextmanager
def running_servers() -> Iterator[Path]:
    """Run PostgreSQL and Valkey for the length of a block, migrated, and name them to the app."""
    with tempfile.TemporaryDirectory(prefix="xobito bench ", ignore_cleanup_errors=True) as folder:
        os.environ["XOBITO_DATA_DIR"] = folder
        from xobito_app.cli.embedded import EmbeddedPostgres, EmbeddedValkey

        data = Path(folder)
        started: list[subprocess.Popen[bytes]] = []
        try:
            if not os.environ.get("DATABASE_URL"):
                started.append(_start("embedded-postgres", data))
                _wait(lambda: _answers_sql(EmbeddedPostgres(data).url))
            if not os.environ.get("REDIS_URL"):
                started.append(_start("embedded-valkey", data))
                _wait(lambda: _answers_redis(EmbeddedValkey(data).url))
            from xobito_app.settings import get_settings

            get_settings.cache_clear()
            from xobito_app.persistence import schema

            schema.upgrade()
            yield data
        finally:
            for server in reversed(started):
                server.terminate()
            for server in started:
                try:
                    server.wait(15)
                except subprocess.TimeoutExpired:
                    server.kill()


def _start(name: str, data: Path) -> subprocess.Popen[bytes]:
    with (data / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "xobito_app", name],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _wait(answers) -> None:  # noqa: ANN001
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise SystemExit("A server did not start.")
        time.sleep(0.1)


def _answers_sql(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return bool(url)


def _answers_redis(url: str) -> bool:
    if not url:
        return False
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
