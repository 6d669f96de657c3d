"""A whole installation of its own to test against: every process, in a folder with spaces."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # A microphone that hums, for voice messages.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def chromium() -> str:
    """Return the browser to use: CHROMIUM, or the installed one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    if not found:
        raise RuntimeError("No Chromium: set CHROMIUM, or install it.")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Customer:
    """A simulated person of one test."""

    id: str
    name: str


class Installation:
    """`xobito run` with data of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="xobito e2e ", ignore_cleanup_errors=True)
        self.data = Path(self._folder.name)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.people: dict[str, str] = {}

    def environment(self) -> dict[str, str]:
        """Return the environment of its processes: nothing of an installation around us."""
        kept = {
            k: v
            for k, v in os.environ.items()
            if k not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL"}
        }
        return {
            **kept,
            "XOBITO_DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "XOBITO_SIMULATOR": "1",
        }

    def make_ready(self) -> None:
        """Have it run and set up."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        if not self.people:
            self.fill()

    def start(self) -> None:
        log = (self.data / "run.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "xobito_app", "run"],
            cwd=ROOT,
            env=self.environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.data / "run.log").read_text()[-2000:])
            time.sleep(0.3)

    def _is_ready(self) -> bool:
        return "is ready" in (self.data / "run.log").read_text()

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._folder.cleanup()

    # Violence ----------------------------------------------------------------------------

    def process_ids(self) -> list[int]:
        """Return the processes of this installation, parents before children.

        By descent, not by environment: PostgreSQL and Valkey write their title over theirs.
        """
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    children.setdefault(int(parent), []).append(int(stat.parent.name))
        found = [self._process.pid] if self._process and self._process.poll() is None else []
        for process_id in found:
            found.extend(children.get(process_id, []))
        return found

    def program(self, name: str) -> int | None:
        """Return the process of a program by the supervisor's log, when it runs.

        For PostgreSQL it is the server itself, not the command that watches it.
        """
        if name == "postgres":
            first = self.data / "postgres" / "postmaster.pid"
            process_id = int(first.read_text().split()[0]) if first.exists() else 0
        else:
            log = (self.data / "logs" / "supervisord.log").read_text()
            spawned = re.findall(rf"spawned: '{name}' with pid (\d+)", log)
            process_id = int(spawned[-1]) if spawned else 0
        return process_id if process_id in self.process_ids() else None

    def kill(self, name: str) -> int:
        """End a program without warning and return its process id."""
        process_id = self.program(name)
        assert process_id, f"{name} does not run"
        os.kill(process_id, signal.SIGKILL)
        return process_id

    def wait_for_another(self, name: str, killed: int, *, seconds: float) -> None:
        """Wait until a program runs again as another process."""
        deadline = time.monotonic() + seconds
        while self.program(name) in (None, killed):
            assert time.monotonic() < deadline, f"{name} was not started again"
            time.sleep(0.1)

    def kill_everything(self) -> None:
        """End all processes without warning, as a power cut does."""
        for process_id in self.process_ids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        assert self._process
        self._process.wait(10)

    def stored_texts(self, pattern: str) -> list[str]:
        """Return the bodies of the stored messages that are LIKE a pattern."""
        url = (self.data / "run" / "postgres.url").read_text().strip()
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                spaces = connection.execute("SELECT id FROM workspace").fetchall()
                bodies: list[str] = []
                for (workspace_id,) in spaces:
                    connection.execute(
                        "SELECT set_config('xobito.workspace_id', %s, true)", [str(workspace_id)]
                    )
                    rows = connection.execute(
                        "SELECT body FROM message WHERE body LIKE %s", [pattern]
                    )
                    bodies += [body for (body,) in rows]
                return bodies
        except psycopg.OperationalError:
            return []

    def command(self, *arguments: str) -> str:
        """Run a module inside the installation and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return done.stdout

    def fill(self) -> None:
        """Make the owner, two agents, one who sees nothing of theirs, and the simulated number."""
        self.people = json.loads(self.command("tests.e2e.people"))

    # The simulator -----------------------------------------------------------------------

    def control(self, method: str, path: str, **request: Any) -> Any:
        """Make one call to the simulator's control API."""
        url = (self.data / "run" / "simulator.url").read_text().strip()
        token = (self.data / "simulator" / "control_token").read_text().strip()
        # A test before may have ended it, and it is only being started again: a call that nobody
        # took can be made anew.
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, timeout=30) as client:
            headers = {"X-Control-Token": token}
            answer = client.request(method, f"{url}/control{path}", headers=headers, **request)
        answer.raise_for_status()
        return answer.json()

    def account(self) -> dict[str, Any]:
        """Return the simulated account of the one workspace, its secrets included."""
        return self.control("GET", "/wabas")["data"][0]

    def customers(self) -> list[dict[str, Any]]:
        return self.control("GET", f"/wabas/{self.account()['waba_id']}/customers")["data"]

    def new_customer(self) -> Customer:
        """Return a person nobody knows yet."""
        mark = uuid4()
        given = {
            "name": f"Customer {mark.hex[:8]}",
            "phone": f"1415{2_000_000 + mark.int % 7_000_000}",
        }
        made = self.control("POST", f"/wabas/{self.account()['waba_id']}/customers", json=given)
        return Customer(made["id"], given["name"])

    def phone_of(self, customer: Customer) -> str:
        """Return the number of a customer, digits only."""
        found = self.control("GET", f"/customers/{customer.id}")
        return str(found["phone"]).lstrip("+")

    def write(self, customer_id: str, text: str) -> None:
        """Let a customer write."""
        self.control(
            "POST", f"/customers/{customer_id}/messages", json={"type": "text", "body": text}
        )

    # Meta's webhook, by hand -------------------------------------------------------------

    def post_signed(self, client: httpx.Client, body: dict[str, Any], secret: str) -> int:
        """Post a delivery as Meta does and return the status."""
        return self.post_raw(client, json.dumps(body).encode(), secret)

    def post_raw(self, client: httpx.Client, raw: bytes, secret: str) -> int:
        """Post bytes as a delivery, rightly signed whatever they are, and return the status."""
        mark = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        answer = client.post(
            f"{self.url}/webhooks/whatsapp",
            content=raw,
            headers={
                "Content-Type": "application/json",
                "X-Hub-Signature-256": f"sha256={mark}",
            },
        )
        return answer.status_code
