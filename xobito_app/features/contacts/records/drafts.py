"""Judging what people say of a contact: every rule of a contact's own fields, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from xobito_app.core import phone
from xobito_app.core.errors import Invalid
from xobito_app.core.text import clean, one_line
from xobito_app.features.accounts.service import read_email
from xobito_app.features.contacts.records.countries import find_country
from xobito_app.models.contacts import ContactType

LIMITS = {
    "first_name": 191,
    "last_name": 191,
    "company": 255,
    "city": 191,
    "state": 191,
    "zip": 32,
    "address": 500,
    "opt_out_reason": 255,
}
DESCRIPTION_LIMIT = 5000
WEBSITE_LIMIT = 255
PEOPLE_TYPES = (ContactType.LEAD, ContactType.CUSTOMER)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})?")

Errors = dict[str, list[str]]


def read_facts(draft: Mapping[str, Any], country: str, errors: Errors) -> dict[str, Any]:
    """Return the plain fields that were given, in their stored form.

    Args:
        draft: A `ContactDraft`.
        country: Assumed for a phone number without its country code; may be empty.
        errors: Takes a sentence for each field that is wrong; that one is left out.
    """
    found: dict[str, Any] = {}
    for name, read in _READERS.items():
        if name not in draft:
            continue
        try:
            found[name] = read(_words(draft[name]))
        except ValueError as reason:
            errors[name] = [str(reason)]
    if "phone" in draft:
        try:
            words = one_line(_words(draft["phone"]))
            found["phone"] = phone.normalise(words, country or None) if words else None
        except Invalid as reason:
            errors["phone"] = [reason.message]
        except ValueError as reason:
            errors["phone"] = [str(reason)]
    if "is_enabled" in draft:
        found["is_enabled"] = bool(draft["is_enabled"])
    return found


def _words(given: object) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise ValueError("Write text here.")
    return given


def _limited(limit: int) -> Callable[[str], str]:
    def read(words: str) -> str:
        line = one_line(words)
        if len(line) > limit:
            raise ValueError(f"Use at most {limit} characters.")
        return line

    return read


def _description(words: str) -> str:
    told = clean(words)
    if len(told) > DESCRIPTION_LIMIT:
        raise ValueError(f"Use at most {DESCRIPTION_LIMIT} characters.")
    return told


def _email(words: str) -> str:
    try:
        return read_email(clean(words)) if words.strip() else ""
    except Invalid as reason:
        raise ValueError(reason.message) from None


def _website(words: str) -> str:
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


def _country(words: str) -> str:
    if not words.strip():
        return ""
    code = find_country(one_line(words))
    if code is None:
        raise ValueError("Use the two letters of a country, like DE or BR.")
    return code


def _language(words: str) -> str:
    line = one_line(words)
    if not line:
        return ""
    if len(line) > 16 or not _LANGUAGE.fullmatch(line):
        raise ValueError("Use a language code like en or pt_BR.")
    return line.replace("-", "_")


def _type(words: str) -> ContactType:
    for known in PEOPLE_TYPES:
        if words.strip().lower() == known:
            return known
    raise ValueError("Choose lead or customer.")


_READERS: dict[str, Callable[[str], Any]] = {
    **{name: _limited(limit) for name, limit in LIMITS.items()},
    "description": _description,
    "email": _email,
    "website": _website,
    "country": _country,
    "language": _language,
    "type": _type,
}
