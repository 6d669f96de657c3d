"""Filling a template for one person: where each value comes from, and what they will get.

Pure: the template, the values, what is known of the contact and the columns of a file go in;
Meta's components come out, or what is missing. Inbox and campaigns share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xobito_app.core.errors import Findings, Invalid
from xobito_app.core.text import one_line
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.payloads_template import send_components
from xobito_app.whatsapp.templates import Template

VALUE_LIMIT = 2000
"""Characters of a fixed value or fallback, as long as a whole link."""
_SHAPE = (
    'Write a value as {"value": "…"}, {"field": "contact.first_name", "fallback": "…"} or '
    '{"column": "…", "fallback": "…"}.'
)


@dataclass(frozen=True, slots=True)
class FixedValue:
    """The same words for everybody."""

    text: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A fact about the contact, such as `contact.first_name`."""

    field: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class ColumnValue:
    """A cell of the file the person came with."""

    column: str
    fallback: str = ""


Value = FixedValue | FieldValue | ColumnValue


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template filled for one person.

    Attributes:
        texts: What each blank says, by its key; for previews.
        components: Meta's `components` of the send.
    """

    texts: Mapping[str, str]
    components: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a template cannot be sent to one person, by the key of the blank."""

    reasons: Mapping[str, str]


def render(
    template: Template,
    values: Mapping[str, Value],
    contact: Mapping[str, str],
    columns: Mapping[str, str],
) -> Rendered | Missing:
    """Fill a template for one person.

    Args:
        template: To be filled.
        values: Where the value of each blank comes from, by its key.
        contact: What is known of the person, by names such as `contact.first_name`.
        columns: The cells the person came with, by heading.
    """
    texts = {key: text_of(value, contact, columns) for key, value in values.items()}
    try:
        return Rendered(texts, send_components(template, texts))
    except Invalid as error:
        reasons = {key: told[0] for key, told in error.fields.items()}
        return Missing(reasons or {"template": error.message})


def text_of(value: Value, contact: Mapping[str, str], columns: Mapping[str, str]) -> str:
    """Return what a value says for one person; what people wrote becomes one line."""
    match value:
        case FixedValue(text):
            return text.strip()
        case FieldValue(name, fallback):
            return one_line(contact.get(name) or "") or fallback.strip()
        case ColumnValue(name, fallback):
            return one_line(columns.get(name) or "") or fallback.strip()


def read_values(template: Template, given: Mapping[str, Any]) -> dict[str, Value]:
    """Read where values come from, as campaigns and bots are given them.

    Args:
        template: Whose blanks they are.
        given: `{"header": {"1": value}, "body": {"first_name": value}, "buttons": {"0": value},
            "offer": {"expires": value}, "cards": {"0": {"header": …, "body": …, "buttons": …}}}`.

    Raises:
        Invalid: A value is written in another way, or is for a blank the template does not have.
    """
    known = {variable.key for variable in template.variables}
    found, values = Findings(), dict[str, Value]()
    for key, raw in _flat(given):
        name = f"variables.{key}"
        if key not in known:
            found.add(name, "The template has no such variable. Leave it out.")
            continue
        value = _read_value(raw)
        found.expect(value, name, _SHAPE)
        if value:
            values[key] = value
    found.check()
    return values


def _flat(given: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for part, word in (("header", "header"), ("offer", "offer"), ("body", "body")):
        for name, raw in coerce.mapping(given.get(part)).items():
            yield f"{prefix}{word}.{name}", raw
    for name, raw in coerce.mapping(given.get("buttons")).items():
        yield f"{prefix}button.{name}", raw
    for index, card in coerce.mapping(given.get("cards")).items():
        yield from _flat(coerce.mapping(card), f"card.{index}.")


def _read_value(raw: Any) -> Value | None:
    told = coerce.mapping(raw)
    named = [name for name in ("value", "field", "column") if isinstance(told.get(name), str)]
    fallback = told.get("fallback", "")
    if len(named) != 1 or not isinstance(fallback, str):
        return None
    text: str = told[named[0]]
    if max(len(text), len(fallback)) > VALUE_LIMIT:
        return None
    if named == ["value"]:
        return FixedValue(text)
    return (FieldValue if named == ["field"] else ColumnValue)(text, fallback)
