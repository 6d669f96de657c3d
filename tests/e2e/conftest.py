"""One installation and one browser for all whole-app tests.

Each test stands alone: the installation it gets runs and is set up, and whoever writes to it in
a test is a customer of that test's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.installation import CHROMIUM_FLAGS, Customer, Installation, chromium

Opener = Callable[..., Page]

# Two busy cores run the installation, the browser and the tests: what comes late still comes.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def _installation() -> Iterator[Installation]:
    installation = Installation()
    try:
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def place(_installation: Installation) -> Installation:
    """A running installation with its people and a number, whatever a test before did to it."""
    _installation.make_ready()
    return _installation


@pytest.fixture
def empty_place() -> Iterator[Installation]:
    """A running installation nobody has set up yet."""
    installation = Installation()
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def customer(place: Installation) -> Customer:
    """Somebody who has never written before."""
    return place.new_customer()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        yield started
        started.close()


def _violations(said: str) -> list[str]:
    """Return what a page's console says of our own Content-Security-Policy."""
    return [said] if "Content Security Policy" in said else []


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address, signed in by a cookie; a script error or breach of policy fails the test."""
    opened: list[Page] = []
    complaints: list[str] = []

    def open_page(url: str, cookie: str = "", *, width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 820}, permissions=["microphone"]
        )
        if cookie:
            # For all paths, not for those beside the page alone.
            root = urljoin(url, "/")
            context.add_cookies([{"name": "xobito_session", "value": cookie, "url": root}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.extend(_violations(said.text)))
        page.goto(url)
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.context.close()
    assert complaints == []


@pytest.fixture
def open_as(place: Installation, open_page: Callable[..., Page]) -> Opener:
    """Open a page as one of the people of `people.py`, or as nobody."""

    def opened(person: str, path: str = "/inbox", *, width: int = 1280) -> Page:
        cookie = place.people[person] if person else ""
        return open_page(place.url + path, cookie, width=width)

    return opened
