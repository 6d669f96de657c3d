"""A newcomer's path again and again beside busy loops: does the first message always appear?

`python -m bench.newcomer --times 50 --busy 2`. Not among the benchmarks that run by default: it
looks for what happens once in a while, and takes minutes.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, TimeoutError as TooLate, sync_playwright

from tests.e2e.installation import CHROMIUM_FLAGS, Installation, chromium

PATIENCE_MS = 20_000
"""How long a step may take on a machine kept busy; a missed message never comes at all."""


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Keep so many cores busy for the length of a block."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def empty(place: Installation) -> None:
    """Take everything out of the database, so that the next one is the first again.

    Only the owner of the tables may, and the installation goes on working meanwhile: what gets in
    its way is tried again.
    """
    url = (place.data / "run" / "postgres.owner.url").read_text().strip()
    while True:
        with suppress(psycopg.errors.DeadlockDetected), psycopg.connect(url) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchall()
            connection.execute(f"TRUNCATE {', '.join(name for (name,) in tables)} CASCADE")
            return


def walk(page: Page, url: str) -> dict[str, float]:
    """Set up, choose the simulator, and see the first message; return seconds for each step."""
    began = time.monotonic()
    page.goto(url)
    page.wait_for_url(re.compile("/set-up"))
    page.fill("[name=workspace_name]", "Bloom & Co")
    page.fill("[name=owner_name]", "Olga Owner")
    page.fill("[name=email]", "olga@example.com")
    page.fill("[name=password]", "correct horse battery")
    page.click("button[type=submit]")
    page.wait_for_url(re.compile("/welcome"))
    page.get_by_text("Try it with the simulator").click()
    page.wait_for_url(re.compile("/inbox"))
    arrived = time.monotonic()
    page.locator(".thread-button").first.click()
    page.wait_for_selector(".entry[data-side=in]")
    return {"set_up": arrived - began, "first_message": time.monotonic() - arrived}


def attempt(browser: Browser, place: Installation) -> dict[str, float] | str:
    """Walk the path once in a browser of one's own; return where it ended when it failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 820})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    try:
        return walk(page, place.url)
    except TooLate as error:
        return f"{page.url.removeprefix(place.url)}: {str(error).splitlines()[0]}"
    finally:
        context.close()


def run(*, times: int = 10, busy: int = 2) -> dict[str, Any]:
    """Return how often the first message was missed, and how long it took otherwise."""
    place = Installation()
    walked: list[dict[str, float]] = []
    misses: list[str] = []
    try:
        place.start()
        with sync_playwright() as playwright, busy_loops(busy):
            path = chromium()
            browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
            for number in range(times):
                if number:
                    empty(place)
                came = attempt(browser, place)
                if isinstance(came, str):
                    misses.append(came)
                else:
                    walked.append(came)
                print(f"{number + 1}: {came}", file=sys.stderr, flush=True)
            browser.close()
    finally:
        place.stop()
    waits = sorted(came["first_message"] for came in walked)
    return {
        "times": times,
        "busy_loops": busy,
        "misses": misses,
        "first_message": {
            "median_s": round(statistics.median(waits), 2) if waits else None,
            "max_s": round(waits[-1], 2) if waits else None,
        },
        "set_up": {
            "median_s": round(statistics.median(c["set_up"] for c in walked), 2) if walked else None
        },
        "ok": not misses,
    }


def main() -> None:
    """Print one JSON object; exit 1 when a message was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.newcomer", description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--busy", type=int, default=2)
    given = parser.parse_args()
    result = run(times=given.times, busy=given.busy)
    print(json.dumps({"bench": "newcomer", **result}), flush=True)
    sys.exit(0 if result["ok"] else 1)


if __name__ == "__main__":
    main()
