"""Bulk workers beside the supervised one, started again when they end, and killed on purpose."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading

from tests.e2e.installation import ROOT, Installation

_LOOK_SECONDS = 0.2


class Workers:
    """The bulk workers of an installation: the supervisor's and as many more as are wanted."""

    def __init__(self, place: Installation, count: int) -> None:
        self._place = place
        self._over = threading.Event()
        self._extra: list[subprocess.Popen[bytes] | None] = [None] * (count - 1)
        self._lock = threading.Lock()
        self._ready = threading.Event()
        # Children end with the thread that started them: it stays as long as they do.
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._keeper.start()
        self._ready.wait(10)

    def stop(self) -> None:
        self._over.set()
        self._keeper.join(10)
        for worker in self._extra:
            if worker and worker.poll() is None:
                worker.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.wait(10)
                if worker.poll() is None:
                    worker.kill()

    def _keep(self) -> None:
        while not self._over.is_set():
            with self._lock:
                for place, worker in enumerate(self._extra):
                    if worker is None or worker.poll() is not None:
                        self._extra[place] = self._spawn(place)
            self._ready.set()
            self._over.wait(_LOOK_SECONDS)
        # To the end, so that none is taken for an orphan before it is told to stop.
        for worker in self._extra:
            if worker and worker.poll() is None:
                worker.terminate()

    def _spawn(self, place: int) -> subprocess.Popen[bytes]:
        log = (self._place.data / "logs" / f"bulk{place + 2}.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", "xobito_app", "worker", "--lane", "bulk"],
            cwd=ROOT,
            env=self._place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def process_ids(self) -> list[int]:
        """Return the bulk workers that run."""
        with self._lock:
            extra = [one.pid for one in self._extra if one and one.poll() is None]
        supervised = self._place.program("bulk")
        return extra + ([supervised] if supervised else [])

    def kill_one(self, chance: random.Random) -> int | None:
        """End one of them without warning; None when none runs."""
        found = sorted(self.process_ids())
        if not found:
            return None
        chosen = chance.choice(found)
        with contextlib.suppress(ProcessLookupError):
            os.kill(chosen, signal.SIGKILL)
        return chosen
