"""Lists and forms as a person meets them: rows, ticks, errors, long names."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener


def write_reply(page: Page, shortcut: str, text: str = "We open at nine.") -> None:
    page.get_by_role("button", name="New reply").first.click()
    page.fill("[name=shortcut]", shortcut)
    page.fill("[name=body]", text)
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_form_says_all_that_is_wrong_and_forgets_what_is_mended(open_as: Opener):
    page = open_as("olga", "/canned-replies")
    shortcut = f"r{uuid4().hex[:8]}"
    write_reply(page, "Ü!", " ")
    errors = page.locator("[role=dialog] .field-error:visible")
    expect(errors).to_have_count(2)
    page.fill("[name=shortcut]", shortcut)
    expect(errors).to_have_count(1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[name=body]")).to_be_focused()
    expect(errors).to_have_count(1)
    page.fill("[name=body]", "We open at nine.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("row", name=f"/{shortcut}")).to_be_visible()


def test_a_row_opens_by_a_click_anywhere_and_by_enter(open_as: Opener):
    page = open_as("olga", "/canned-replies")
    shortcut = f"r{uuid4().hex[:8]}"
    write_reply(page, shortcut)
    row = page.get_by_role("row", name=f"/{shortcut}")
    row.locator("td").nth(1).click()
    expect(page.locator("[name=shortcut]")).to_have_value(shortcut)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    row.locator("[data-open]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=shortcut]")).to_have_value(shortcut)


def test_what_was_written_is_not_thrown_away_by_accident(open_as: Opener):
    page = open_as("olga", "/canned-replies")
    answers: list[bool] = [False, True]
    page.on("dialog", lambda asked: asked.accept() if answers.pop(0) else asked.dismiss())
    page.get_by_role("button", name="New reply").first.click()
    page.fill("[name=shortcut]", "half")
    page.keyboard.press("Escape")
    expect(page.locator("[name=shortcut]")).to_have_value("half")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_long_name_pushes_no_column_away_and_the_header_stays(open_as: Opener):
    page = open_as("olga", "/contacts/labels")
    page.get_by_role("tab", name="Groups").click()
    page.get_by_role("button", name="New group").first.click()
    name = "Wholesale " * 19
    page.fill("[name=name]", name)
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row", name="Wholesale").first
    expect(row.locator("[data-open]")).to_have_attribute("title", name.strip())
    menu = row.get_by_label("More actions").bounding_box()
    assert menu
    assert menu["x"] + menu["width"] < 1280
    assert (row.bounding_box() or {"height": 99})["height"] < 60


def test_selecting_moves_nothing_ticks_at_once_and_names_the_number(open_as: Opener):
    page = open_as("olga", "/contacts")
    for number in range(2):
        page.get_by_role("button", name="New contact").click()
        page.fill("[name=first_name]", f"Pick {number}")
        page.fill("[name=phone]", f"+1650{uuid4().int % 10_000_000:07d}")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".contact-head")).to_be_visible()
        page.goto(page.url.split("/contacts")[0] + "/contacts?q=Pick")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    before = rows.first.bounding_box()
    rows.first.locator("[data-tick]").click()
    # Before the server has answered.
    assert rows.first.locator("[data-tick]").is_checked()
    expect(page.get_by_role("button", name="Delete 1 contact", exact=True)).to_be_visible()
    assert rows.first.bounding_box() == before
    page.get_by_label("Select this page").click()
    expect(page.get_by_role("button", name="Delete 2 contacts")).to_be_visible()
    page.get_by_label("Select nothing").click()
    expect(page.locator("[data-tick]:checked")).to_have_count(0)
    rows.first.locator("td").nth(2).click()
    expect(page.locator(".contact-head")).to_be_visible()


def test_the_head_of_a_table_stays_while_its_rows_go_by(open_as: Opener):
    page = open_as("olga", "/contacts/labels")
    head = page.get_by_role("columnheader", name="Status")
    expect(head).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 300})
    page.locator(".shell-main").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    first = page.locator("tbody tr").first.bounding_box()
    assert first
    assert first["y"] < 60
    expect(head).to_be_in_viewport()


def test_a_file_of_contacts_goes_up_or_says_why_it_does_not(open_as: Opener):
    page = open_as("olga", "/contacts/import")
    picker = page.locator("[data-import]")
    picker.set_input_files({"name": "no.csv", "mimeType": "text/csv", "buffer": b""})
    expect(page.locator(".drop-note.field-error")).not_to_be_empty()
    content = b"Name,Phone\nAna,+43 660 1234567\n"
    picker.set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": content})
    expect(page).to_have_url(re.compile(r"/contacts/import/?\?id="))
