"""The servers every test shares: those of DATABASE_URL and REDIS_URL, or the embedded ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

CALLER_ADDRESS = "198.51.100.7"

# Before anything of the application is imported: nothing of a test may touch a real install.
_DATA = tempfile.TemporaryDirectory(prefix="xobito tests ", ignore_cleanup_errors=True)
os.environ["XOBITO_DATA_DIR"] = _DATA.name
os.environ.setdefault("XOBITO_SIMULATOR", "1")

from xobito_app.cli.embedded import EmbeddedPostgres, EmbeddedValkey  # noqa: E402
from xobito_app.settings import get_settings  # noqa: E402


def _start(command: str) -> subprocess.Popen[bytes]:
    # The servers ask the system to be ended with us, so they die even when pytest is killed.
    log = Path(_DATA.name) / f"{command}.log"
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "xobito_app", command], stdout=file, stderr=subprocess.STDOUT
        )


def _wait_until(answers, server: subprocess.Popen[bytes], name: str) -> None:
    deadline = time.monotonic() + 30
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((Path(_DATA.name) / f"{name}.log").read_text())
        time.sleep(0.05)


def _stop(server: subprocess.Popen[bytes]) -> None:
    # PostgreSQL's fast shutdown: pools left open by a test do not hold it up.
    server.send_signal(signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _valkey_answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


_started: list[subprocess.Popen[bytes]] = []


def _start_servers() -> None:
    """Start what is not given, and let the settings find it."""
    data_path = Path(_DATA.name)
    postgres, valkey = EmbeddedPostgres(data_path), EmbeddedValkey(data_path)
    if not os.environ.get("DATABASE_URL"):
        server = _start("embedded-postgres")
        _started.append(server)
        _wait_until(
            lambda: postgres.url and _postgres_answers(postgres.url), server, "embedded-postgres"
        )
    if not os.environ.get("REDIS_URL"):
        server = _start("embedded-valkey")
        _started.append(server)
        _wait_until(lambda: valkey.url and _valkey_answers(valkey.url), server, "embedded-valkey")
    get_settings.cache_clear()


# Now, not in a fixture: the conftest files below import the application, which reads the settings.
# Tests that run in several processes have servers in each, and none in the one that hands them out.
_HANDS_OUT = "PYTEST_XDIST_WORKER" not in os.environ and any(
    argument.startswith(("-n", "--numprocesses")) for argument in sys.argv
)
if not _HANDS_OUT:
    _start_servers()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the whole-app tests last, all in one process: they share an installation.

    Their browser driver keeps an event loop of its own, which no other test may meet.
    """
    items.sort(key=_is_whole_app)
    for item in items:
        if _is_whole_app(item):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))


def _is_whole_app(item: pytest.Item) -> bool:
    # By their folder: one that forgot its mark would fail all that come after it.
    return "e2e" in item.path.parts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write half characters, which tests log on purpose, so that processes can hand them on."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_sessionfinish() -> None:
    """Stop what was started."""
    for server in _started:
        _stop(server)


@pytest.fixture(scope="session")
def database_url() -> str:
    """SQLAlchemy URL of the test database, with the psycopg driver."""
    return get_settings().database_url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """URL of the test Redis or Valkey, without a database number."""
    return get_settings().redis_url


@pytest.fixture(scope="session", autouse=True)
def _migrated() -> None:
    """Bring the test database to the newest schema once, unless that is said to be done."""
    from xobito_app.persistence import schema

    if not os.environ.get("XOBITO_TESTS_MIGRATED"):
        schema.upgrade()


@pytest.fixture
async def world(_migrated: None):
    """A fresh workspace with an owner and a number."""
    from tests.fixtures import make_world

    return await make_world()


@pytest.fixture
async def http(_migrated: None):
    """A client of the HTTP endpoints, in this process."""
    from xobito_app.api.app import build_api

    transport = httpx.ASGITransport(app=build_api(), client=(CALLER_ADDRESS, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest.fixture
async def line(_migrated: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A workspace connected to a simulator, with a customer who just wrote."""
    from tests.lines import open_line

    async with open_line(tmp_path, monkeypatch) as opened:
        yield opened


@pytest.fixture
def private_urls(monkeypatch: pytest.MonkeyPatch):
    """Let webhooks and fetched files reach this machine."""
    monkeypatch.setenv("XOBITO_ALLOW_PRIVATE_URLS", "1")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()
