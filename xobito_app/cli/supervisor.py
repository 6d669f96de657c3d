"""Keeps our processes alive with `supervisord`: its configuration, its start and its end.

One chain of parents: `xobito run` → supervisord → each program. Every link asks the system to
be told when the one above ends, so that nothing outlives a killed parent.
"""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xobito_app.cli import places
from xobito_app.cli.files import write_private
from xobito_app.core.errors import AppError
from xobito_app.settings import child_environment

_QUIET_SECONDS = 30
STOP_SECONDS = 40
"""How long everything may take to end before it is killed."""


@dataclass(frozen=True, slots=True)
class Program:
    """One of our commands, kept alive.

    Attributes:
        arguments: What follows `python -m xobito_app`.
        priority: Lower starts earlier and stops later.
        stop_signal: What tells it to end.
    """

    name: str
    arguments: tuple[str, ...]
    priority: int = 100
    stop_signal: str = "TERM"


def programs(*, embed_postgres: bool, embed_redis: bool, simulate: bool) -> list[Program]:
    """Return what one machine runs."""
    chosen = [
        Program("web", ("web",)),
        Program("live", ("worker", "--lane", "live")),
        Program("bulk", ("worker", "--lane", "bulk")),
        Program("beat", ("beat",)),
    ]
    if simulate:
        chosen.append(Program("simulator", ("simulator",)))
    if embed_redis:
        chosen.append(Program("valkey", ("embedded-valkey",), priority=10))
    if embed_postgres:
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every session.
        chosen.append(Program("postgres", ("embedded-postgres",), 10, "INT"))
    return chosen


def configuration(data_path: Path, chosen: Sequence[Program]) -> str:
    """Return supervisord's configuration; secrets stay in the environment and in files."""
    logs = _escaped(data_path / "logs")
    run = _escaped(data_path / "run")
    sections = [
        "[supervisord]\n"
        "nodaemon=true\n"
        f"logfile={logs}/supervisord.log\n"
        "logfile_maxbytes=5MB\n"
        "logfile_backups=2\n"
        f"pidfile={run}/supervisord.pid\n"
        f"childlogdir={logs}\n"
        "umask=077\n"
    ]
    for program in chosen:
        command = _escaped(shlex.join([sys.executable, "-m", "xobito_app", *program.arguments]))
        sections.append(
            f"[program:{program.name}]\n"
            f"command={command}\n"
            f"directory={_escaped(places.ROOT)}\n"
            f"priority={program.priority}\n"
            "autostart=true\n"
            "autorestart=true\n"
            "startsecs=2\n"
            "startretries=1000000\n"
            f"stopsignal={program.stop_signal}\n"
            "stopwaitsecs=15\n"
            "killasgroup=true\n"
            "redirect_stderr=true\n"
            # This one value supervisord expands twice.
            f"stdout_logfile={_escaped(logs)}/{program.name}.log\n"
            "stdout_logfile_maxbytes=10MB\n"
            "stdout_logfile_backups=3\n"
        )
    return "\n".join(sections)


def _escaped(value: object) -> str:
    """Return the value with `%`, which supervisord expands, doubled."""
    return str(value).replace("%", "%%")


_EXITED = re.compile(r"(?:exited|gave up): (\w+) (?:\((.+?); not expected\)|(entered FATAL.*))")
_SPAWNED = re.compile(r"spawned: '(\w+)' with pid (\d+)")


class Supervisor:
    """A running supervisord, started again when it ends without being asked to."""

    def __init__(
        self, data_path: Path, chosen: Sequence[Program], tell: Callable[[str], None]
    ) -> None:
        self._configuration = data_path / "run" / "supervisord.conf"
        self._logs = data_path / "logs"
        self._tell = tell
        self._process_ids: dict[str, int] = {}
        self._process: subprocess.Popen[str] | None = None
        self._is_stopping = False
        self._told_at: dict[str, float] = {}
        self._environment = child_environment(XOBITO_DATA_DIR=str(data_path))
        write_private(self._configuration, configuration(data_path, chosen))

    def start(self) -> None:
        """Start supervisord and with it everything else."""
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "xobito_app", "supervise", str(self._configuration)],
            cwd=places.ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Ctrl-C in the terminal is ours to handle: one order to stop, in the right order.
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def restart_all(self) -> None:
        """Stop and start every program, for instance because a server has a new address."""
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def keep_alive(self) -> None:
        """Start supervisord again when it has ended by itself."""
        if self._process is None or self._process.poll() is None or self._is_stopping:
            return
        self._tell("The supervisor ended unexpectedly; starting everything again.")
        self._await_children(STOP_SECONDS)
        self.start()

    def stop(self) -> None:
        """Stop everything; what does not end in time is killed."""
        self._is_stopping = True
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._await_children(10)

    def _await_children(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while any(_is_alive(process_id) for process_id in self._process_ids.values()):
            if time.monotonic() > deadline:
                raise AppError("Some processes did not end; see the logs folder.")
            time.sleep(0.1)
        self._process_ids.clear()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Follow supervisord's own log: learn process ids, tell failures in one sentence."""
        for line in process.stdout or ():
            if found := _SPAWNED.search(line):
                name = found[1]
                self._process_ids[name] = int(found[2])
            elif (found := _EXITED.search(line)) and not self._is_stopping:
                self._tell_failure(found[1], found[2] or found[3])

    def _tell_failure(self, name: str, why: str) -> None:
        """Tell once, not at every try, that a program keeps ending."""
        now = time.monotonic()
        if now - self._told_at.get(name, -_QUIET_SECONDS) >= _QUIET_SECONDS:
            self._told_at[name] = now
            self._tell(f"{name} ended ({why}) and is started again; see {self._logs / name}.log.")


def await_predecessor(data_path: Path) -> None:
    """Wait while the supervisord of a killed run is still stopping its programs.

    Raises:
        AppError: It does not end.
    """
    deadline = time.monotonic() + STOP_SECONDS
    try:
        process_id = int((data_path / "run" / "supervisord.pid").read_text())
        command_line = Path(f"/proc/{process_id}/cmdline")
        own = str(data_path / "run" / "supervisord.conf").encode()
        while own in command_line.read_bytes():
            if time.monotonic() > deadline:
                raise AppError(f"The last run (process {process_id}) is still stopping; end it.")
            time.sleep(0.1)
    except (OSError, ValueError):
        return


def _is_alive(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    try:
        # A zombie, whose parent has not asked yet, does nothing any more.
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
