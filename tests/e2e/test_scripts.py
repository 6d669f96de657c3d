"""The inbox's scripts come when they come: after the page is drawn, and in any order."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_inbox import SECONDS, greeted
from xobito_app.ui.pages.inbox.page import SCRIPTS

_LATE = re.compile(rf"/({'|'.join(SCRIPTS)})\.js$")


@pytest.mark.parametrize("order", ["as written", "reversed"])
def test_scripts_that_come_after_the_thread_find_it(place, open_as, customer, order):
    page = open_as("ana")
    text = greeted(place, page, customer)
    page.locator(".thread-button", has_text=text).click()
    page.wait_for_function("location.search.includes('c=')")
    held = []
    page.route(_LATE, lambda route: held.append(route))
    page.reload()
    expect(page.locator(".entry", has_text=text)).to_be_visible(timeout=20 * SECONDS)
    page.wait_for_timeout(500)
    assert len(held) == len(SCRIPTS)
    by_name = {_LATE.search(route.request.url)[1]: route for route in held}
    names = list(SCRIPTS) if order == "as written" else list(reversed(SCRIPTS))
    for name in names:
        with page.expect_response(re.compile(rf"/{name}\.js$")):
            by_name[name].continue_()
        page.wait_for_timeout(50)
    page.wait_for_function("document.getElementById('composer-key')?.value")
    page.fill("#composer-text", "We are.")
    page.keyboard.press("Enter")
    expect(page.locator(".entry[data-side=out]", has_text="We are.")).to_be_visible()
