"""Message templates: reading Meta's components, finding variables, previewing and filling them.

Meta's guide "Message Templates": `components`, `parameter_format` POSITIONAL or NAMED, and the
status APPROVED, without which nothing is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from xobito_app.whatsapp import coerce

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_MEDIA_FORMATS = {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}


class Part(StrEnum):
    """Where in a template a variable stands."""

    HEADER = "header"
    BODY = "body"
    BUTTON = "button"


class VariableKind(StrEnum):
    """What fills a variable."""

    TEXT = "text"
    MEDIA = "media"  # an uploaded file's id
    LOCATION = "location"  # "latitude,longitude" or "latitude,longitude,name,address"
    URL_SUFFIX = "url_suffix"
    COUPON = "coupon"
    PAYLOAD = "payload"  # what a quick reply sends back; optional


@dataclass(frozen=True, slots=True)
class Variable:
    """One blank of a template.

    Attributes:
        key: Stable name under which values are given: `header.1`, `body.first_name`, `button.0`.
        name: Meta's number or parameter name.
        label: What a form calls it.
        optional: It may stay empty.
        media_format: IMAGE, VIDEO or DOCUMENT for media headers.
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
class Template:
    """A template as synced from Meta.

    Attributes:
        named: Its variables have names (`parameter_format` NAMED) instead of numbers.
        unsupported: Components we cannot fill (carousels, offers), in Meta's words.
    """

    template_id: str | None
    name: str
    language: str
    status: str
    category: str
    named: bool
    header_format: str | None
    header_text: str | None
    header_example: str | None
    body: str
    footer: str | None
    buttons: tuple[TemplateButton, ...]
    variables: tuple[Variable, ...]
    quality: str | None
    rejected_reason: str | None
    unsupported: tuple[str, ...]
    raw: dict[str, Any] = field(repr=False)

    @property
    def is_sendable(self) -> bool:
        """Meta sends only approved templates, and we only those we can fill whole."""
        return self.status == "APPROVED" and not self.unsupported

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Template:
        """Read a template as the list call returns it; odd components are left out."""
        content = coerce.mapping(coerce.storable(dict(raw)))
        header: dict[str, Any] = {}
        body: dict[str, Any] = {}
        footer: dict[str, Any] = {}
        buttons: list[dict[str, Any]] = []
        unsupported: list[str] = []
        for component in coerce.mappings(content.get("components")):
            match _upper(component.get("type")):
                case "HEADER":
                    header = component
                case "BODY":
                    body = component
                case "FOOTER":
                    footer = component
                case "BUTTONS":
                    buttons = coerce.mappings(component.get("buttons"))
                case other:
                    unsupported.append(other or "UNKNOWN")
        named = _upper(content.get("parameter_format")) == "NAMED"
        header_format = _upper(header.get("format")) or ("TEXT" if header else "")
        read_buttons = tuple(_button(index, item) for index, item in enumerate(buttons))
        quality = content.get("quality_score")
        category = _upper(content.get("category"))
        # An authentication body has no text in what Meta returns at times, yet wants the code.
        body_text = coerce.text(body.get("text")) or (
            "{{1}}" if category == "AUTHENTICATION" else ""
        )
        examples = coerce.mapping(header.get("example"))
        handles = examples.get("header_handle")
        return cls(
            template_id=coerce.identifier(content.get("id")),
            name=coerce.text(content.get("name")) or "",
            language=(coerce.text(content.get("language")) or "").replace("-", "_"),
            status=_upper(content.get("status")),
            category=category,
            named=named,
            header_format=header_format or None,
            header_text=coerce.text(header.get("text")),
            header_example=coerce.text(handles[0])
            if isinstance(handles, list) and handles
            else None,
            body=body_text,
            footer=coerce.text(footer.get("text")),
            buttons=read_buttons,
            variables=(
                *_header_variables(header, header_format),
                *_text_variables(Part.BODY, body_text, _examples(body, "body_text")),
                *_button_variables(() if category == "AUTHENTICATION" else read_buttons),
            ),
            quality=_upper(coerce.mapping(quality).get("score") or quality) or None,
            rejected_reason=coerce.text(content.get("rejected_reason")),
            unsupported=tuple(unsupported),
            raw=content,
        )

    def missing(self, values: Mapping[str, str]) -> tuple[Variable, ...]:
        """Return the blanks that must be filled and are not."""
        return tuple(
            variable
            for variable in self.variables
            if not variable.optional and not (values.get(variable.key) or "").strip()
        )

    def preview(self, values: Mapping[str, str]) -> str:
        """Return the body as the person will read it; unfilled blanks stay visible."""
        return fill(self.body, Part.BODY, values)

    def preview_header(self, values: Mapping[str, str]) -> str | None:
        """Return the header line as the person will read it; None without a text header."""
        if self.header_format != "TEXT" or not self.header_text:
            return None
        return fill(self.header_text, Part.HEADER, values)

    def preview_url(self, button: TemplateButton, values: Mapping[str, str]) -> str | None:
        """Return where a link button leads."""
        if not button.url:
            return None
        suffix = values.get(f"button.{button.index}") or ""
        return _VARIABLE.sub(lambda match: suffix or match.group(0), button.url)


def fill(text: str, part: Part, values: Mapping[str, str]) -> str:
    """Put values into a text's blanks."""
    return _VARIABLE.sub(
        lambda match: values.get(f"{part}.{match.group(1)}") or match.group(0), text
    )


def _header_variables(header: dict[str, Any], header_format: str) -> list[Variable]:
    if header_format in _MEDIA_FORMATS:
        word = "Video" if header_format == "GIF" else header_format.capitalize()
        return [
            Variable(
                key="header.media",
                part=Part.HEADER,
                kind=VariableKind.MEDIA,
                name="media",
                label=f"Header: {word.lower()}",
                media_format="VIDEO" if header_format == "GIF" else header_format,
            )
        ]
    if header_format == "LOCATION":
        return [
            Variable(
                key="header.location",
                part=Part.HEADER,
                kind=VariableKind.LOCATION,
                name="location",
                label="Header: place",
            )
        ]
    text = coerce.text(header.get("text")) or ""
    return _text_variables(Part.HEADER, text, _examples(header, "header_text"))


def _text_variables(part: Part, text: str, examples: Mapping[str, str]) -> list[Variable]:
    # A variable used twice is one blank and one parameter.
    names = list(dict.fromkeys(_VARIABLE.findall(text)))
    if all(name.isdigit() for name in names):
        names.sort(key=int)
    where = "Header" if part is Part.HEADER else "Text"
    return [
        Variable(
            key=f"{part}.{name}",
            part=part,
            kind=VariableKind.TEXT,
            name=name,
            label=f"{where}: {name.replace('_', ' ')}",
            example=examples.get(name),
        )
        for name in names
    ]


def _button_variables(buttons: tuple[TemplateButton, ...]) -> list[Variable]:
    found: list[Variable] = []
    for button in buttons:
        if button.type == "URL" and button.url and _VARIABLE.search(button.url):
            kind, label = VariableKind.URL_SUFFIX, f"Button “{button.text}”: end of the link"
        elif button.type == "COPY_CODE":
            kind, label = VariableKind.COUPON, "Code to copy"
        elif button.type == "QUICK_REPLY":
            kind, label = VariableKind.PAYLOAD, f"Button “{button.text}”: reply id"
        else:
            continue
        found.append(
            Variable(
                key=f"button.{button.index}",
                part=Part.BUTTON,
                kind=kind,
                name=str(button.index),
                label=label,
                example=button.example,
                optional=kind is VariableKind.PAYLOAD,
                button_index=button.index,
            )
        )
    return found


def _button(index: int, raw: dict[str, Any]) -> TemplateButton:
    example = raw.get("example")
    if isinstance(example, list):
        example = example[0] if example else None
    return TemplateButton(
        index=index,
        type=_upper(raw.get("type")),
        text=coerce.text(raw.get("text")) or "",
        url=coerce.text(raw.get("url")),
        phone_number=coerce.identifier(raw.get("phone_number")),
        example=coerce.text(example),
    )


def _examples(component: dict[str, Any], key: str) -> dict[str, str]:
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


def _upper(value: object) -> str:
    return (coerce.text(value) or "").upper()
