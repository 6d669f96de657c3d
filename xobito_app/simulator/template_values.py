"""Filling an approved template: Meta's checks of the values, and what the customer then sees.

Meta's guides "Message Templates", "Media Card Carousel Templates", "Limited-Time Offer Templates"
and those of products; error codes 132000, 132012 and 132018.
"""

from __future__ import annotations

import re
from typing import Any

from xobito_app.simulator.errors import GraphError
from xobito_app.simulator.store import Doc
from xobito_app.simulator.template_buttons import fill_buttons
from xobito_app.simulator.template_text import VARIABLE, parameters_of, variables_of

_BAD_SPACE = re.compile(r"[\n\t]| {5,}")
_PARTS = {"header", "body", "carousel", "limited_time_offer", "footer"}


def component_of(template: Doc, kind: str) -> Doc | None:
    """Return a template's component of a kind, or None."""
    return next((c for c in template["components"] if c["type"].upper() == kind), None)


def fill(template: Doc, components: list[Doc]) -> Doc:
    """Check the sent components against the template and return what the customer sees.

    Returns:
        `header` (text or media), `body`, `footer` and `buttons` with the filled values; `offer`
        and `cards` where the template has them.

    Raises:
        GraphError: 132000 for a wrong count, 132012 for a wrong kind, 131008 for a missing part.
    """
    sent, buttons = _sorted(components)
    named = template.get("parameter_format", "POSITIONAL").upper() == "NAMED"
    footer = component_of(template, "FOOTER")
    view = _fill_part(template, sent, buttons, named)
    view["body"] = view["body"] or "Your verification code"
    view["footer"] = footer.get("text", "") if footer else ""
    if offer := component_of(template, "LIMITED_TIME_OFFER"):
        view["offer"] = _fill_offer(offer["limited_time_offer"], sent.get("limited_time_offer"))
    if carousel := component_of(template, "CAROUSEL"):
        view["cards"] = _fill_cards(carousel["cards"], sent.get("carousel"), named)
    return view


def _sorted(components: list[Doc]) -> tuple[dict[str, Doc], dict[int, Doc]]:
    sent: dict[str, Doc] = {}
    buttons: dict[int, Doc] = {}
    for component in components:
        kind = str(component.get("type", "")).lower()
        if kind == "button":
            buttons[_index_of(component)] = component
        elif kind in _PARTS:
            sent[kind] = component
        else:
            raise GraphError(132012, f"Unknown component type '{kind}'.")
    return sent, buttons


def _fill_part(template: Doc, sent: dict[str, Doc], buttons: dict[int, Doc], named: bool) -> Doc:
    body = component_of(template, "BODY") or {"text": ""}
    return {
        "header": _fill_header(template, parameters_of(sent.get("header")), named),
        "body": _fill_text(body.get("text", ""), parameters_of(sent.get("body")), "body", named),
        "buttons": fill_buttons(component_of(template, "BUTTONS"), buttons),
    }


def _fill_cards(cards: list[Doc], carousel: Doc | None, named: bool) -> list[Doc]:
    given: Any = (carousel or {}).get("cards", [])
    by_index = {card.get("card_index"): card for card in given if isinstance(card, dict)}
    if set(by_index) != set(range(len(cards))):
        raise GraphError(
            132000, f"carousel: {len(given)} cards sent, the template has {len(cards)}"
        )
    return [
        _fill_part(card, *_sorted(by_index[index].get("components", [])), named)
        for index, card in enumerate(cards)
    ]


def _fill_offer(offer: Doc, sent: Doc | None) -> Doc:
    given = next(iter(parameters_of(sent)), {}).get("limited_time_offer") or {}
    ends = given.get("expiration_time_ms")
    if offer.get("has_expiration") and not isinstance(ends, int):
        raise GraphError(131008, "limited_time_offer: expiration_time_ms is required")
    return {"text": offer["text"], "ends_at": ends / 1000 if ends else None}


def _fill_text(text: str, parameters: list[Doc], part: str, named: bool) -> str:
    names = variables_of(text)
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the "
            f"expected number of params ({len(names)})",
        )
    values: dict[str, str] = {}
    for place, given in enumerate(parameters, start=1):
        name = str(given.get("parameter_name", "")) if named else str(place)
        if name not in names:
            raise GraphError(132012, f"{part}: Parameter name is missing or empty: {name!r}")
        values[name] = _value_of(given, f"{part}: parameter {name}")
    return VARIABLE.sub(lambda match: values[match.group(1)], text)


def _value_of(given: Doc, where: str) -> str:
    kind = given.get("type", "text")
    if kind == "text":
        value = given.get("text")
    elif kind in {"currency", "date_time"}:
        value = (given.get(kind) or {}).get("fallback_value")
    else:
        raise GraphError(132012, f"{where}: expected text, received {kind}")
    if not isinstance(value, str) or not value:
        raise GraphError(131008, f"{where}: text is required")
    if _BAD_SPACE.search(value):
        raise GraphError(
            132018,
            f"{where}: Param text cannot have new-line/tab characters or more than 4 "
            "consecutive spaces",
            message="(#132018) There is an issue with the parameters in your template",
        )
    return value


def _fill_header(template: Doc, parameters: list[Doc], named: bool) -> Doc | None:
    header = component_of(template, "HEADER")
    if header is None:
        if parameters:
            raise GraphError(132000, "header: the template has no header")
        return None
    form = header.get("format", "TEXT").upper()
    if form == "TEXT":
        return {"text": _fill_text(header.get("text", ""), parameters, "header", named)}
    kind = form.lower()
    given = parameters[0] if parameters else {}
    if given.get("type") != kind or not isinstance(given.get(kind), dict):
        received = given.get("type", "UNKNOWN")
        raise GraphError(
            132012,
            f"header: Format mismatch, expected {form}, received {str(received).upper()}",
        )
    content = given[kind]
    if kind == "location":
        if "latitude" not in content or "longitude" not in content:
            raise GraphError(131008, "header: location needs latitude and longitude")
    elif kind == "product":
        if not content.get("product_retailer_id") or not content.get("catalog_id"):
            raise GraphError(131008, "header: product needs product_retailer_id and catalog_id")
    elif bool(content.get("id")) == bool(content.get("link")):
        raise GraphError(131008, f"header: {kind} needs exactly one of id and link")
    return {"kind": kind, kind: content}


def _index_of(component: Doc) -> int:
    try:
        return int(component.get("index", 0))
    except (TypeError, ValueError):
        raise GraphError(131009, "buttons: index must be a number") from None
