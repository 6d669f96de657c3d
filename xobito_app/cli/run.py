"""`xobito run`: everything on this machine, from one command, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from types import FrameType

from xobito_app.cli import build, places
from xobito_app.cli.embedded import EmbeddedPostgres, EmbeddedValkey, ports
from xobito_app.cli.files import hold_lock, make_data_directory
from xobito_app.cli.supervisor import Supervisor, await_predecessor, programs
from xobito_app.core.errors import AppError, Conflict
from xobito_app.features.mail.rules import read_smtp_url
from xobito_app.settings import Settings, child_environment, get_settings

_START_SECONDS = 180
_WATCH_SECONDS = 0.5


class _Stop(BaseException):
    """Ctrl-C or SIGTERM: not a failure, and not to be caught on the way."""


def run() -> None:
    """Start everything on this machine and print the address; Ctrl-C stops it all."""
    settings = get_settings()
    stopped = _on_signals()
    try:
        _prepare(settings)
        supervisor = Supervisor(
            settings.data_path,
            programs(
                embed_postgres=not settings.database_url_given,
                embed_redis=not settings.redis_url_given,
                simulate=settings.simulator != "0",
            ),
            _tell,
        )
        try:
            _serve(settings, supervisor, stopped)
        finally:
            _ignore_signals()
            supervisor.stop()
    except _Stop:
        _tell("Stopped.")


def _prepare(settings: Settings) -> None:
    """Check what can be checked before anything is started, and build the screens.

    Raises:
        AppError: The data directory or the port is taken, or the build failed.
    """
    # A wrong SMTP_URL is better said now than found out by whoever waits for a mail.
    if settings.smtp_url:
        read_smtp_url(settings.smtp_url, fallback_host="localhost")
    run_path = make_data_directory(settings.data_path)
    if not hold_lock(run_path / "run.lock", wait_seconds=0):
        raise Conflict(
            f"Xobito is already running on {settings.data_path}; "
            "stop it first, or choose another XOBITO_DATA_DIR."
        )
    await_predecessor(settings.data_path)
    if not ports.becomes_free(settings.port, places.ALL_ADDRESSES, seconds=1):
        raise Conflict(
            f"Port {settings.port} is taken by another program; choose another: "
            f"PORT={settings.port + 10} make run."
        )
    if not settings.database_url_given:
        _tell("Preparing the database.")
        EmbeddedPostgres(settings.data_path).prepare_when_idle()
    if not settings.redis_url_given:
        EmbeddedValkey(settings.data_path).prepare_when_idle()
    # Made here once, so that no two processes make it at the same time.
    _ = settings.secret_key
    if not build.is_current():
        _tell("Building the screens, once; this takes up to a minute.")
        build.build_screens()


def _serve(settings: Settings, supervisor: Supervisor, stopped: threading.Event) -> None:
    _tell("Starting.")
    supervisor.start()
    _migrate()
    _await_health(settings, supervisor)
    _tell(f"Xobito is ready: {settings.public_url}")
    _tell_setup_code()
    _tell("Press Ctrl-C to stop.")
    addresses = (settings.database_url, settings.redis_url)
    while not stopped.wait(_WATCH_SECONDS):
        supervisor.keep_alive()
        current = (settings.database_url, settings.redis_url)
        if current != addresses:
            addresses = current
            _tell("A server had to move to another port; starting everything again.")
            supervisor.restart_all()


def _tell_setup_code() -> None:
    """While nobody is the owner, say what a browser on another machine needs to become it."""
    from xobito_app.cli.services import perform
    from xobito_app.features.workspaces import service as workspaces, setup_code
    from xobito_app.persistence.unit_of_work import unit_of_work

    async def is_set_up() -> bool:
        async with unit_of_work() as uow:
            return await workspaces.is_set_up(uow.session)

    if not perform(is_set_up):
        _tell(f"To set it up from another computer, you need this code: {setup_code.read_code()}")


def _migrate() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "xobito_app", "migrate", "--wait"],
        cwd=places.ROOT,
        env=child_environment(XOBITO_DATA_DIR=str(get_settings().data_path)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["the database could not be migrated"]
        raise AppError(lines[-1].removeprefix("xobito: "))


def _await_health(settings: Settings, supervisor: Supervisor) -> None:
    """Return when the web process serves and sees its neighbours.

    Raises:
        AppError: It does not within three minutes.
    """
    deadline = time.monotonic() + _START_SECONDS
    state: dict[str, object] = {}
    while time.monotonic() < deadline:
        supervisor.keep_alive()
        try:
            url = f"http://127.0.0.1:{settings.port}/health"
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            state = json.loads(error.read() or "{}")
        except (OSError, ValueError):
            pass
        time.sleep(0.2)
    wrong = ", ".join(f"{name} {state[name]}" for name in ("database", "schema", "redis") if state)
    raise AppError(
        f"Xobito did not become ready ({wrong or 'the web process does not answer'}); "
        f"see {settings.data_path / 'logs'}."
    )


def _tell(sentence: str) -> None:
    print(sentence, flush=True)


def _on_signals() -> threading.Event:
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        raise _Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return stopped


def _ignore_signals() -> None:
    """Let the orderly stop finish, however often Ctrl-C is pressed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
