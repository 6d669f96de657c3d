"""No page, dialog or menu breaks a rule of axe: names, roles, contrast, landmarks, keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import Opener
from tests.e2e.installation import Customer, Installation
from xobito_app.ui.routes import ROUTES

AXE = Axe()
SETTLED = 600
"""Milliseconds until what opens stands still: contrast is judged of what is opaque."""


def broken(page: Page) -> dict[str, list[str]]:
    """Return the rules a page breaks, with the elements that break them."""
    page.wait_for_timeout(SETTLED)
    found = AXE.run(page).response["violations"]
    return {rule["id"]: [node["html"][:200] for node in rule["nodes"][:4]] for rule in found}


@pytest.mark.parametrize("width", [1440, 390])
def test_pages(place: Installation, open_as: Opener, customer: Customer, width: int):
    place.write(customer.id, "Is the blue one in stock?")
    page = open_as("olga", "/inbox", width=width)
    page.locator(".thread-button").first.wait_for()
    problems = {}
    for route in ROUTES:
        page.goto(place.url + route.path)
        page.locator("main h1").first.wait_for(state="attached")
        problems[route.name] = broken(page)
    assert {name: found for name, found in problems.items() if found} == {}


def click(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.click()


def press(keys: str) -> Callable[[Page], None]:
    def pressed(page: Page) -> None:
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(keys)

    return pressed


OPENERS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "palette": ("/inbox", press("Control+k")),
    "keys": ("/inbox", press("?")),
    "person": ("/inbox", click(".rail [aria-label=You]")),
    "workspaces": ("/inbox", click(".rail [aria-label=Workspaces]")),
    "filters": ("/inbox", click("[aria-label='Narrow the list']")),
    "thread": ("thread", lambda page: None),
    "assign": ("thread", press("a")),
    "more": ("thread", click(".thread-head [aria-label='More actions']")),
    "emoji": ("thread", click("#composer-emoji")),
    "send later": ("thread", click("[aria-label='Send later']")),
    "template": ("thread", click("[aria-label='Send a template']")),
    "status": ("thread", click("[aria-label='Change the status']")),
    "new contact": ("/contacts?new=1", lambda page: page.locator("[role=dialog]").wait_for()),
    "new reply": ("/canned-replies", click("button:has-text('New reply')")),
    "new token": ("/settings/api-tokens", click("main button:has-text('New token')")),
    "invite": ("/team", click("main button:has-text('Invite')")),
}


def test_what_opens(place: Installation, open_as: Opener, customer: Customer):
    place.write(customer.id, "Is the blue one in stock?")
    page = open_as("olga", "/inbox", width=1440)
    page.locator(".thread-button").first.click()
    page.locator("#composer-text").wait_for()
    thread = page.url.removeprefix(place.url)
    problems = {}
    for name, (path, open_it) in OPENERS.items():
        page.goto(place.url + (thread if path == "thread" else path))
        wanted = "#composer-text" if path == "thread" else "main h1"
        page.locator(wanted).first.wait_for(state="attached")
        page.wait_for_timeout(SETTLED)
        open_it(page)
        problems[name] = broken(page)
        # A dialog that is open when a page is loaded anew is open again.
        page.keyboard.press("Escape")
        page.wait_for_timeout(SETTLED)
    assert {name: found for name, found in problems.items() if found} == {}
