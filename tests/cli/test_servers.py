"""The embedded servers for real: killed, moved, backed up and restored."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import psycopg
import pytest

from xobito_app.cli import places
from xobito_app.cli.embedded import EmbeddedPostgres, EmbeddedValkey
from xobito_app.cli.files import write_private
from xobito_app.cli.supervisor import Program, configuration


@pytest.fixture
def data_path(tmp_path):
    """A folder only we may enter, which the server's account must be let into as root."""
    return tmp_path / "my data"


def _environment(data_path) -> dict[str, str]:
    rest = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    return {**rest, "XOBITO_DATA_DIR": str(data_path)}


def _command(data_path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xobito_app", *arguments],
        env=_environment(data_path),
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
    return result


def _main_process(url: str) -> int | None:
    """Return the process id of the PostgreSQL that answers, or None."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            backend = connection.info.backend_pid
    except psycopg.OperationalError:
        return None
    try:
        with open(f"/proc/{backend}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return None


def test_a_killed_postgres_is_started_again_and_lost_nothing(data_path):
    postgres = EmbeddedPostgres(data_path)
    postgres.prepare_when_idle()
    file = data_path / "run" / "supervisord.conf"
    chosen = [Program("postgres", ("embedded-postgres",), 10, "INT")]
    write_private(file, configuration(data_path, chosen))
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "xobito_app", "supervise", str(file)],
        env=_environment(data_path),
        cwd=places.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        first = _until(lambda: _main_process(postgres.url))
        with psycopg.connect(postgres.owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(first, signal.SIGKILL)
        second = _until(lambda: _main_process(postgres.url))
        assert second != first
        with psycopg.connect(postgres.owner_url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        # And when the supervisor itself is killed, its server ends by itself.
        supervisor.kill()
        supervisor.wait()
        _until(lambda: not os.path.exists(f"/proc/{second}"))
    finally:
        supervisor.kill()
        supervisor.wait()


def test_a_taken_port_is_left_for_another_with_the_same_password(data_path):
    postgres, valkey = EmbeddedPostgres(data_path), EmbeddedValkey(data_path)
    postgres.prepare()
    valkey.prepare()
    for server in (postgres, valkey):
        before = urlsplit(server.url)
        with socket.create_server(("127.0.0.1", before.port or 0)):
            server.prepare()
        after = urlsplit(server.url)
        assert after.port != before.port
        assert after.password == before.password
        for url in (postgres.superuser_url, postgres.owner_url):
            assert url.endswith(f":{urlsplit(postgres.url).port}/xobito")
        server.prepare()
        assert urlsplit(server.url).port == after.port


def test_a_folder_of_another_postgresql_is_told(data_path):
    postgres = EmbeddedPostgres(data_path)
    postgres.prepare()
    (data_path / "postgres" / "PG_VERSION").write_text("17\n")
    done = _command(data_path, "embedded-postgres")
    assert done.returncode == 2
    assert re.search("made by PostgreSQL 17.* brings 18", done.stderr)
    assert done.stderr.count("\n") == 1


def test_a_backup_restored_elsewhere_holds_rows_media_and_key(data_path, tmp_path):
    assert _command(data_path, "backup", str(tmp_path / "early")).returncode == 0
    postgres = EmbeddedPostgres(data_path)
    (data_path / "media").mkdir()
    (data_path / "media" / "picture").write_bytes(b"\x00picture")
    server = subprocess.Popen(
        [sys.executable, "-m", "xobito_app", "embedded-postgres"],
        env=_environment(data_path),
        cwd=places.ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: _main_process(postgres.url))
        with psycopg.connect(postgres.owner_url) as connection:
            connection.execute("CREATE TABLE guest (workspace_id int)")
            connection.execute("INSERT INTO guest VALUES (7)")
            connection.execute("ALTER TABLE guest ENABLE ROW LEVEL SECURITY")
            connection.execute("ALTER TABLE guest FORCE ROW LEVEL SECURITY")
            connection.execute("CREATE POLICY wall ON guest USING (workspace_id = 0)")
        saved = tmp_path / "saved"
        done = _command(data_path, "backup", str(saved))
        assert done.returncode == 0, done.stderr
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
    assert "not empty" in _command(data_path, "backup", str(saved)).stderr

    other = tmp_path / "other data"
    for _ in range(2):
        done = _command(other, "restore", str(saved))
        assert done.returncode == 0, done.stderr
    assert (other / "secret_key").read_text() == (data_path / "secret_key").read_text()
    assert (other / "media" / "picture").read_bytes() == b"\x00picture"
    restored = EmbeddedPostgres(other)
    server = subprocess.Popen(
        [sys.executable, "-m", "xobito_app", "embedded-postgres"],
        env=_environment(other),
        cwd=places.ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: _main_process(restored.url))
        with psycopg.connect(restored.superuser_url) as connection:
            assert connection.execute("SELECT workspace_id FROM guest").fetchall() == [(7,)]
        with psycopg.connect(restored.owner_url) as connection:
            # The policy stands again, for the owner too.
            assert connection.execute("SELECT count(*) FROM guest").fetchone() == (0,)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
