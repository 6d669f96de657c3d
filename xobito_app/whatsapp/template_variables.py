"""The blanks of a template: where each stands, what fills it, under which key it is given.

Meta's guides "Message Templates" (header, body and button parameters), "Media Card Carousel
Templates", "Limited-Time Offer Templates", "Catalog Templates" and "Multi-Product Templates".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xobito_app.whatsapp.template_text import VARIABLE, names_of

MEDIA_FORMATS = frozenset({"IMAGE", "VIDEO", "DOCUMENT", "GIF"})


class Part(StrEnum):
    """Where in a template or card a variable stands."""

    HEADER = "header"
    OFFER = "offer"
    BODY = "body"
    BUTTON = "button"


class VariableKind(StrEnum):
    """What fills a variable."""

    TEXT = "text"
    MEDIA = "media"  # an uploaded file's id, or the http(s) address of one
    LOCATION = "location"  # "latitude,longitude" or "latitude,longitude,name,address"
    URL_SUFFIX = "url_suffix"
    COUPON = "coupon"
    PAYLOAD = "payload"  # what a quick reply sends back; optional
    EXPIRY = "expiry"  # when an offer ends, ISO 8601 with a zone, or milliseconds since 1970
    CATALOG = "catalog"  # the id of a catalog
    PRODUCT = "product"  # a product's id in its catalog, Meta's `product_retailer_id`
    SECTIONS = "sections"  # "Title: id, id" a line, or lines apart by ";"
    FLOW_TOKEN = "flow_token"  # noqa: S105 - what a flow sends back; optional


@dataclass(frozen=True, slots=True)
class Variable:
    """One blank of a template.

    Attributes:
        key: Stable name under which values are given: `header.1`, `body.first_name`, `button.0`,
            `card.2.header.media`.
        name: Meta's number or parameter name.
        label: What a form calls it.
        optional: It may stay empty.
        media_format: IMAGE, VIDEO or DOCUMENT for media headers.
        card: The place of its card in a carousel, from 0; None outside of one.
    """

    key: str
    part: Part
    kind: VariableKind
    name: str
    label: str
    example: str | None = None
    optional: bool = False
    button_index: int | None = None
    media_format: str | None = None
    card: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateButton:
    """A button below a template; `type` is Meta's word, upper case."""

    index: int
    type: str
    text: str
    url: str | None = None
    phone_number: str | None = None
    example: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Of which part of a template variables are looked for: the template itself, or a card."""

    card: int | None = None

    @property
    def prefix(self) -> str:
        """What stands before the keys."""
        return "" if self.card is None else f"card.{self.card}."

    @property
    def words(self) -> str:
        """What stands before the labels; people count from 1."""
        return "" if self.card is None else f"Card {self.card + 1}, "

    def variable(
        self,
        key: str,
        part: Part,
        kind: VariableKind,
        label: str,
        *,
        example: str | None = None,
        optional: bool = False,
        button_index: int | None = None,
        media_format: str | None = None,
    ) -> Variable:
        """Return a blank of this place; its name is what its key ends with, or its button's place.

        The name of a second blank of one button, such as `button.0.sections`, is that of the first.
        """
        return Variable(
            key=self.prefix + key,
            part=part,
            kind=kind,
            name=key.rpartition(".")[2] if button_index is None else str(button_index),
            label=self.words + (label[:1].lower() + label[1:] if self.words else label),
            example=example,
            optional=optional,
            button_index=button_index,
            media_format=media_format,
            card=self.card,
        )


def of_header(
    place: Place, header_format: str, text: str, examples: Mapping[str, str]
) -> list[Variable]:
    """Return the blanks of a header."""
    if header_format in MEDIA_FORMATS:
        shown = "VIDEO" if header_format == "GIF" else header_format
        return [
            place.variable(
                "header.media",
                Part.HEADER,
                VariableKind.MEDIA,
                f"Header: {shown.lower()}",
                media_format=shown,
            )
        ]
    if header_format == "LOCATION":
        return [
            place.variable("header.location", Part.HEADER, VariableKind.LOCATION, "Header: place")
        ]
    if header_format == "PRODUCT":
        return [
            place.variable(
                "header.product", Part.HEADER, VariableKind.PRODUCT, "Header: product id"
            ),
            place.variable(
                "header.catalog", Part.HEADER, VariableKind.CATALOG, "Header: catalog id"
            ),
        ]
    return of_text(place, Part.HEADER, text, examples)


def of_text(place: Place, part: Part, text: str, examples: Mapping[str, str]) -> list[Variable]:
    """Return the blanks of a text; one that is used twice is one blank and one parameter."""
    where = "Header" if part is Part.HEADER else "Text"
    return [
        place.variable(
            f"{part}.{name}",
            part,
            VariableKind.TEXT,
            f"{where}: {name.replace('_', ' ')}",
            example=examples.get(name),
        )
        for name in names_of(text)
    ]


def of_offer() -> Variable:
    """Return the blank of an offer that expires."""
    return Place().variable("offer.expires", Part.OFFER, VariableKind.EXPIRY, "Offer: when it ends")


def of_buttons(place: Place, buttons: tuple[TemplateButton, ...]) -> list[Variable]:
    """Return the blanks of buttons."""
    return [variable for button in buttons for variable in _of_button(place, button)]


def _of_button(place: Place, button: TemplateButton) -> Iterator[Variable]:
    def blank(
        kind: VariableKind, label: str, *, under: str = "", optional: bool = False
    ) -> Variable:
        return place.variable(
            f"button.{button.index}{under}",
            Part.BUTTON,
            kind,
            label,
            example=button.example,
            button_index=button.index,
            optional=optional,
        )

    called = f"Button “{button.text}”"
    match button.type:
        case "URL" if button.url and VARIABLE.search(button.url):
            yield blank(VariableKind.URL_SUFFIX, f"{called}: end of the link")
        case "COPY_CODE":
            yield blank(VariableKind.COUPON, "Code to copy")
        case "QUICK_REPLY":
            yield blank(VariableKind.PAYLOAD, f"{called}: reply id", optional=True)
        case "CATALOG":
            yield blank(VariableKind.PRODUCT, f"{called}: product of the picture", optional=True)
        case "MPM":
            yield blank(
                VariableKind.PRODUCT, f"{called}: product of the picture", under=".thumbnail"
            )
            yield blank(VariableKind.SECTIONS, f"{called}: products by section", under=".sections")
        case "FLOW":
            yield blank(VariableKind.FLOW_TOKEN, f"{called}: flow token", optional=True)
        case _:
            return
