"""Patterns that people write, matched in time that grows with the text and with nothing else.

A backtracking engine can be kept busy for hours by one short pattern; RE2 cannot. It knows neither
look-around nor back-references.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from xobito_app.core.errors import Invalid

LONGEST = 500
"""Characters of a pattern."""
_MOST_MEMORY = 1 << 20


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    return re2.compile(pattern, options)


def check(pattern: str) -> None:
    """Let a pattern pass that can be matched.

    Raises:
        Invalid: It is empty, too long, or no regular expression of RE2's.
    """
    if not 0 < len(pattern) <= LONGEST:
        raise Invalid(f"Write a pattern of 1 to {LONGEST} characters.")
    try:
        _compiled(pattern)
    except re2.error as error:
        (reason, *_) = error.args or ("",)
        told = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise Invalid(f"“{pattern}” is no pattern that can be matched: {told}.") from None


def occurs(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found anywhere in a text, whatever the case.

    A pattern that cannot be matched is found nowhere.
    """
    try:
        return _compiled(pattern).search(text) is not None
    except re2.error:
        return False
