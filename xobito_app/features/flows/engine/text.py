"""Texts with variables in single braces: `{order}`, `{contact.first_name|there}`.

Rendering is substitution and nothing else: what a value holds is never read again, so what a
contact wrote cannot name a variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

LONGEST_TEXT = 10_000
"""Characters of a text before and after its variables are filled in."""
LONGEST_VALUE = 4_096
"""Characters a variable holds; what is longer is cut."""
NAME = r"[a-z][a-z0-9_]{0,39}(?:\.[a-z0-9_-]{1,60}){0,2}"
"""The name of a variable, or of a field: `contact.email`, `contact.custom.tier`, `secret.crm`."""
_VARIABLE = re.compile(rf"\{{({NAME})(?:\|([^{{}}|]{{0,200}}))?\}}")


def render(text: str, value_of: Callable[[str], str | None]) -> str:
    """Return a text with its variables filled in, at most `LONGEST_TEXT` characters.

    A variable without a value gives what stands behind its bar, else nothing.
    """
    if "{" not in text:
        return text[:LONGEST_TEXT]
    pieces: list[str] = []
    room = LONGEST_TEXT
    for literal, name, fallback in split(text):
        piece = literal if name is None else (value_of(name) or fallback)
        pieces.append(piece[:room])
        room -= len(pieces[-1])
        if room <= 0:
            break
    return "".join(pieces)


def split(text: str) -> Iterator[tuple[str, str | None, str]]:
    """Yield the pieces of a text: plain words, or a variable's name with its fallback."""
    end = 0
    for found in _VARIABLE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], None, ""
        yield "", found[1], found[2] or ""
        end = found.end()
    if end < len(text):
        yield text[end:], None, ""


def names_in(text: str) -> set[str]:
    """Return the names of the variables a text speaks of."""
    return {name for _, name, _ in split(text) if name}


def has_variables(text: str) -> bool:
    """Tell whether what a text becomes depends on values."""
    return _VARIABLE.search(text) is not None
