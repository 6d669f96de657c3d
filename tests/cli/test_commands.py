import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from xobito_app.cli import places
from xobito_app.cli.app import run_command
from xobito_app.cli.files import locked
from xobito_app.settings import get_settings


@pytest.fixture
def other_data(tmp_path, monkeypatch):
    """A data directory of its own, with a space in its name."""
    path = tmp_path / "my data"
    monkeypatch.setenv("XOBITO_DATA_DIR", str(path))
    get_settings.cache_clear()
    yield path
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["dance"], "No such command 'dance'"),
        (["worker"], "Missing option '--lane'"),
        (["worker", "--lane", "fast"], "'fast' is not one of 'live', 'bulk'"),
        (["migrate", "s3cret"], "more arguments than the command takes"),
        (["web", "--color"], "No such option"),
        (["backup"], "Missing argument 'DIR'"),
        (["restore", "/nowhere"], "is not a folder made by"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, says, capsys):
    assert run_command(arguments) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.err.startswith("xobito: ")
    assert told.err.count("\n") == 1
    assert "s3cret" not in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "http", "PORT"),
        ("PORT", "70000", "PORT"),
        ("WEB_WORKERS", "0", "WEB_WORKERS"),
        ("XOBITO_SIMULATOR", "maybe-s3cret", "XOBITO_SIMULATOR"),
    ],
)
def test_a_wrong_variable_is_named_without_its_value(name, value, says, monkeypatch, capsys):
    monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    try:
        assert run_command(["web"]) == 2
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert "s3cret" not in told


def test_an_unreachable_database_is_one_sentence_without_its_password(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://xobito:s3cret@127.0.0.1:1/xobito")
    get_settings.cache_clear()
    try:
        assert run_command(["migrate"]) == 2
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    told = capsys.readouterr().err
    assert "The database does not answer" in told
    assert "s3cret" not in told


def test_help_is_quick_and_names_every_public_command():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "xobito_app", "--help"],
        capture_output=True,
        text=True,
        cwd=places.ROOT,
        check=True,
    )
    for name in (
        "run",
        "web",
        "worker",
        "beat",
        "simulator",
        "migrate",
        "backup",
        "restore",
        "doctor",
    ):
        assert f"  {name} " in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"reflex", "celery", "sqlalchemy", "psycopg", "redis"}


def test_a_second_run_on_the_same_data_directory_is_refused(other_data):
    (other_data / "run").mkdir(parents=True)
    with locked(other_data / "run" / "run.lock") as is_ours:
        assert is_ours
        done = _run_command("run", XOBITO_DATA_DIR=str(other_data))
    assert done.returncode == 2
    assert "already running" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_taken_port_is_told_before_anything_starts(other_data):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = _run_command("run", XOBITO_DATA_DIR=str(other_data), PORT=str(port))
    assert done.returncode == 2
    assert f"Port {port} is taken" in done.stderr
    assert not (other_data / "postgres").exists()


def test_a_data_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    done = _run_command("run", XOBITO_DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 2
    assert "XOBITO_DATA_DIR" in done.stderr


def _run_command(name: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xobito_app", name],
        capture_output=True,
        text=True,
        env={**os.environ, **changes},
        cwd=places.ROOT,
        timeout=30,
        check=False,
    )


def test_the_socket_follows_the_page_s_port_in_the_pinned_reflex():
    import reflex_base

    from xobito_app.ui.build import SAME_HOST

    template = Path(reflex_base.__file__).parent / ".templates" / "web" / "utils" / "state.js"
    assert template.read_text().count(SAME_HOST) == 1


CONNECT = [
    *("whatsapp", "connect", "--workspace", "nowhere", "--waba-id", "1", "--phone-number-id", "2"),
    *("--access-token", "s3cret", "--app-id", "3", "--app-secret", "s3cret"),
]
CREATE = ["workspace", "create", "--name", "Acme", "--owner-name", "Ana", "--owner-email"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["workspace", "create"], "Missing option '--slug'"),
        (["workspace", "burn"], "No such command 'burn'"),
        ([*CREATE, "a@b.example", "--slug", "No!", "--owner-password", "s3cret-word"], "a-z, 0-9"),
        ([*CREATE, "nobody", "--slug", "cli-a", "--owner-password", "s3cret-word"], "e-mail"),
        ([*CREATE, "a@b.example", "--slug", "cli-b", "--owner-password", "s3cret"], "at least 8"),
        (["whatsapp", "connect"], "Missing option"),
        (CONNECT, "no workspace with the slug nowhere"),
        ([*CONNECT[:5], "", *CONNECT[6:]], "Enter the WhatsApp Business Account id"),
        ([*CONNECT, "--access-token", "s3cret s3cret"], "was not copied whole"),
        (["doctor", "--workspace", "nowhere"], "no workspace with the slug nowhere"),
    ],
)
def test_commands_refuse_in_one_line_without_the_secret(arguments, says):
    told = _run(*arguments)
    assert told.returncode == 2
    assert says in told.stderr
    assert told.stderr.count("\n") == 1
    assert "s3cret" not in told.stderr + told.stdout


def test_a_workspace_made_here_has_its_owner():
    arguments = [*CREATE, "ana@cli.example", "--slug", "cli-made", "--owner-password", "long one 7"]
    told = _run(*arguments)
    assert told.returncode == 0
    assert "cli-made is ready" in told.stdout
    assert "long one" not in told.stdout
    assert "cli-made is taken" in _run(*arguments).stderr


def test_the_doctor_of_an_unconnected_workspace_fails_and_says_what_to_do():
    _run(*CREATE, "ana@d.example", "--slug", "cli-d", "--owner-password", "long enough 8")
    told = _run("doctor", "--workspace", "cli-d")
    assert told.returncode == 1
    assert "FAIL  Connection: This workspace is not connected" in told.stdout
    assert "Connect a number" in told.stdout


def test_the_demo_wants_a_running_installation():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        told = _run("demo", PORT=str(probe.getsockname()[1]))
    assert told.returncode == 2
    assert "Xobito is not running here" in told.stderr


def _run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own: it opens and closes what a process has once."""
    return subprocess.run(
        [sys.executable, "-m", "xobito_app", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **changes},
        cwd=places.ROOT,
        timeout=60,
        check=False,
    )
