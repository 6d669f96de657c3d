"""Reading which files the composer's script has attached."""

from __future__ import annotations

import json

from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.features.inbox.composing.bundle import Attachment

_MOST_CHARACTERS = 40_000


def read_attachments(field: object) -> list[Attachment]:
    """Read the hidden field: a JSON list of `{"id": …, "caption": …}`.

    Raises:
        Invalid: It is something else.
    """
    if not field:
        return []
    try:
        items = json.loads(str(field)[:_MOST_CHARACTERS])
        if not isinstance(items, list):
            raise TypeError
        return [
            Attachment(ids.parse(str(item["id"])), str(item.get("caption") or "")) for item in items
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Invalid("The attached files could not be read. Attach them again.") from None
