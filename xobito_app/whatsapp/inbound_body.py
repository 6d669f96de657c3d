"""From the raw bytes of a webhook to JSON that can be stored: the one place where that is done.

Meta's webhooks carry up to 3 MB, with non-ASCII characters escaped.
"""

from __future__ import annotations

import json
from typing import Any

from xobito_app.whatsapp import coerce

_DIGITS = 300
"""Digits of the largest whole number taken as one; longer ones stay text."""


def read(raw: bytes) -> Any:
    """Return what a body says, without what PostgreSQL cannot hold: NUL, lone surrogates, NaN.

    Bytes that are no UTF-8 are replaced, and too deep levels are left out: the raw body is kept
    beside it.

    Raises:
        ValueError: It is no JSON, or nested deeper than can be read at all.
    """
    try:
        body = json.loads(raw.decode("utf-8-sig", "replace"), strict=False, parse_int=_whole_number)
    except RecursionError:
        raise ValueError("The body is nested too deeply.") from None
    return coerce.storable(body)


def _whole_number(digits: str) -> int | str:
    # Python refuses to read thousands of digits, PostgreSQL to store hundreds of thousands.
    return int(digits) if len(digits) <= _DIGITS else digits
