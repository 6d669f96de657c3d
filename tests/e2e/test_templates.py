"""Templates as a person writes them: the phone beside the form, the review, the page after it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.test_inbox import open_chat
from tests.pictures import jpeg


def _look(page: Page, name: str) -> None:
    """Keep a picture where TEMPLATE_PICTURES says, for somebody who wants to look."""
    if folder := os.environ.get("TEMPLATE_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_template_is_written_judged_submitted_and_approved(open_as: Opener):
    page = open_as("olga", "/templates")
    page.get_by_role("link", name="New template").first.click()
    name = f"note_{uuid4().hex[:8]}"
    page.fill("[name=name]", "Order Note")
    page.fill("[name=body]", "{{1}}, your order is on its way")
    expect(page.locator(".field-error", has_text="like order_note")).to_be_visible()
    expect(page.locator(".field-error", has_text="2388299")).to_be_visible()
    page.fill("[name=name]", name)
    page.fill("[name=body]", "Hello {{1}}, your order is on its way to you.")
    page.get_by_label("Text: {{1}}").fill("Ana")
    phone = page.locator(".paper-bubble").first
    expect(phone).to_have_text("Hello Ana, your order is on its way to you.")
    page.get_by_role("button", name="Add button").click()
    page.get_by_role("menuitem", name="Link").click()
    page.get_by_label("Button text").fill("Track it")
    page.get_by_label("Address").fill("https://shop.example.com/track")
    button = page.locator(".paper-button")
    expect(button).to_have_text("Track it")
    expect(button).to_have_attribute("title", "https://shop.example.com/track")
    expect(page.locator(".field-error:visible")).to_have_count(0)
    _look(page, "editor")
    page.reload()
    expect(page.locator("[name=name]")).to_have_value(name)
    expect(page.get_by_label("Button text")).to_have_value("Track it")
    page.get_by_role("button", name="Submit to Meta").click()
    expect(page).to_have_url(re.compile(r"/templates/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    _look(page, "template")
    # The review takes some seconds; the page is read anew until it is over.
    expect(page.locator(".badge", has_text=re.compile("Pending|Approved")).first).to_be_visible()
    for _ in range(15):
        page.reload()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        if page.locator("header .badge", has_text="Approved").count():
            break
        page.wait_for_timeout(1000)
    expect(page.locator("header .badge").first).to_have_text("Approved")
    _look(page, "approved")


def _sync(page: Page) -> None:
    """Take over the account's templates, unless that was done before."""
    listed = page.get_by_role("link", name="hello_world")
    expect(page.get_by_role("heading", name="Templates")).to_be_visible()
    if not listed.count():
        page.get_by_role("button", name="Sync now").click()
    expect(listed).to_be_visible()


def test_it_fits_a_phone_and_the_dark(open_as: Opener):
    for width in (1440, 1024, 390):
        for theme in ("light", "dark"):
            page = open_as("olga", "/templates", width=width)
            page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
            page.reload()
            _sync(page)
            _look(page, f"list-{width}-{theme}")
            page.get_by_role("link", name="order_confirmation").first.click()
            expect(page.locator(".paper-button").first).to_be_visible()
            _look(page, f"template-{width}-{theme}")
            page.get_by_role("link", name="Edit").click()
            expect(page.locator("[name=body]")).to_be_visible()
            _look(page, f"editor-{width}-{theme}")
            room = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert room <= 0, (width, theme)


def test_a_template_with_a_picture_goes_out_from_a_thread(place, open_as, customer):
    _sync(open_as("olga", "/templates"))
    page = open_chat(place, open_as, customer)
    page.get_by_label("Send a template").first.click()
    page.get_by_role("dialog").get_by_text("summer_sale").click()
    picture = {"name": "sale.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    page.locator("input[data-upload]").set_input_files(picture)
    expect(page.locator("[data-upload-state]")).to_have_text("sale.jpg")
    page.locator("[name='body.1']").fill("Ana")
    page.locator("[name='body.2']").fill("25 %")
    page.locator("[name='button.2']").fill("SAVE25")
    _look(page, "dialog")
    page.get_by_role("button", name="Send template").click()
    sent = page.locator(".entry[data-side=out]").last
    expect(sent).to_contain_text("Hi Ana, our summer sale is on: 25 % off")
    expect(sent.locator(".tick-label")).to_have_attribute(
        "title", re.compile("Sent|Delivered|Read"), timeout=20_000
    )
