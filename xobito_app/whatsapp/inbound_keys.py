"""Keys by which repeated webhook parts are recognised, and the reading of the ids in them.

Meta delivers webhooks at least once. A `wa_id` is a number without its plus sign; a business-scoped
user ID (BSUID) is a country code, a dot and up to 128 letters and digits.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from xobito_app.core.phone import E164, from_wa_id
from xobito_app.whatsapp import coerce

_LONGEST_NUMBER = 20
"""With the plus sign; E.164 has 15 digits, and Meta's test numbers a few more."""
_NUMBER = re.compile(r"\+?[\d\s().-]{5,30}")


def digest(content: Any) -> str:
    """Return the SHA-256 of JSON in one fixed spelling, in hex."""
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(spelled.encode()).hexdigest()


def phone_of(value: object) -> E164 | None:
    """Read a `wa_id` or number; None for a BSUID or anything else that is no number."""
    written = coerce.identifier(value)
    if not written or not _NUMBER.fullmatch(written) or not written.isascii():
        return None
    number = from_wa_id(written)
    return number if 6 <= len(number) <= _LONGEST_NUMBER else None


def user_id_of(value: object) -> str | None:
    """Read a business-scoped user id, with which Meta may also fill fields meant for numbers."""
    written = coerce.identifier(value)
    return written if written and "." in written and phone_of(written) is None else None
