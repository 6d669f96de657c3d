"""Rules for buttons.

Meta's guide "Message Templates", buttons, and the subcodes of template creation (2388xxx).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from xobito_app.whatsapp import limits
from xobito_app.whatsapp.drafting.draft import Button, Draft
from xobito_app.whatsapp.drafting.problems import Hit, RuleTable
from xobito_app.whatsapp.template_text import VARIABLE, names_of

TABLE = RuleTable()
rule = TABLE.rule

WORDS: dict[str, str] = {
    "QUICK_REPLY": "quick reply",
    "URL": "link",
    "PHONE_NUMBER": "phone",
    "COPY_CODE": "code",
    "FLOW": "form",
    "OTP": "login code",
    "CATALOG": "catalog",
    "MPM": "products",
    "SPM": "product",
    "VOICE_CALL": "WhatsApp call",
    "CALL_PERMISSION_REQUEST": "call permission",
    "REQUEST_CONTACT_INFO": "contact request",
}
"""Meta's types of buttons, and what people call them."""
_OWN_WORDS = {"COPY_CODE", "CALL_PERMISSION_REQUEST", "REQUEST_CONTACT_INFO"}
"""Buttons on which WhatsApp writes itself."""
_MARKUP = re.compile("[*_~`\n\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f]")
_PHONE = re.compile(r"\+?[0-9]{5,19}")
_CODE = re.compile(r"[A-Za-z0-9_-]+")
_WHATSAPP = re.compile(r"https?://(www\.|api\.)?(wa\.me|whatsapp\.com)(/|$)", re.IGNORECASE)


def each(draft: Draft) -> Iterator[tuple[str, Button]]:
    """Yield every button with its place."""
    for place, part in draft.places:
        for index, button in enumerate(part.buttons):
            yield f"{place.prefix}button.{index}", button


@rule("buttons.count", "Invalid parameter: buttons", "100")
def _count(draft: Draft) -> Iterator[Hit]:
    if (over := len(draft.part.buttons) - limits.TEMPLATE_BUTTONS) > 0:
        yield "buttons", f"A template has up to {limits.TEMPLATE_BUTTONS} buttons; remove {over}."


@rule("buttons.type", "Invalid parameter: buttons", "100")
def _type(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type not in WORDS:
            yield place, "Choose what kind of button this is."


@rule("buttons.of_type", "Invalid parameter: buttons", "100")
def _of_type(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        seen: dict[str, int] = {}
        for index, button in enumerate(part.buttons):
            most = limits.TEMPLATE_BUTTONS_OF_TYPE.get(button.type, 1)
            seen[button.type] = seen.get(button.type, 0) + 1
            if seen[button.type] == most + 1:
                word = WORDS.get(button.type, "such")
                yield (
                    f"{place.prefix}button.{index}",
                    f"A template has up to {most} {word} button{'s' if most > 1 else ''}; "
                    "remove this one.",
                )


@rule("buttons.order", "Invalid button order", "2388044")
def _order(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        replies = [button.type == "QUICK_REPLY" for button in part.buttons]
        changes = sum(before != after for before, after in pairwise(replies))
        if changes > 1:
            yield f"{place.prefix}buttons", "Keep the quick replies together: move them up or down."


@rule("button.text", "Character limit exceeded", "2388040")
def _text(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type in _OWN_WORDS or button.type not in WORDS or button.type == "OTP":
            continue
        if not button.text.strip():
            yield place, "Write what the button says."
        elif (over := len(button.text) - limits.TEMPLATE_BUTTON_TEXT) > 0:
            most = limits.TEMPLATE_BUTTON_TEXT
            yield place, f"A button has up to {most} characters; take out {over}."


@rule("button.plain", "Button format is incorrect")
def _plain(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if _MARKUP.search(button.text) or VARIABLE.search(button.text):
            yield place, "Take variables, emoji, line breaks and * _ ~ ` out of the button."


@rule("button.twice", "Button format is incorrect")
def _twice(draft: Draft) -> Iterator[Hit]:
    for place, part in draft.places:
        seen: set[str] = set()
        for index, button in enumerate(part.buttons):
            words = button.text.strip().lower()
            if words and words in seen:
                yield f"{place.prefix}button.{index}", "Two buttons say the same: change one."
            seen.add(words)


@rule("url.form", "Invalid parameter: url", "100")
def _url(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type != "URL":
            continue
        if not re.match(r"https?://[^\s/?#{}]+", button.url) or re.search(r"\s", button.url):
            yield place, "Write the whole address, beginning with https://."
        elif len(button.url) > limits.TEMPLATE_URL:
            yield place, f"An address has up to {limits.TEMPLATE_URL} characters; shorten it."


@rule("url.variable", "Invalid parameter: url", "100")
def _url_variable(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type != "URL" or "{" not in button.url:
            continue
        if names_of(button.url) != ["1"] or not button.url.endswith("{{1}}"):
            yield place, "An address takes one variable, {{1}}, at its very end."


@rule("url.sample", "Button is missing a sample", "2388043")
def _url_sample(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type == "URL" and VARIABLE.search(button.url):
            start = VARIABLE.split(button.url)[0]
            if not button.example.startswith(start) or len(button.example) <= len(start):
                yield f"sample.{place}", f"Give an example of the whole address: {start}…"


@rule("url.whatsapp", "Direct links to WhatsApp aren't allowed for buttons")
def _url_whatsapp(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type == "URL" and _WHATSAPP.match(button.url):
            yield place, "A button may not lead to WhatsApp: use a quick reply or another address."


@rule("phone.form", "Invalid parameter: phone_number", "100")
def _phone(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type == "PHONE_NUMBER" and not _PHONE.fullmatch(button.phone_number):
            yield place, "Write the number with + and country code, digits only, like +16505550100."


@rule("code.form", "Invalid parameter: example", "100")
def _code(draft: Draft) -> Iterator[Hit]:
    for place, button in each(draft):
        if button.type != "COPY_CODE":
            continue
        if not _CODE.fullmatch(button.example) or len(button.example) > limits.COUPON_CODE:
            yield (
                place,
                f"Give an example of the code: up to {limits.COUPON_CODE} letters, digits, - or _.",
            )


@rule("flow.id", "Invalid parameter: flow_id", "100")
def _flow(draft: Draft) -> Iterator[Hit]:
    names = ("flow_id", "flow_name", "flow_json")
    for place, button in each(draft):
        if button.type == "FLOW" and not any(button.more.get(name) for name in names):
            yield place, "Give the id of the form this button opens."
