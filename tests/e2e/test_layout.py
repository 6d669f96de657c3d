"""Long names stay within their places: nothing lies over its neighbour or beside the page."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Opener
from tests.e2e.installation import Customer, Installation
from xobito_app.ui.routes import ROUTES

SLUG = "bloom-co"
LONG = "Llanfairpwllgwyngyll" * 9
STICKS_OUT = """() => [...document.querySelectorAll("main *")].filter((element) => {
  const style = getComputedStyle(element);
  if (!element.clientWidth || style.display === "inline" || element.closest("svg")) return false;
  return style.overflowX === "visible" && element.scrollWidth > element.clientWidth + 1;
}).map((element) => `${element.tagName}.${element.className}`)"""


@pytest.fixture
def long_names(place: Installation) -> str:
    """Two contacts who may be the same, with everything about them as long as it may be."""
    name = f"long {uuid4().hex[:8]}"
    said = place.command(
        "xobito_app", "token", "create", "--workspace", SLUG, "--name", name, "--all"
    )
    key = re.search(r"apitk_\w+", said)
    assert key
    address = f"{place.url}/api/v1/{SLUG}/contacts"
    made = ""
    with httpx.Client(headers={"Authorization": f"Bearer {key[0]}"}) as client:
        for _ in range(2):
            person = {
                "first_name": LONG,
                "company": LONG,
                "email": f"{uuid4().hex}{'long' * 5}@{'domain' * 9}.example.com",
                "phone": f"+1415{2_000_000 + uuid4().int % 7_000_000}",
                "groups": [LONG[:60]],
            }
            answer = client.post(address, json=person)
            assert answer.is_success, answer.text
            made = answer.json()["data"]["id"]
    return made


def sticking_out(page: Page) -> list[str]:
    page.locator("main h1").first.wait_for(state="attached")
    page.wait_for_timeout(500)
    return page.evaluate(STICKS_OUT)


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_sticks_out(
    place: Installation, open_as: Opener, customer: Customer, long_names: str, width: int
):
    place.write(customer.id, LONG * 3)
    page = open_as("olga", "/inbox", width=width)
    page.locator(".thread-button").first.click()
    page.locator(".entry").first.wait_for()
    found = {"thread": sticking_out(page)}
    for name, path in [(r.name, r.path) for r in ROUTES] + [("contact", f"/contacts/{long_names}")]:
        page.goto(place.url + path)
        found[name] = sticking_out(page)
    assert {name: what for name, what in found.items() if what} == {}
