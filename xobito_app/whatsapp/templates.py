"""Message templates: reading Meta's components, finding variables, previewing and filling them.

Meta's guide "Message Templates": `components`, `parameter_format` POSITIONAL or NAMED, and the
status APPROVED, without which nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xobito_app.whatsapp import coerce, template_variables as blanks
from xobito_app.whatsapp.template_text import fill, fill_url
from xobito_app.whatsapp.template_variables import (
    Part as Part,
    Place,
    TemplateButton as TemplateButton,
    Variable as Variable,
    VariableKind as VariableKind,
)

_SHOWN_ALONE = {"CALL_PERMISSION_REQUEST": "Allow calls"}
"""Components that are a button by themselves, and what WhatsApp writes on it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The line of a limited-time offer; with an end it counts down."""

    text: str
    has_expiration: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What a template, or one card of its carousel, says."""

    header_format: str | None
    header_text: str | None
    header_example: str | None
    body: str
    footer: str | None
    buttons: tuple[TemplateButton, ...]
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template as synced from Meta.

    Attributes:
        named: Its variables have names (`parameter_format` NAMED) instead of numbers.
        variables: All its blanks, those of its offer and cards too.
        source: AUTO_GENERATED for what Meta made of a direct send; such a one is never edited.
        unsupported: Components we cannot fill, in Meta's words.
    """

    template_id: str | None
    name: str
    language: str
    status: str
    category: str
    named: bool
    content: Content = field(repr=False)
    offer: Offer | None
    cards: tuple[Content, ...]
    variables: tuple[Variable, ...]
    quality: str | None
    rejected_reason: str | None
    source: str
    unsupported: tuple[str, ...]
    raw: dict[str, Any] = field(repr=False)

    @property
    def header_format(self) -> str | None:
        """TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION, PRODUCT; None without a header."""
        return self.content.header_format

    @property
    def header_text(self) -> str | None:
        """The line of a text header."""
        return self.content.header_text

    @property
    def header_example(self) -> str | None:
        """The sample of a media header."""
        return self.content.header_example

    @property
    def body(self) -> str:
        """The text, its variables in double braces."""
        return self.content.body

    @property
    def footer(self) -> str | None:
        """The line below the text."""
        return self.content.footer

    @property
    def buttons(self) -> tuple[TemplateButton, ...]:
        """The buttons below it; those of cards stand with the cards."""
        return self.content.buttons

    @property
    def is_sendable(self) -> bool:
        """Meta sends only approved templates, and we only those we can fill whole."""
        return self.status == "APPROVED" and not self.unsupported

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Template:
        """Read a template as the list call returns it; odd components are left out."""
        given = coerce.mapping(coerce.storable(dict(raw)))
        components = coerce.mappings(given.get("components"))
        is_code = upper(given.get("category")) == "AUTHENTICATION"
        content = _content(components, Place(), is_code=is_code)
        parts = {upper(component.get("type")): component for component in components}
        offer = _offer(parts.get("LIMITED_TIME_OFFER"))
        listed = coerce.mappings(parts.get("CAROUSEL", {}).get("cards"))
        cards = tuple(
            _content(coerce.mappings(card.get("components")), Place(index))
            for index, card in enumerate(listed)
        )
        quality = given.get("quality_score")
        return cls(
            template_id=coerce.identifier(given.get("id")),
            name=coerce.text(given.get("name")) or "",
            language=(coerce.text(given.get("language")) or "").replace("-", "_"),
            status=upper(given.get("status")),
            category=upper(given.get("category")),
            named=upper(given.get("parameter_format")) == "NAMED",
            content=content,
            offer=offer,
            cards=cards,
            variables=(
                *content.variables,
                *([blanks.of_offer()] if offer and offer.has_expiration else []),
                *(variable for card in cards for variable in card.variables),
            ),
            quality=upper(coerce.mapping(quality).get("score") or quality) or None,
            rejected_reason=coerce.text(given.get("rejected_reason")),
            source=upper(given.get("source")),
            unsupported=_unsupported(components, cards),
            raw=given,
        )

    def missing(self, values: Mapping[str, str]) -> tuple[Variable, ...]:
        """Return the blanks that must be filled and are not."""
        return tuple(
            variable
            for variable in self.variables
            if not variable.optional and not (values.get(variable.key) or "").strip()
        )

    def content_of(self, variable: Variable) -> Content:
        """Return the part of the template a blank stands in: a card, or the template itself."""
        return self.content if variable.card is None else self.cards[variable.card]

    def preview(self, values: Mapping[str, str]) -> str:
        """Return the body as the person will read it; unfilled blanks stay visible."""
        return fill(self.body, Part.BODY, values)

    def preview_header(self, values: Mapping[str, str]) -> str | None:
        """Return the header line as the person will read it; None without a text header."""
        if self.header_format != "TEXT" or not self.header_text:
            return None
        return fill(self.header_text, Part.HEADER, values)

    def preview_url(
        self, button: TemplateButton, values: Mapping[str, str], *, card: int | None = None
    ) -> str | None:
        """Return where a link button leads, as the browser gets it."""
        if not button.url:
            return None
        key = f"{Place(card).prefix}button.{button.index}"
        return fill_url(button.url, values.get(key) or "")


_KNOWN = {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", *_SHOWN_ALONE}


def _unsupported(components: list[dict[str, Any]], cards: tuple[Content, ...]) -> tuple[str, ...]:
    kinds = [upper(component.get("type")) for component in components]
    unknown = [kind or "UNKNOWN" for kind in kinds if kind not in _KNOWN]
    # A carousel without its cards is one Meta did not show us whole.
    return (*unknown, *(["CAROUSEL"] if "CAROUSEL" in kinds and not cards else []))


def _offer(component: dict[str, Any] | None) -> Offer | None:
    if component is None:
        return None
    given = coerce.mapping(component.get("limited_time_offer"))
    return Offer(
        coerce.text(given.get("text")) or "", coerce.boolean(given.get("has_expiration")) or False
    )


def _content(components: list[dict[str, Any]], place: Place, *, is_code: bool = False) -> Content:
    parts = {upper(component.get("type")): component for component in components}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    listed = coerce.mappings(parts.get("BUTTONS", {}).get("buttons"))
    listed += [{"type": kind, "text": _SHOWN_ALONE[kind]} for kind in _SHOWN_ALONE if kind in parts]
    buttons = tuple(_button(index, item) for index, item in enumerate(listed))
    header_format = upper(header.get("format")) or ("TEXT" if header else "")
    header_text = coerce.text(header.get("text"))
    # An authentication body has no text in what Meta returns at times, yet wants the code.
    text = coerce.text(body.get("text")) or ("{{1}}" if is_code else "")
    handle = first_of(coerce.mapping(header.get("example")).get("header_handle"))
    return Content(
        header_format=header_format or None,
        header_text=header_text,
        header_example=coerce.text(handle),
        body=text,
        footer=coerce.text(parts.get("FOOTER", {}).get("text")),
        buttons=buttons,
        variables=(
            *blanks.of_header(
                place, header_format, header_text or "", examples_of(header, "header_text")
            ),
            *blanks.of_text(place, Part.BODY, text, examples_of(body, "body_text")),
            *blanks.of_buttons(place, () if is_code else buttons),
        ),
    )


def _button(index: int, raw: dict[str, Any]) -> TemplateButton:
    return TemplateButton(
        index=index,
        type=upper(raw.get("type")),
        text=coerce.text(raw.get("text")) or "",
        url=coerce.text(raw.get("url")),
        phone_number=coerce.identifier(raw.get("phone_number")),
        example=coerce.text(first_of(raw.get("example"))),
    )


def first_of(value: Any) -> Any:
    """Return a value, or the first of a list of them: Meta writes examples both ways."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def examples_of(component: dict[str, Any], key: str) -> dict[str, str]:
    """Read examples by variable: a list in a list for bodies, a list for headers, or named."""
    holder = coerce.mapping(component.get("example"))
    named = {
        name: example
        for item in coerce.mappings(holder.get(f"{key}_named_params"))
        if (name := coerce.text(item.get("param_name")))
        and (example := coerce.text(item.get("example")))
    }
    values = holder.get(key)
    if isinstance(values, list) and values and isinstance(values[0], list):
        values = values[0]
    listed = values if isinstance(values, list) else []
    numbered = {str(place): coerce.text(value) for place, value in enumerate(listed, start=1)}
    return {**{name: text for name, text in numbered.items() if text}, **named}


def upper(value: object) -> str:
    """Return one of Meta's words, which are upper case in requests and either in answers."""
    return (coerce.text(value) or "").upper()
