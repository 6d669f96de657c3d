"""The main job, whole: from an empty installation to answered customers, live for the team."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from playwright.sync_api import expect

SECONDS = 1000


def greeted(place, page, customer) -> str:
    """Let a customer write, wait for the line in the list, and return what it says."""
    text = f"Do you have {uuid4().hex[:8]}?"
    place.write(customer.id, text)
    expect(page.locator(".thread-button", has_text=text)).to_be_visible(timeout=20 * SECONDS)
    return text


def wait_for_list(page) -> None:
    page.wait_for_selector(".inbox-list .thread-row, .inbox-list .state", timeout=20 * SECONDS)


def test_a_newcomer_answers_the_first_simulated_message(empty_place, open_page):
    page = open_page(empty_place.url)
    page.wait_for_url(re.compile("/set-up"), timeout=20 * SECONDS)
    page.fill("[name=workspace_name]", "Bloom & Co")
    page.fill("[name=owner_name]", "Olga Owner")
    page.fill("[name=email]", "olga@example.com")
    page.fill("[name=password]", "short")
    page.click("button[type=submit]")
    expect(page.get_by_text("at least 8 characters").last).to_be_visible(timeout=10 * SECONDS)
    assert page.input_value("[name=workspace_name]") == "Bloom & Co"
    page.fill("[name=password]", "correct horse battery")
    page.click("button[type=submit]")
    page.wait_for_url(re.compile("/welcome"), timeout=20 * SECONDS)
    page.get_by_text("Try it with the simulator").click()
    page.wait_for_url(re.compile("/inbox"), timeout=40 * SECONDS)
    page.locator(".thread-button").first.click(timeout=60 * SECONDS)
    page.fill("#composer-text", "Yes, until six. We deliver for free.")
    page.keyboard.press("Enter")
    own = page.locator(".entry[data-side=out]").last
    expect(own).to_contain_text("Yes, until six.")
    expect(own.locator(".tick-label")).to_have_attribute(
        "title", re.compile("Delivered|Read"), timeout=20 * SECONDS
    )
    assert page.input_value("#composer-text") == ""


def test_the_set_up_page_is_closed_for_ever(place, open_as):
    page = open_as("", "/set-up")
    page.wait_for_url(re.compile("/sign-in"), timeout=20 * SECONDS)


def test_signing_in_and_out(place, open_as):
    page = open_as("", "/sign-in")
    page.fill("[name=email]", "ana@example.com")
    page.fill("[name=password]", "not it at all")
    page.click("button[type=submit]")
    expect(page.get_by_text("E-mail or password is wrong.")).to_be_visible(timeout=10 * SECONDS)
    page.fill("[name=password]", "correct horse battery")
    page.click("button[type=submit]")
    page.wait_for_url(re.compile("/inbox"), timeout=20 * SECONDS)
    cookie = next(c for c in page.context.cookies() if c["name"] == "xobito_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert "xobito_session" not in page.evaluate("document.cookie")


def test_a_message_is_live_for_those_who_may_see_it_and_nobody_else(place, open_as, customer):
    ana, bruno, carla = open_as("ana"), open_as("bruno"), open_as("carla")
    for page in (ana, bruno, carla):
        wait_for_list(page)
    text = greeted(place, ana, customer)
    expect(bruno.locator(".thread-button", has_text=text)).to_be_visible(timeout=10 * SECONDS)
    ana.locator(".thread-button", has_text=text).click()
    expect(ana.locator(".entry", has_text=text)).to_be_visible()
    ana.wait_for_function("location.search.includes('c=')")
    thread = re.search(r"c=([0-9a-f-]+)", ana.url)
    assert thread
    carla.goto(f"{place.url}/inbox?c={thread[1]}")
    wait_for_list(carla)
    carla.fill("#inbox-search", text.split()[-1])
    expect(carla.get_by_text("Nothing found", exact=True)).to_be_visible(timeout=10 * SECONDS)
    assert text not in carla.inner_text("body")
    assert customer.name not in carla.inner_text("body")


def test_a_thread_opened_by_its_address_is_read_by_whoever_looks(place, open_as, customer):
    olga = open_as("olga")
    olga.locator(".thread-button", has_text=greeted(place, olga, customer)).click()
    olga.wait_for_function("location.search.includes('c=')")
    thread = re.search(r"c=([0-9a-f-]+)", olga.url)
    assert thread
    ana = open_as("ana", f"/inbox?c={thread[1]}")
    row = f'.thread-row[data-id="{thread[1]}"]'
    expect(ana.locator(row)).to_be_visible(timeout=20 * SECONDS)
    expect(ana.locator(f'{row}[data-unread="true"]')).to_have_count(0)
    place.write(customer.id, "And one more thing")
    expect(ana.locator(".entry", has_text="And one more thing")).to_be_visible()
    expect(ana.locator(f'{row}[data-unread="true"]')).to_have_count(0)


def test_a_thread_that_is_long_in_coming_says_that_it_loads(place, open_as, customer):
    page = open_as("ana")
    row = page.locator(".thread-button", has_text=greeted(place, page, customer))
    row.click()
    expect(page.locator(".thread-name")).to_have_text(customer.name)
    expect(page.locator("#thread-opening")).to_be_hidden()
    # Nothing reaches the server any more, as on a train.
    page.evaluate("WebSocket.prototype.send = () => {}")
    row.click()
    expect(page.locator("#thread-opening .skeleton")).to_be_visible()


def test_a_double_click_sends_once_and_a_reload_sends_nothing(place, open_as, customer):
    page = open_as("ana")
    page.locator(".thread-button", has_text=greeted(place, page, customer)).click()
    text = f"Once only {uuid4().hex[:8]}"
    page.fill("#composer-text", text)
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.locator(".entry[data-side=out]", has_text=text)).to_have_count(1)
    page.reload()
    expect(page.locator(".entry[data-side=out]", has_text=text)).to_have_count(
        1, timeout=20 * SECONDS
    )
    chat = place.control("GET", f"/customers/{customer.id}/chat")
    assert [message["text"] for message in chat["data"]].count(text) == 1


def test_assigning_moves_the_thread_between_people_live(place, open_as, customer):
    olga, carla = open_as("olga"), open_as("carla")
    wait_for_list(carla)
    olga.locator(".thread-button", has_text=greeted(place, olga, customer)).click()
    expect(olga.locator(".thread-name")).to_have_text(customer.name)
    olga.click("#assign-thread")
    olga.get_by_role("menuitem", name="Carla").click()
    row = carla.locator(".thread-button", has_text=customer.name)
    expect(row).to_be_visible(timeout=10 * SECONDS)
    olga.click("#assign-thread")
    olga.get_by_role("menuitem", name="Nobody").click()
    expect(row).to_have_count(0, timeout=10 * SECONDS)


def test_a_cut_network_is_said_and_nothing_is_missed(place, open_as, customer):
    page = open_as("ana")
    wait_for_list(page)
    page.context.set_offline(True)
    expect(page.get_by_text("Disconnected.").first).to_be_visible(timeout=15 * SECONDS)
    text = f"While you were away {uuid4().hex[:8]}"
    place.write(customer.id, text)
    page.wait_for_timeout(3 * SECONDS)
    page.context.set_offline(False)
    expect(page.locator(".thread-button", has_text=text)).to_be_visible(timeout=30 * SECONDS)


def open_chat(place, open_as, customer):
    """Open the chat with somebody who has just written."""
    page = open_as("ana")
    wait_for_list(page)
    place.write(customer.id, "Hello")
    page.locator(".thread-button", has_text=customer.name).click()
    return page


def test_without_a_network_nothing_is_sent_and_the_text_stays(place, open_as, customer):
    page = open_chat(place, open_as, customer)
    old, new = (f"{word} words {uuid4().hex[:8]}" for word in ("First", "Better"))
    page.fill("#composer-text", old)
    page.context.set_offline(True)
    page.press("#composer-text", "Enter")
    expect(page.get_by_text("You are offline, so nothing was sent.")).to_be_visible()
    page.fill("#composer-text", new)
    page.context.set_offline(False)
    expect(page.get_by_text("Disconnected.").first).to_be_hidden(timeout=30 * SECONDS)
    expect(page.locator("#composer-text")).to_have_value(new)
    page.press("#composer-text", "Enter")
    expect(page.locator(".bubble-text", has_text=new)).to_be_visible()
    expect(page.locator("#composer-text")).to_have_value("")
    assert page.locator(".bubble-text", has_text=old).count() == 0


def test_what_is_written_while_a_message_is_on_its_way_is_kept(place, open_as, customer):
    page = open_chat(place, open_as, customer)
    first, second = (f"{word} {uuid4().hex[:8]}" for word in ("Quick", "Next"))
    page.fill("#composer-text", first)
    # Typed and sent again before the server can have answered.
    page.evaluate(
        """([words]) => {
            xobito.submitComposer();
            const area = document.getElementById("composer-text");
            area.value = words;
            area.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        [second],
    )
    expect(page.locator(".bubble-text", has_text=first)).to_be_visible()
    expect(page.locator("#composer-text")).to_have_value(second)
    page.evaluate("() => { xobito.submitComposer(); xobito.submitComposer(); }")
    expect(page.locator(".bubble-text", has_text=second)).to_have_count(1)
    expect(page.locator("#composer-text")).to_have_value("")
    expect(page.locator(".bubble-text", has_text=second)).to_have_count(1)


def test_hostile_text_is_only_text(place, open_as, customer):
    page = open_as("ana")
    wait_for_list(page)
    mark = uuid4().hex[:8]
    hostile = f"<img src=x onerror=\"document.title='pwned'\"><script>1</script>{mark}"
    place.write(customer.id, hostile)
    page.locator(".thread-button", has_text=mark).click(timeout=10 * SECONDS)
    expect(page.locator(".bubble-text", has_text=mark)).to_have_text(hostile)
    assert page.title() != "pwned"


def test_strangers_are_turned_away_at_every_door(place):
    with httpx.Client(base_url=place.url) as client:
        assert client.get("/media/0192c0de-0000-7000-8000-000000000000").status_code in (401, 404)
        assert client.post("/media", files={"file": b"x"}).status_code in (401, 403)
        assert client.post("/webhooks/whatsapp", content=b"{}").status_code == 401
        assert client.get("/webhooks/whatsapp", params={"hub.mode": "subscribe"}).status_code == 403
