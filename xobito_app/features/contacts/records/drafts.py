"""Judging what people say of a contact: every rule of a contact's own fields, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xobito_app.core import phone
from xobito_app.core.errors import Invalid
from xobito_app.core.text import one_line
from xobito_app.features.contacts.records.catalogue import FIELDS

Errors = dict[str, list[str]]
_READERS = {field.name: field.read for field in FIELDS if field.read}


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
