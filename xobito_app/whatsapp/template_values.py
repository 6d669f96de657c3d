"""Values of a template's blanks: what Meta refuses is refused before, and what is written is read.

Meta's guide "Message Templates", and error codes 132000, 132005, 132012 and 132018.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from xobito_app.core.errors import Invalid
from xobito_app.whatsapp import coerce, limits
from xobito_app.whatsapp.payloads import degrees, required
from xobito_app.whatsapp.template_text import fill, fill_url
from xobito_app.whatsapp.template_variables import Part, Place, Variable, VariableKind
from xobito_app.whatsapp.templates import Template

_TOO_MANY_SPACES = re.compile(rf" {{{limits.TEMPLATE_VALUE_SPACES + 1},}}")
_SECTION_WORDS = "Write each section on a line, like `Bread: sku-1, sku-2`."


def check(chosen: Template, values: Mapping[str, str]) -> None:
    """Let values pass with which Meta takes a template.

    Raises:
        Invalid: A blank is empty or its value breaks a rule, or the template cannot be filled.
    """
    if chosen.unsupported:
        words = ", ".join(chosen.unsupported).lower()
        raise Invalid.field("template", f"Templates with {words} cannot be sent from here.")
    blank = chosen.missing(values)
    if blank:
        raise Invalid(
            "Fill in " + ", ".join(f"“{variable.label}”" for variable in blank) + ".",
            {variable.key: ["Fill this in."] for variable in blank},
        )
    for variable in chosen.variables:
        if value := (values.get(variable.key) or "").strip():
            _check_value(chosen, variable, value if variable.optional else values[variable.key])
    _check_texts(chosen, values)


def _check_value(chosen: Template, variable: Variable, value: str) -> None:
    key, label = variable.key, variable.label
    match variable.kind:
        case VariableKind.TEXT:
            _check_text(variable, value)
        case VariableKind.COUPON:
            required(key, value, limits.COUPON_CODE, label, "coupon_code")
        case VariableKind.PAYLOAD:
            required(key, value, limits.TEMPLATE_BUTTON_PAYLOAD, label, "payload")
        case VariableKind.URL_SUFFIX:
            url = chosen.content_of(variable).buttons[variable.button_index or 0].url or ""
            required(key, fill_url(url, value), limits.TEMPLATE_URL, label, "url")
        case VariableKind.LOCATION:
            read_location(key, value)
        case VariableKind.EXPIRY:
            read_expiry(key, value)
        case VariableKind.SECTIONS:
            read_sections(key, value)
        case VariableKind.PRODUCT | VariableKind.CATALOG:
            required(key, value, limits.PRODUCT_ID, label, "product_retailer_id")
        case VariableKind.MEDIA | VariableKind.FLOW_TOKEN:
            return


def _check_text(variable: Variable, value: str) -> None:
    """Refuse what Meta refuses in values: line breaks, tabs, more than four spaces in a row."""
    if any(mark in value for mark in "\n\r\t"):
        raise Invalid.field(variable.key, f"{variable.label}: write it on one line without tabs.")
    if _TOO_MANY_SPACES.search(value):
        raise Invalid.field(
            variable.key,
            f"{variable.label}: at most {limits.TEMPLATE_VALUE_SPACES} spaces in a row.",
        )


def _check_texts(chosen: Template, values: Mapping[str, str]) -> None:
    """Refuse texts that are too long once they are filled (132005)."""
    whole = ((Place(), chosen.content, limits.TEMPLATE_BODY),)
    cards = ((Place(at), card, limits.CARD_BODY) for at, card in enumerate(chosen.cards))
    for place, content, most in (*whole, *cards):
        for part, text, limit in (
            (Part.BODY, content.body, most),
            (Part.HEADER, content.header_text, limits.TEMPLATE_HEADER),
        ):
            filled = fill(text or "", f"{place.prefix}{part}", values)
            if len(filled) > limit:
                first = next(v for v in content.variables if v.part is part)
                thing = "text" if part is Part.BODY else "header"
                raise Invalid.field(
                    first.key,
                    f"With these values the {thing} has {len(filled)} characters; WhatsApp takes "
                    f"{limit}.",
                )


def read_location(key: str, value: str) -> dict[str, str]:
    """Read `latitude,longitude[,name[,address]]`; Meta wants the degrees as text here.

    Raises:
        Invalid: There is no such place.
    """
    parts = [part.strip() for part in value.split(",", 3)]
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        raise Invalid.field(key, "Write the place as latitude, longitude, name, address.") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid.field(key, "There is no such place on Earth.")
    place = {"latitude": degrees(latitude), "longitude": degrees(longitude)}
    return place | {
        name: part for name, part in zip(("name", "address"), parts[2:], strict=False) if part
    }


def read_expiry(key: str, value: str) -> int:
    """Read when an offer ends and return it in milliseconds since 1970.

    Raises:
        Invalid: It is no time.
    """
    ends = coerce.moment(value)
    if ends is None or ends.timestamp() <= 0:
        raise Invalid.field(key, "Write when the offer ends, like 2026-05-03T18:00:00Z.")
    return int(ends.timestamp() * 1000)


def read_sections(key: str, value: str) -> list[dict[str, Any]]:
    """Read the products of a multi-product message: `Title: id, id`, one section a line.

    Raises:
        Invalid: It is none, or over Meta's limits: 10 sections, 30 products, titles of 24.
    """
    lines = [line.strip() for line in re.split(r"[\n;]", value) if line.strip()]
    sections: list[dict[str, Any]] = []
    for line in lines:
        title, separator, listed = line.partition(":")
        products = [product.strip() for product in listed.split(",") if product.strip()]
        if not separator or not title.strip() or not products:
            raise Invalid.field(key, _SECTION_WORDS)
        required(key, title.strip(), limits.PRODUCT_SECTION_TITLE, "A section’s title", "title")
        items = [{"product_retailer_id": product} for product in products]
        sections.append({"title": title.strip(), "product_items": items})
    count = sum(len(section["product_items"]) for section in sections)
    if not 1 <= len(sections) <= limits.PRODUCT_SECTIONS or count > limits.PRODUCTS:
        raise Invalid.field(
            key,
            f"WhatsApp takes up to {limits.PRODUCT_SECTIONS} sections with {limits.PRODUCTS} "
            "products in all.",
        )
    return sections
