"""Variables in the text of templates: which there are, how they are filled, how links carry them.

Meta's guide "Message Templates": `parameter_format` POSITIONAL (`{{1}}`) or NAMED
(`{{first_name}}`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Unreserved and reserved characters of RFC 3986 and whole triplets stay as they are.
_TO_ENCODE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]")
_TRIPLET = 3


def names_of(text: str) -> list[str]:
    """Return the names or numbers of a text's variables, each once, in Meta's order.

    Numbers are in the order of counting, names in that of the text.
    """
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    if all(name.isdigit() for name in names):
        names.sort(key=int)
    return names


def fill(text: str, part: str, values: Mapping[str, str]) -> str:
    """Put values into a text's blanks; `part` stands before the names in the keys of values."""
    return VARIABLE.sub(
        lambda match: values.get(f"{part}.{match.group(1)}") or match.group(0), text
    )


def encode_suffix(value: str) -> str:
    """Return the end of a link with all that a URL cannot hold percent-encoded, once.

    What is encoded already stays: encoding twice changes nothing.
    """
    return _TO_ENCODE.sub(
        lambda match: match[0] if len(match[0]) == _TRIPLET else quote(match[0], safe=""), value
    )


def fill_url(url: str, suffix: str) -> str:
    """Return a button's link with its variable filled; without a value it stays visible."""
    encoded = encode_suffix(suffix)
    return VARIABLE.sub(lambda match: encoded or match[0], url)
