"""Reading what people write into the fields of a contact: the rule of each kind of field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from xobito_app.core.errors import Invalid
from xobito_app.core.text import clean, one_line
from xobito_app.features.accounts.service import read_email
from xobito_app.features.contacts.records.countries import find_country
from xobito_app.models.contacts import ContactType

DESCRIPTION_LIMIT = 5000
WEBSITE_LIMIT = 255
LANGUAGE_LIMIT = 16
PEOPLE_TYPES = (ContactType.LEAD, ContactType.CUSTOMER)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})?")

Reader = Callable[[str], Any]
"""Returns what is stored for what somebody wrote; raises ValueError with a sentence for them."""


def line_of(limit: int) -> Reader:
    """Return the reader of one line of at most so many characters."""

    def read(words: str) -> str:
        line = one_line(words)
        if len(line) > limit:
            raise ValueError(f"Use at most {limit} characters.")
        return line

    return read


def read_description(words: str) -> str:
    """Return one text of several lines."""
    told = clean(words)
    if len(told) > DESCRIPTION_LIMIT:
        raise ValueError(f"Use at most {DESCRIPTION_LIMIT} characters.")
    return told


def read_address(words: str) -> str:
    """Return an e-mail address."""
    try:
        return read_email(clean(words)) if words.strip() else ""
    except Invalid as reason:
        raise ValueError(reason.message) from None


def read_website(words: str) -> str:
    """Return an address of the web, with its scheme."""
    line = one_line(words)
    if not line:
        return ""
    address = line if "://" in line else f"https://{line}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", None
    if (
        parts is None
        or parts.scheme.lower() not in {"http", "https"}
        or "." not in host
        or " " in line
    ):
        raise ValueError("Write an address that begins with https:// or http://.")
    if len(address) > WEBSITE_LIMIT:
        raise ValueError(f"Use at most {WEBSITE_LIMIT} characters.")
    return address


def read_country(words: str) -> str:
    """Return the two letters of a country."""
    if not words.strip():
        return ""
    code = find_country(one_line(words))
    if code is None:
        raise ValueError("Use the two letters of a country, like DE or BR.")
    return code


def read_language(words: str) -> str:
    """Return a language code as Meta writes it."""
    line = one_line(words)
    if not line:
        return ""
    if len(line) > LANGUAGE_LIMIT or not _LANGUAGE.fullmatch(line):
        raise ValueError("Use a language code like en or pt_BR.")
    return line.replace("-", "_")


def read_type(words: str) -> ContactType:
    """Return how far a contact has come, as people may say it."""
    for known in PEOPLE_TYPES:
        if words.strip().lower() == known:
            return known
    raise ValueError("Choose lead or customer.")
