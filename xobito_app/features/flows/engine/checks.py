"""What nodes check of their fields alike: texts within Meta's limits, links, spans of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from xobito_app.features.flows.engine import durations
from xobito_app.features.flows.engine.node import Flaw, Row
from xobito_app.features.flows.engine.text import has_variables


def words(
    field: str, label: str, value: str, limit: int, *, optional: bool = False
) -> Iterator[Flaw]:
    """Check a text people will read.

    With variables in it its length is only known when it is sent; then it is cut.
    """
    if not value.strip():
        if not optional:
            yield Flaw("missing_text", f"Write {label}.", field)
    elif len(value) > limit and not has_variables(value):
        yield Flaw(
            "too_long",
            f"{label[:1].upper()}{label[1:]} has {len(value):,} characters; "
            f"WhatsApp takes at most {limit:,}.",
            field,
        )


def rows(
    field: str, noun: str, found: Sequence[Row], least: int, most: int, limit: int
) -> Iterator[Flaw]:
    """Check buttons, rows or choices: how many, named, and told apart."""
    if not least <= len(found) <= most:
        yield Flaw("wrong_count", f"Give {least} to {most} {noun}s.", field)
    for row in found:
        yield from words(f"{field}.{row.id}", f"the title of each {noun}", row.title, limit)
    titles = [row.title.strip().casefold() for row in found if row.title.strip()]
    if len(set(titles)) < len(titles):
        yield Flaw("same_title", f"Two {noun}s have the same title.", field)
    if len({row.id for row in found}) < len(found):
        yield Flaw("same_id", f"Two {noun}s have the same id.", field)


def link(field: str, label: str, url: str) -> Iterator[Flaw]:
    """Check an address on the web; one that is all variable is known when it is used."""
    if not url.strip():
        yield Flaw("missing_link", f"Write {label}.", field)
        return
    if url.startswith("{"):
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        yield Flaw("not_a_link", f"Begin {label} with https:// or http://.", field)


def span(field: str, value: str) -> Iterator[Flaw]:
    """Check a span of time that may be left out."""
    if value and durations.read(value) is None:
        yield Flaw("not_a_time", "Write a time like 30m, 4h or 2d, ninety days at the most.", field)


def variable(field: str, name: str, *, optional: bool = True) -> Iterator[Flaw]:
    """Check the name of a variable that is to be set."""
    if not name and optional:
        return
    if (
        not name.replace("_", "a").isalnum()
        or not name.isascii()
        or not name.islower()
        or (not name[0].isalpha() or len(name) > 40)
    ):
        yield Flaw(
            "bad_variable",
            "Name the variable with a-z, 0-9 and _, beginning with a letter, 40 at most.",
            field,
        )
