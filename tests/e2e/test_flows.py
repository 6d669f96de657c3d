"""The flow builder as people use it: drawn, tried, published; by two at once, and offline."""

from __future__ import annotations

import json
import random
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.installation import Customer, Installation
from tests.e2e.test_inbox import wait_for_list


def _new(page: Page) -> str:
    """Make a flow of the ready-made menu and return its address."""
    page.get_by_role("button", name="New flow").click()
    page.get_by_role("menuitem", name="Menu").click()
    expect(page).to_have_url(re.compile(r"/flows/[0-9a-f-]{36}$"))
    expect(page.locator(".flow-card").first).to_be_visible()
    return page.url


def _card(page: Page, title: str) -> Any:
    return page.locator(".flow-card").filter(
        has=page.locator(".flow-card-title", has_text=re.compile(f"^{title}$"))
    )


def _is_saved(page: Page) -> None:
    expect(page.locator(".flow-saved")).to_have_text("Saved")


def test_a_flow_is_drawn_tried_published_and_answers(
    open_as: Opener, place: Installation, customer: Customer
):
    page = open_as("olga", "/flows", width=1440)
    _new(page)
    _card(page, "Hours").click()
    words = f"Open until six, {uuid4().hex[:6]}."
    page.locator(".flow-panel").get_by_label("Message").fill(words)
    expect(_card(page, "Hours")).to_contain_text(words)
    _is_saved(page)
    page.get_by_role("button", name="Triggers").click()
    keyword = f"hours{uuid4().hex[:6]}"
    box = page.get_by_label("Keywords, with commas between them").first
    box.fill(keyword)
    box.blur()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Try it").click()
    page.get_by_placeholder("Write as the customer").fill("anything")
    page.keyboard.press("Enter")
    page.locator(".flow-said").get_by_role("button", name="Opening hours").click()
    expect(page.locator(".flow-phone")).to_contain_text(words)
    page.get_by_label("Close the test panel").click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.locator(".flow-head")).to_contain_text("Version 1")
    inbox = open_as("olga")
    wait_for_list(inbox)
    place.write(customer.id, keyword)
    inbox.locator(".thread-button", has_text=customer.name).click()
    expect(inbox.locator("main")).to_contain_text("How can we help?")


def test_a_button_that_goes_takes_its_edge_along_and_undo_brings_both_back(open_as: Opener):
    page = open_as("olga", "/flows", width=1440)
    _new(page)
    edges = page.locator(".react-flow__edge")
    expect(edges).to_have_count(4)
    _card(page, "Menu").click()
    page.get_by_role("button", name="Delete button").nth(1).click()
    expect(edges).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(edges).to_have_count(4)
    title = page.locator(".flow-panel").get_by_label("Title").first
    title.fill("When are you open?")
    expect(edges).to_have_count(4)
    page.locator(".flow-panel").get_by_role("button", name="Move button down").first.click()
    expect(edges).to_have_count(4)
    _is_saved(page)
    page.reload()
    expect(edges).to_have_count(4)
    expect(_card(page, "Menu")).to_contain_text("When are you open?")


def test_a_flow_is_drawn_with_the_keyboard_alone(open_as: Opener):
    page = open_as("olga", "/flows", width=1440)
    page.get_by_role("button", name="New flow").click()
    page.get_by_role("menuitem", name="Empty").click()
    palette = page.get_by_role("toolbar", name="Nodes to add")
    expect(palette).to_be_visible()
    palette.get_by_role("button", name="Ask").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".flow-card")).to_have_count(1)
    palette.get_by_role("button", name="Text").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".flow-card")).to_have_count(2)
    # The new one hangs on the first free way out of the one that was chosen.
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    node = page.locator(".react-flow__node").nth(1)
    before = node.evaluate("element => element.style.transform")
    node.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(node).not_to_have_attribute("style", re.compile(re.escape(before)))
    page.keyboard.press("Delete")
    expect(page.locator(".flow-card")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator(".flow-card")).to_have_count(2)
    _is_saved(page)


COPY = """() => {
  document.querySelector(".flow-palette button").focus();
  const told = new DataTransfer();
  document.dispatchEvent(new ClipboardEvent("copy", {clipboardData: told, bubbles: true}));
  return told.getData("text/plain");
}"""
PASTE = """words => {
  document.querySelector(".flow-palette button").focus();
  const told = new DataTransfer();
  told.setData("text/plain", words);
  const happened = {clipboardData: told, bubbles: true, cancelable: true};
  document.dispatchEvent(new ClipboardEvent("paste", happened));
}"""
CHOOSE = """at => {
  const nodes = document.querySelectorAll(".react-flow__node");
  if (nodes.length) nodes[at % nodes.length].click();
}"""


def _document(page: Page) -> dict[str, Any]:
    """Return what a tab holds of the flow, by id: everything is copied."""
    page.locator(".flow-palette button").first.focus()
    page.keyboard.press("Control+a")
    page.wait_for_timeout(200)
    told = json.loads(page.evaluate(COPY))
    return {part["id"]: part for part in (*told["nodes"], *told["edges"])}


def _edit(page: Page, chance: random.Random) -> None:
    """Do one of the things people do, without waiting for what comes of it."""
    match chance.randrange(5):
        case 0 | 1:
            words = f"{chance.random()}"
            fresh = {"id": "n", "kind": "text", "x": chance.randrange(900), "y": 0}
            node = {**fresh, "data": {"text": words, "preview_url": False}}
            page.evaluate(PASTE, json.dumps({"xobito": "flow", "nodes": [node], "edges": []}))
        case 2:
            page.evaluate(CHOOSE, chance.randrange(50))
            page.locator(".flow-palette button").first.focus()
            page.keyboard.press("Delete")
        case 3:
            page.locator(".flow-palette button").first.focus()
            page.keyboard.press("Control+z")
        case _:
            page.evaluate(CHOOSE, chance.randrange(50))
            name = page.locator(".flow-panel").get_by_label("Name on the canvas")
            if name.count():
                name.fill(f"{chance.random()}")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_tabs_that_edit_at_once_end_with_the_same(open_as: Opener, seed: int):
    first = open_as("olga", "/flows", width=1440)
    path = "/flows/" + _new(first).rpartition("/")[2]
    second = open_as("olga", path, width=1440)
    expect(second.locator(".flow-card").first).to_be_visible()
    chance = random.Random(seed)
    for _ in range(30):
        for page in (first, second):
            _edit(page, chance)
    for page in (first, second):
        _is_saved(page)
    first.wait_for_timeout(2000)
    held = [_document(page) for page in (first, second)]
    first.reload()
    expect(first.locator(".flow-card").first).to_be_visible()
    first.wait_for_timeout(1000)
    assert held[0] == held[1]
    assert held[0] == _document(first)


def test_what_is_drawn_offline_is_not_lost(open_as: Opener):
    page = open_as("olga", "/flows", width=1440)
    _new(page)
    page.context.set_offline(True)
    _card(page, "Hours").click()
    page.locator(".flow-panel").get_by_label("Message").fill("Written while the line was down.")
    expect(page.locator(".flow-saved")).to_have_text("Saving…")
    page.wait_for_timeout(6000)
    page.context.set_offline(False)
    expect(page.locator(".flow-saved")).to_have_text("Saved", timeout=30000)
    page.reload()
    expect(_card(page, "Hours")).to_contain_text("Written while the line was down.")
