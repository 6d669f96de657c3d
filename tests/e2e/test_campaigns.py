"""A campaign as somebody makes the first one: from a template to a report that says delivered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.installation import Customer, Installation


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).last.click()


def sync_templates(page: Page) -> None:
    press(page, "Sync now")
    expect(page.get_by_role("row", name="bienvenida").first).to_be_visible()


def test_a_first_campaign_is_launched_and_delivered(
    place: Installation, open_as: Opener, customer: Customer
):
    place.write(customer.id, "Do you have news?")
    page = open_as("olga", "/templates")
    sync_templates(page)
    page.goto(f"{place.url}/campaigns")
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_role("button", name="bienvenida").click()
    expect(page).to_have_url(re.compile("/campaigns/[0-9a-f-]{36}/edit"))
    expect(page.get_by_text("Saved")).to_be_visible()

    press(page, "Next: Audience")
    press(page, "Picked by hand")
    page.get_by_placeholder("Find a contact").fill(customer.name)
    page.locator(".picker-line", has_text=customer.name).click()
    expect(page.get_by_text("1 picked")).to_be_visible()

    press(page, "Next: Variables")
    # The text greets whoever gets it, so their first name is what is suggested.
    expect(page.get_by_label("Contact field")).to_have_value("contact.first_name")
    page.get_by_label("If it is empty").fill("friend")

    press(page, "Next: Check")
    expect(page.get_by_text("1 person: 1 will get it, 0 will not.")).to_be_visible()
    expect(page.locator(".campaign-phone")).to_contain_text("(1 of 1)")

    press(page, "Next: Launch")
    press(page, "Launch")
    expect(page).to_have_url(re.compile("/campaigns/[0-9a-f-]{36}$"))
    expect(page.get_by_role("button", name="Undo").first).to_be_visible()
    row = page.get_by_role("row", name=customer.name)
    expect(row).to_contain_text(re.compile("Delivered|Read"), timeout=45_000)
    expect(page.get_by_text("Completed")).to_be_visible(timeout=30_000)


def test_a_launch_is_undone_and_nothing_was_sent(
    place: Installation, open_as: Opener, customer: Customer
):
    place.write(customer.id, "Hello?")
    page = open_as("olga", "/templates")
    sync_templates(page)
    page.goto(f"{place.url}/campaigns/new")
    page.get_by_role("button", name="hello_world").click()
    expect(page).to_have_url(re.compile("/edit"))
    press(page, "Next: Audience")
    press(page, "Picked by hand")
    page.get_by_placeholder("Find a contact").fill(customer.name)
    page.locator(".picker-line", has_text=customer.name).click()
    expect(page.get_by_text("1 picked")).to_be_visible()
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_text("1 person: 1 will get it, 0 will not.")).to_be_visible()
    press(page, "Launch")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Nothing was sent.")).to_be_visible()
    expect(page).to_have_url(re.compile("/edit"))


FITS = "document.documentElement.scrollWidth <= window.innerWidth"


def next_step(page: Page, name: str) -> None:
    assert page.evaluate(FITS)
    press(page, f"Next: {name}")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_file_is_sent_two_templates_and_the_answer_stands_below_its_bubble(
    place: Installation, open_as: Opener, customer: Customer, tmp_path: Path, width: int
):
    place.write(customer.id, "Do you have news?")
    number = place.phone_of(customer)
    other = place.new_customer()
    page = open_as("olga", "/templates", width=width)
    sync_templates(page)
    page.goto(f"{place.url}/campaigns/new")
    page.get_by_role("button", name="bienvenida").click()
    expect(page).to_have_url(re.compile("/campaigns/[0-9a-f-]{36}/edit"))
    second = page.get_by_label("Try against a second template")
    second.select_option(label=second.locator("option", has_text="hello_world").inner_text())

    next_step(page, "Audience")
    press(page, "A file")
    file = tmp_path / "people.csv"
    file.write_text(f"Mobile,Town\n+{number},Rome\n+{place.phone_of(other)},Oslo\n")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("2 rows; the number is in “Mobile”")).to_be_visible()

    next_step(page, "Variables")
    page.get_by_label("Filled with").select_option(label="Column of the file")
    page.get_by_label("Column").select_option("Town")

    next_step(page, "Check")
    expect(page.get_by_text("2 people: 2 will get it, 0 will not.")).to_be_visible()
    next_step(page, "Launch")
    press(page, "Launch")
    expect(page).to_have_url(re.compile("/campaigns/[0-9a-f-]{36}$"))
    expect(page.get_by_text("Completed")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="A and B")).to_be_visible()
    row = page.get_by_role("row", name=customer.name)
    expect(row).to_contain_text(re.compile("Delivered|Read"), timeout=45_000)
    assert page.evaluate(FITS)

    # From the report to the chat: what was sent stands there, and the answer below it.
    campaign = page.url
    row.get_by_role("link", name="Chat").click()
    bubble = page.locator(".entry[data-side=out]").last
    expect(bubble.locator(".campaign-mark a")).to_have_attribute(
        "href", campaign.removeprefix(place.url)
    )
    place.write(customer.id, "Yes, please")
    expect(page.locator(".entry").last).to_contain_text("Yes, please")
    expect(page.locator(".entry[data-side=out] + .entry")).to_contain_text("Yes, please")
    bubble.locator(".campaign-mark a").click()
    expect(page).to_have_url(campaign)
    page.get_by_role("button", name="Replied", exact=True).click()
    expect(page).to_have_url(f"{campaign}?state=replied")
    expect(page.get_by_role("row", name=place.phone_of(other))).to_have_count(0)
    expect(page.get_by_role("row", name=customer.name)).to_be_in_viewport()
