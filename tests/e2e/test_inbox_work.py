"""What only a browser can tell: files, the microphone, emoji, suggestions, sounds."""

from __future__ import annotations

import base64
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.pictures import PDF, jpeg

SECONDS = 1000
DROP = """([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  const target = document.querySelector("#thread-scroll");
  for (const kind of ["dragover", "drop"])
    target.dispatchEvent(
      new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
PASTE = """([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  document.querySelector("#composer-text").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""
LISTENING = """
  window.told = [];
  window.sounds = 0;
  window.Notification = class {
    constructor(title, options) { window.told.push([title, options.body]); }
    static get permission() { return "granted"; }
    static requestPermission() { return Promise.resolve("granted"); }
    close() {}
  };
  HTMLMediaElement.prototype.play = function () { window.sounds += 1; return Promise.resolve(); };
"""


@pytest.fixture
def thread(place, open_as, customer):
    """A thread whose customer just wrote, open in the owner's browser."""
    text = f"Hello {uuid4().hex[:8]}"
    place.write(customer.id, text)
    page = open_as("olga")
    # By name: WhatsApp's times are whole seconds, so an answer of the same second stands newer.
    page.locator(".thread-button", has_text=customer.name).first.click(timeout=30 * SECONDS)
    expect(page.locator(".entry", has_text=text)).to_be_visible(timeout=10 * SECONDS)
    page.click("#composer-reply")
    return page


def carried(name: str, kind: str, content: bytes) -> list[str]:
    return [name, kind, base64.b64encode(content).decode()]


def sent(page: Page):
    return page.locator(".entry[data-side=out]")


def test_dropped_and_pasted_files_leave_with_their_captions(thread):
    page, mark = thread, uuid4().hex[:8]
    page.evaluate(DROP, carried("kitchen.jpg", "image/jpeg", jpeg()))
    page.evaluate(PASTE, carried("plan.pdf", "application/pdf", PDF))
    page.evaluate(PASTE, carried("virus.exe", "application/x-msdownload", b"MZ"))
    expect(page.locator(".file-caption")).to_have_count(2, timeout=10 * SECONDS)
    expect(page.locator(".file-card.is-failed")).to_contain_text("WhatsApp does not take")
    page.locator(".file-card.is-failed .file-remove").click()
    page.locator(".file-caption").nth(1).fill(f"The plan {mark}")
    page.fill("#composer-text", f"Look {mark}")
    page.keyboard.press("Enter")
    expect(sent(page).filter(has_text=f"Look {mark}").locator("img")).to_be_visible(
        timeout=10 * SECONDS
    )
    expect(sent(page).filter(has_text=f"The plan {mark}")).to_contain_text("plan.pdf")
    expect(page.locator(".file-card")).to_have_count(0)


def test_files_wait_in_their_own_chat(place, thread):
    page = thread
    page.evaluate(PASTE, carried("plan.pdf", "application/pdf", PDF))
    expect(page.locator(".file-card")).to_have_count(1, timeout=10 * SECONDS)
    mine = re.search(r"c=([0-9a-f-]+)", page.url)
    other = place.new_customer()
    place.write(other.id, "Me too")
    page.locator(".thread-button", has_text=other.name).click(timeout=10 * SECONDS)
    expect(page.locator(".file-card")).to_have_count(0, timeout=10 * SECONDS)
    assert mine
    page.locator(f'.thread-row[data-id="{mine[1]}"] .thread-button').click()
    expect(page.locator(".file-card")).to_have_count(1, timeout=10 * SECONDS)
    page.locator(".file-remove").click()


def test_a_voice_message_is_recorded_and_the_draft_stays(thread):
    page = thread
    before = page.locator(".entry[data-side=out] .media-audio").count()
    page.fill("#composer-text", "Still writing")
    page.click("#composer-voice")
    expect(page.locator("#voice-time")).to_have_text(re.compile("0:0[12]"), timeout=5 * SECONDS)
    page.click("#voice-send")
    expect(page.locator(".entry[data-side=out] .media-audio")).to_have_count(
        before + 1, timeout=15 * SECONDS
    )
    assert page.input_value("#composer-text") == "Still writing"
    page.fill("#composer-text", "")


def test_a_reaction_is_put_changed_and_taken_away(thread):
    page = thread
    bubble = page.locator(".entry[data-side=in]").last
    for name, shown in (("React with ❤️", "❤️"), ("React with 👍", "👍"), ("Remove 👍", None)):
        bubble.locator(".bubble").hover()
        bubble.locator("[data-react]").click()
        page.get_by_role("menuitem", name=name).click()
        mark = bubble.locator(".reaction")
        if shown:
            expect(mark).to_have_text(shown, timeout=10 * SECONDS)
        else:
            expect(mark).to_have_count(0, timeout=10 * SECONDS)


def test_an_emoji_is_found_and_stands_where_the_cursor_was(thread):
    page = thread
    page.fill("#composer-text", "Thanks ")
    page.click("#composer-emoji")
    page.get_by_label("Find an emoji").fill("party popper")
    page.keyboard.press("Enter")
    expect(page.locator("#composer-text")).to_have_value("Thanks 🎉")
    page.fill("#composer-text", "")


def test_a_colleague_is_called_and_finds_the_note(place, thread, open_as):
    page, mark = thread, uuid4().hex[:8]
    page.click("#composer-note")
    page.click("#composer-text")
    expect(page.locator("#composer[data-mode=note]")).to_be_visible()
    page.keyboard.type("Your turn, @an")
    expect(page.locator(".slash-list .picker-line", has_text="Ana")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type(mark)
    expect(page.locator("#composer-text")).to_have_value(f"Your turn, @Ana {mark}")
    ana = open_as("ana")
    expect(ana.locator("#mentions-tab")).to_be_visible(timeout=20 * SECONDS)
    ana.wait_for_timeout(1 * SECONDS)
    page.keyboard.press("Enter")
    expect(ana.locator("#mentions-tab .count")).to_be_visible(timeout=10 * SECONDS)
    ana.click("#mentions-tab")
    ana.locator(".thread-button", has_text=mark).click()
    expect(ana.locator(".mention", has_text="@Ana").last).to_be_visible(timeout=10 * SECONDS)
    expect(ana.locator("#mentions-tab .count")).to_have_count(0, timeout=10 * SECONDS)


def test_who_wishes_is_told_in_the_background_and_nobody_else(place, thread, open_as):
    page = thread
    page.add_init_script(LISTENING)
    page.goto(f"{place.url}/account")
    for name in ("Play a sound", "Show browser notifications"):
        switch = page.get_by_label(name, exact=True)
        switch.click(timeout=20 * SECONDS)
        expect(switch).to_have_attribute("aria-checked", "true", timeout=10 * SECONDS)
    other = open_as("ana", "/account")
    other.add_init_script(LISTENING)
    other.reload()
    other.wait_for_selector("[role=switch]", timeout=20 * SECONDS)
    page.wait_for_timeout(1 * SECONDS)
    heard, text = page.evaluate("sounds"), f"Are you there? {uuid4().hex[:8]}"
    place.write(place.new_customer().id, text)
    page.wait_for_function(f"told.some(([, body]) => body === '{text}')", timeout=15 * SECONDS)
    assert page.evaluate("sounds") == heard + 1
    # The count follows within a second: however much happens, it is not asked more often.
    expect(page).to_have_title(re.compile(r"^\(\d+\) "), timeout=10 * SECONDS)
    assert other.evaluate("told") == []
    assert other.evaluate("sounds") == 0
