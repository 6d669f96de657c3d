"""Secrets shown once, and the first sign-in with a password an admin chose, in a real browser."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.sync_api import expect

SECONDS = 1000
GIVEN, OWN = "chosen by an admin", "chosen by myself"


def test_a_token_is_shown_once(open_as):
    page = open_as("olga", "/settings/api-tokens")
    page.get_by_role("button", name="New token").first.click(timeout=20 * SECONDS)
    page.fill("[name=name]", "Web shop")
    page.check("[name='contacts.read']")
    page.get_by_role("button", name="Create").click()
    shown = page.get_by_label("API token")
    expect(shown).to_have_value(re.compile("^apitk_[A-Za-z0-9]{64}$"), timeout=10 * SECONDS)
    token = shown.input_value()
    page.get_by_role("button", name="I have saved it").click()
    expect(shown).to_have_count(0)
    assert token not in page.content()
    page.reload()
    expect(page.get_by_text("Web shop").first).to_be_visible(timeout=20 * SECONDS)
    assert token not in page.content()


def test_the_second_factor_shows_its_picture_and_key(open_as):
    page = open_as("bruno", "/account")
    page.get_by_role("button", name="Switch on").click(timeout=20 * SECONDS)
    expect(page.get_by_label("The secret")).to_have_value(
        re.compile("^([A-Z2-7]{4} ?){8}$"), timeout=10 * SECONDS
    )
    picture = page.locator("[data-once=second-factor-picture]")
    expect(picture).to_have_attribute("src", re.compile("^data:image/svg"))
    page.get_by_role("button", name="Cancel").click()
    expect(picture).to_have_count(0)


def test_who_was_given_a_password_chooses_their_own_at_the_first_sign_in(open_as):
    email = f"dora-{uuid4().hex[:8]}@example.com"
    page = open_as("olga", "/team")
    page.get_by_role("button", name="Invite").click(timeout=20 * SECONDS)
    page.select_option("[name=way]", "password")
    page.fill("[name=name]", "Dora")
    page.fill("[name=email]", email)
    page.fill("[name=password]", GIVEN)
    page.select_option("[name=role_id]", label="Agent")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text(email)).to_be_visible(timeout=10 * SECONDS)
    page = open_as("", "/sign-in?next=/contacts")
    page.fill("[name=email]", email)
    page.fill("[name=password]", GIVEN)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile("/choose-password"), timeout=20 * SECONDS)
    page.goto(page.url.replace("/choose-password", "/inbox"))
    page.wait_for_url(re.compile("/choose-password"), timeout=20 * SECONDS)
    page.fill("[name=password]", GIVEN)
    page.locator("#gate-form button[type=submit]").click()
    expect(page.get_by_text("Choose another one")).to_be_visible(timeout=10 * SECONDS)
    page.fill("[name=password]", OWN)
    page.locator("#gate-form button[type=submit]").click()
    page.wait_for_url(re.compile("/inbox"), timeout=20 * SECONDS)


def test_an_invitation_link_is_shown_and_opens(open_as):
    page = open_as("olga", "/team")
    page.get_by_role("button", name="Invite").click(timeout=20 * SECONDS)
    page.fill("[name=email]", f"emil-{uuid4().hex[:8]}@example.com")
    page.select_option("[name=role_id]", label="Agent")
    page.get_by_role("button", name="Make the link").click()
    shown = page.get_by_label("The link")
    expect(shown).to_have_value(re.compile("/join#.{30}"), timeout=10 * SECONDS)
    guest = open_as("", "/join#" + shown.input_value().partition("#")[2])
    expect(guest.get_by_text("You are invited to")).to_be_visible(timeout=20 * SECONDS)
