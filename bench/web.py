"""A web server in a process of its own for the length of a block."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.servers import ROOT
from xobito_app.cli.embedded.ports import free_port

PATIENCE_SECONDS = 20


@contextmanager
def serving(factory: str, **environment: str) -> Iterator[str]:
    """Serve what `module:factory` makes on loopback, and give its address.

    Raises:
        RuntimeError: It did not start.
    """
    port = free_port()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface=asgi",
            "--factory",
            "--host=127.0.0.1",
            f"--port={port}",
            "--workers=1",
            "--log-level=warning",
            "--no-access-log",
            factory,
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(15)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not start.")
