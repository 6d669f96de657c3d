"""Meta's rules for creating and editing templates, with the codes of template creation.

Meta's guide "Message Templates", components; subcodes as Meta's error codes of template creation
(2388xxx).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from xobito_app.simulator.errors import GraphError, parameter
from xobito_app.simulator.store import Doc
from xobito_app.simulator.template_text import VARIABLE, variables_of

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_NAMED = re.compile(r"[a-z][a-z0-9_]*")
_EDGE = re.compile(r"^\s*\{\{|\}\}\s*$")
_BRACES = re.compile(r"\{\{[^{}]*\}\}")
_UNPLAIN = re.compile("[*_~`\n\U0001f000-\U0001faff\u2600-\u27bf]")
_ADJACENT = re.compile(r"\}\}\s*\{\{")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
_HEADER_FORMATS = {"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "GIF", "PRODUCT"}
_LIMITS = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "FLOW": 1}
_OTHER_BUTTONS = {
    "OTP",
    "CATALOG",
    "MPM",
    "SPM",
    "VOICE_CALL",
    "CALL_PERMISSION_REQUEST",
    "REQUEST_CONTACT_INFO",
}
_KINDS = {
    "HEADER",
    "BODY",
    "FOOTER",
    "BUTTONS",
    "CAROUSEL",
    "LIMITED_TIME_OFFER",
    "CALL_PERMISSION_REQUEST",
}
_MIN_WORDS_PER_VARIABLE = 2


def refuse(subcode: int, title: str, details: str) -> GraphError:
    """Return a template-creation error, which Meta tells apart by subcode."""
    return GraphError(100, details, message="Invalid parameter", subcode=subcode, user_title=title)


def check_identity(params: Doc) -> None:
    """Check name, language and category.

    Raises:
        GraphError: 100.
    """
    if not _NAME.fullmatch(str(params.get("name", ""))):
        raise parameter("Param name must be 1 to 512 lower-case letters, digits and underscores.")
    if not _LANGUAGE.fullmatch(str(params.get("language", ""))):
        raise parameter("Param language must be a supported language code, like en_US.")
    if str(params.get("category", "")).upper() not in CATEGORIES:
        raise parameter(f"Param category must be one of {{{', '.join(CATEGORIES)}}}.")


def check_components(components: Any, parameter_format: str, category: str) -> None:
    """Check the components of a template.

    Raises:
        GraphError: 100, with a 2388xxx subcode where Meta has one.
    """
    if not isinstance(components, list) or not all(isinstance(c, dict) for c in components):
        raise parameter("Param components must be an array of objects.")
    kinds = [str(c.get("type", "")).upper() for c in components]
    for kind in kinds:
        if kind not in _KINDS:
            raise parameter(f"Param components has an unknown type '{kind}'.")
        if kinds.count(kind) > 1:
            raise parameter(f"Param components has more than one {kind}.")
    if "BODY" not in kinds:
        raise parameter("Param components must have a BODY.")
    if parameter_format not in {"POSITIONAL", "NAMED"}:
        raise parameter("Param parameter_format must be one of {NAMED, POSITIONAL}.")
    named = parameter_format == "NAMED"
    for kind, component in zip(kinds, components, strict=True):
        if kind == "HEADER":
            _check_header(component, named)
        elif kind == "BODY" and category != "AUTHENTICATION":
            _check_body(component, named, most=_most_in_body(components, kinds))
        elif kind == "FOOTER" and category != "AUTHENTICATION":
            _check_footer(component)
        elif kind == "BUTTONS":
            _check_buttons(component)
        elif kind == "CAROUSEL":
            _check_cards(component.get("cards"), named)
        elif kind == "LIMITED_TIME_OFFER":
            _check_offer(component, kinds)


def _most_in_body(components: list[Doc], kinds: list[str]) -> int:
    if "LIMITED_TIME_OFFER" in kinds:
        return 600
    formats = {str(c.get("format", "")).upper() for c in components}
    return 160 if "PRODUCT" in formats else 1024


def _check_offer(component: Doc, kinds: list[str]) -> None:
    offer = component.get("limited_time_offer")
    if not isinstance(offer, dict) or not 1 <= len(str(offer.get("text", ""))) <= 16:
        raise parameter("limited_time_offer['text'] has 1 to 16 characters.")
    if "FOOTER" in kinds:
        raise parameter("A limited-time offer has no footer.")


def _check_cards(cards: Any, named: bool) -> None:
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise parameter("A carousel has 2 to 10 cards.")
    shapes: set[tuple[str, ...]] = set()
    for card in cards:
        parts = {str(c.get("type", "")).upper(): c for c in card.get("components", [])}
        if "HEADER" not in parts:
            raise parameter("A card needs a HEADER.")
        _check_header(parts["HEADER"], named)
        if body := parts.get("BODY"):
            _check_body(body, named, most=160)
        if "BUTTONS" in parts:
            _check_buttons(parts["BUTTONS"], most=2)
        listed = parts.get("BUTTONS", {}).get("buttons", [])
        kinds = [str(button.get("type", "")).upper() for button in listed]
        shapes.add((*sorted(parts), str(parts["HEADER"].get("format")).upper(), *kinds))
    if len(shapes) > 1:
        raise parameter("All cards of a carousel have the same components.")


def _check_header(header: Doc, named: bool) -> None:
    form = str(header.get("format", "")).upper()
    if form not in _HEADER_FORMATS:
        raise parameter("Param header['format'] must be a known format.")
    example = header.get("example") or {}
    if form in {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}:
        if not example.get("header_handle"):
            raise refuse(
                2388273, "Message template is missing a sample", "Give a header_handle sample."
            )
        return
    if form != "TEXT":
        return
    text = str(header.get("text", ""))
    if not text:
        raise parameter("The parameter header['text'] is required.")
    if len(text) > 60:
        raise refuse(2388040, "Character limit exceeded", "The header is longer than 60.")
    if _UNPLAIN.search(VARIABLE.sub("", text)):
        raise refuse(
            2388047, "Header format is incorrect", "The header has new lines or formatting."
        )
    names = _check_variables(text, named)
    if len(names) > 1:
        raise refuse(2388047, "Header format is incorrect", "A header has at most one variable.")
    key = "header_text_named_params" if named else "header_text"
    if names and len(example.get(key) or []) != len(names):
        raise refuse(2388043, "Header is missing a sample", f"Give example.{key}.")


def _check_body(body: Doc, named: bool, *, most: int = 1024) -> None:
    text = str(body.get("text", ""))
    if not text.strip():
        raise parameter("The parameter body['text'] is required.")
    if len(text) > most:
        raise refuse(2388040, "Character limit exceeded", f"The body is longer than {most}.")
    if "\n\n\n" in text:
        raise refuse(2388072, "Body format is incorrect", "More than two new lines in a row.")
    names = _check_variables(text, named)
    if not names:
        return
    if _EDGE.search(text):
        raise refuse(
            2388299,
            "Template has leading or trailing params",
            "Variables can't be at the start or end of the template.",
        )
    if _ADJACENT.search(text):
        raise refuse(2388072, "Body format is incorrect", "Two variables stand side by side.")
    words = len(re.sub(r"\{\{.*?\}\}", " ", text).split())
    if words < _MIN_WORDS_PER_VARIABLE * len(names) + 1:
        raise refuse(
            2388293,
            "Parameters words ratio exceeds limit",
            "This template has too many variables for its length.",
        )
    example = body.get("example") or {}
    if named:
        given = {p.get("param_name") for p in example.get("body_text_named_params") or []}
        is_complete = given >= set(names)
    else:
        sets = example.get("body_text") or [[]]
        first = sets[0] if isinstance(sets[0], list) else sets
        is_complete = len(first) == len(names)
    if not is_complete:
        raise refuse(2388043, "Body is missing a sample", "Every variable needs a sample.")


def _check_variables(text: str, named: bool) -> list[str]:
    names = variables_of(text)
    if any(braces in _BRACES.sub("", text) for braces in ("{{", "}}")):
        raise refuse(2388072, "Invalid variable", "A variable has two braces on each side.")
    if named:
        if any(not _NAMED.fullmatch(name) for name in names):
            raise refuse(2388072, "Invalid variable", "Names are lower case with underscores.")
    elif names != [str(place) for place in range(1, len(names) + 1)]:
        raise refuse(
            2388072, "Invalid variable", "Variables are numbered {{1}}, {{2}}, … in order."
        )
    return names


def _check_footer(footer: Doc) -> None:
    text = str(footer.get("text", ""))
    if not text:
        raise parameter("The parameter footer['text'] is required.")
    if len(text) > 60:
        raise refuse(2388040, "Character limit exceeded", "The footer is longer than 60.")
    if variables_of(text):
        raise refuse(2388073, "Footer format is incorrect", "A footer has no variables.")


def _check_buttons(component: Doc, *, most: int = 10) -> None:
    buttons = component.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= most:
        raise parameter(f"There are 1 to {most} buttons.")
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind, button in zip(kinds, buttons, strict=True):
        if kind not in _LIMITS and kind not in _OTHER_BUTTONS:
            raise parameter(f"Unknown button type '{kind}'.")
        if kinds.count(kind) > _LIMITS.get(kind, 10):
            raise parameter(f"At most {_LIMITS[kind]} buttons of type {kind} are allowed.")
        text = str(button.get("text", ""))
        if kind in {"QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW"} and not 1 <= len(text) <= 25:
            raise refuse(2388040, "Character limit exceeded", "A button text has 1 to 25 letters.")
        if kind == "URL":
            _check_url(button)
        if kind == "PHONE_NUMBER" and not 1 <= len(str(button.get("phone_number", ""))) <= 20:
            raise parameter("A phone_number has 1 to 20 characters.")
        if kind == "COPY_CODE" and not _code_of(button):
            raise parameter("A copy code button needs an example of at most 15 characters.")
    changes = sum((a == "QUICK_REPLY") != (b == "QUICK_REPLY") for a, b in pairwise(kinds))
    if changes > 1:
        raise refuse(
            2388044, "Invalid button order", "Quick replies and other buttons must not alternate."
        )


def _code_of(button: Doc) -> str:
    example = button.get("example") or ""
    code = str(example[0] if isinstance(example, list) and example else example)
    return code if len(code) <= 15 else ""


def _check_url(button: Doc) -> None:
    url = str(button.get("url", ""))
    if not url.startswith(("http://", "https://")) or len(url) > 2000:
        raise parameter("A button url is an absolute address of at most 2000 characters.")
    names = variables_of(url)
    if not names:
        return
    if names != ["1"] or not url.endswith("}}"):
        raise parameter("A button url takes one variable, {{1}}, at its end.")
    example = button.get("example") or ""
    whole = str(example[0] if isinstance(example, list) and example else example)
    if len(whole) <= len(url) - len("{{1}}"):
        raise refuse(2388043, "Button is missing a sample", "Give an example of the whole url.")
