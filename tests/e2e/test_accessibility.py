"""No page, dialog or menu breaks a rule of axe: names, roles, contrast, keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import Opener
from tests.e2e.installation import Customer
from xobito_app.ui.routes import ROUTES

AXE = Axe()
SETTLED = 700
"""Milliseconds until what opens stands still: contrast is judged of what is opaque."""


def broken(page: Page) -> dict[str, list[str]]:
    """Return the rules a page breaks, with the elements that break them."""
    page.wait_for_timeout(SETTLED)
    found = AXE.run(page).response["violations"]
    return {rule["id"]: [node["html"][:160] for node in rule["nodes"][:4]] for rule in found}


@pytest.mark.parametrize("width", [1440, 390])
def test_pages(open_as: Opener, customer: Customer, width: int):
    customer.write("Is the blue one in stock?")
    page = open_as("olga", "/inbox", width=width)
    page.locator(".thread-button").first.wait_for()
    problems = {}
    for route in ROUTES:
        page.goto(page.url.split("/inbox")[0] + route.path if "/inbox" in page.url else page.url)
        problems[route.name] = broken(page)
    assert {name: found for name, found in problems.items() if found} == {}
