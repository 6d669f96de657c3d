"""The embedded PostgreSQL for the length of a block, for commands that run beside or without
the application.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from xobito_app.cli.embedded.postgres import EmbeddedPostgres
from xobito_app.core.errors import AppError
from xobito_app.settings import child_environment

_PATIENCE_SECONDS = 60


@contextmanager
def running_postgres(data_path: Path) -> Iterator[None]:
    """Use the server that runs on the data directory, or run one during the block.

    Raises:
        AppError: It cannot be started.
    """
    server = EmbeddedPostgres(data_path)
    if _answers(server.url):
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "xobito_app", "embedded-postgres"],
        env=child_environment(XOBITO_DATA_DIR=str(data_path)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    try:
        _await(server, process)
        yield
    finally:
        # PostgreSQL's fast shutdown; SIGTERM would wait for every session.
        process.send_signal(signal.SIGINT)
        process.communicate()


def _await(server: EmbeddedPostgres, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(server.url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            lines = process.communicate()[1].strip().splitlines() or ["it does not answer"]
            raise AppError(f"PostgreSQL did not start: {lines[-1].removeprefix('xobito: ')}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    if not url:
        return False
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
