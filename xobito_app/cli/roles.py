"""The long-running commands: web, worker, beat, simulator. Each waits for what it needs,
then becomes the real program, so that whoever supervises it supervises that.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from xobito_app.cli import places
from xobito_app.cli.processes import become_program, end_with_parent
from xobito_app.settings import child_environment, get_settings

_PATIENCE_SECONDS = 120.0


class LaneName(StrEnum):
    """The lanes a worker can serve; one process never serves both."""

    LIVE = "live"
    BULK = "bulk"


def web() -> None:
    """Serve the screens, the API and the webhooks on PORT."""
    from xobito_app.cli.embedded import ports
    from xobito_app.core.errors import Unavailable

    parent = os.getppid()
    settings = get_settings()
    places.check_screens()
    _wait_for_neighbours()
    # After a crash the last worker of the predecessor may hold the port for a moment.
    if not ports.becomes_free(settings.port, places.ALL_ADDRESSES, seconds=15):
        raise Unavailable(f"Port {settings.port} is taken by another program; set PORT.")
    _become_python(
        parent,
        "-m",
        "granian",
        "--interface=asgi",
        "--factory",
        f"--host={places.ALL_ADDRESSES}",
        f"--port={settings.port}",
        f"--workers={settings.web_workers}",
        "--workers-kill-timeout=3",
        "--respawn-failed-workers",
        "--log-level=warning",
        "--no-access-log",
        "xobito_app.xobito_app:app",
        __REFLEX_SKIP_COMPILE="true",
        REFLEX_ENV_MODE="prod",
        __REFLEX_MOUNT_FRONTEND_COMPILED_APP="true",
    )


def worker(
    lane: Annotated[LaneName, typer.Option(help="Which work: live or bulk.")],
) -> None:
    """Do the background work of one lane."""
    parent = os.getppid()
    _wait_for_neighbours()
    _become_python(
        parent,
        "-m",
        "celery",
        "--app=xobito_app.jobs.celery_app:celery",
        "worker",
        f"--queues={lane.value}",
        f"--hostname={lane.value}.{os.getpid()}@%h",
        "--pool=solo",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel=WARNING",
    )


def beat() -> None:
    """Ask for the repeated work. Run one of it, however many machines there are."""
    from xobito_app.cli.files import make_data_directory

    parent = os.getppid()
    run_path = make_data_directory(get_settings().data_path)
    _wait_for_neighbours()
    _become_python(
        parent,
        "-m",
        "celery",
        "--app=xobito_app.jobs.celery_app:celery",
        "beat",
        f"--schedule={run_path / 'beat'}",
        "--pidfile=",
        "--loglevel=WARNING",
    )


def simulator() -> None:
    """Serve the local stand-in for Meta on a loopback port kept in the data directory."""
    from importlib import import_module

    from xobito_app.cli.embedded import ports
    from xobito_app.cli.files import make_data_directory, write_private

    end_with_parent(parent=os.getppid())
    settings = get_settings()
    run_path = make_data_directory(settings.data_path)
    port = settings.simulator_port_given or ports.kept_or_free(settings.simulator_url)
    url = f"http://{ports.LOOPBACK}:{port}"
    if url != settings.simulator_url:
        write_private(run_path / "simulator.url", url)
    server = import_module("xobito_app.simulator.server")
    server.serve(port=port, data_dir=settings.data_path / "simulator")


def _wait_for_neighbours() -> None:
    from xobito_app.cli.waiting import wait_for_redis, wait_for_schema

    wait_for_redis(_PATIENCE_SECONDS)
    wait_for_schema(_PATIENCE_SECONDS)


def _become_python(parent: int, *arguments: str, **environment: str) -> None:
    os.chdir(places.ROOT)
    end_with_parent(parent=parent)
    become_program(
        [sys.executable, *arguments],
        child_environment(XOBITO_DATA_DIR=str(get_settings().data_path), **environment),
    )
