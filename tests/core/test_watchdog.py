"""The watchdog ends a process whose loop hangs, and no other."""

import asyncio
import os
import subprocess
import sys
import threading
import time

import pytest

from xobito_app.core import watchdog
from xobito_app.core.watchdog import EXIT_STATUS, PATIENCE_SECONDS, watch_loop

HANGS = """
import asyncio, time
from xobito_app.core.watchdog import watch_loop
async def main():
    task = asyncio.create_task(watch_loop(patience=1.0))
    await asyncio.sleep(0.1)
    {what}
asyncio.run(main())
"""


ABANDONED = """
import asyncio
from xobito_app.core.watchdog import watch_loop
loop = asyncio.new_event_loop()
task = loop.create_task(watch_loop(patience=1.0))
loop.run_until_complete(asyncio.sleep(0.1))
"""


@pytest.mark.parametrize(
    ("what", "status"),
    [("while True: pass", EXIT_STATUS), ("await asyncio.sleep(2.5)", 0)],
    ids=["a loop that hangs", "a loop that turns"],
)
def test_a_process_whose_loop_hangs_ends_and_says_where(what, status):
    done = subprocess.run(
        [sys.executable, "-c", HANGS.format(what=what)], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == status
    assert ("line 7 in main" in done.stderr) is bool(status)


def test_a_process_that_leaves_its_loop_behind_simply_ends():
    done = subprocess.run([sys.executable, "-c", ABANDONED], capture_output=True, timeout=30)
    assert done.returncode == 0


async def test_a_pause_shorter_than_the_patience_ends_nothing(monkeypatch):
    monkeypatch.setattr(watchdog, "BEAT_SECONDS", 0.05)
    ended = threading.Event()
    task = asyncio.create_task(watch_loop(patience=2.0, end=ended.set))
    await asyncio.sleep(0.1)
    time.sleep(0.5)  # noqa: ASYNC251 - the very thing that is watched for
    await asyncio.sleep(0.2)
    task.cancel()
    assert not ended.is_set()


def test_ten_seconds_are_waited_for():
    assert PATIENCE_SECONDS == 10


def test_supervisors_are_told_by_the_status_that_something_inside_went_wrong():
    assert EXIT_STATUS == os.EX_SOFTWARE
