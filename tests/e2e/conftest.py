"""One installation and one browser for all whole-app tests; they run in the order of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.installation import CHROMIUM_FLAGS, Installation, chromium

Opener = Callable[..., Page]

# Two busy cores run the installation, the browser and the tests: what comes late still comes.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def place() -> Iterator[Installation]:
    """A running installation nobody has set up yet."""
    installation = Installation()
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        yield started
        started.close()


@pytest.fixture
def open_as(place: Installation, browser: Browser) -> Iterator[Opener]:
    """Open a page as one of the people of `people.py`; a script error on it fails the test."""
    opened: list[Page] = []
    complaints: list[str] = []

    def open_page(person: str, path: str = "/inbox", *, width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 820}, permissions=["microphone"]
        )
        if person:
            cookie = {"name": "xobito_session", "value": place.people[person], "url": place.url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(place.url + path)
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.context.close()
    assert complaints == []
