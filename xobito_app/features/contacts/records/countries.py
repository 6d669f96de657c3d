"""Countries as people and files write them, to the two letters of ISO 3166."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

# Unions, the unknown and other codes of CLDR that are no country of ISO 3166.
_NO_COUNTRY = frozenset({"EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"})
_ALSO = {
    "USA": "US",
    "UK": "GB",
    "UNITED STATES OF AMERICA": "US",
    "GREAT BRITAIN": "GB",
    "ENGLAND": "GB",
    "UAE": "AE",
    "HOLLAND": "NL",
}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    territories = Locale("en").territories
    codes = {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }
    by_name = {name.upper(): code for code, name in codes.items()}
    return by_name | _ALSO | {code: code for code in codes}


def find_country(text: str) -> str | None:
    """Return the two letters of a country given by code or English name; None if unknown."""
    return _names().get(text.strip().upper())
