"""The formats of the document: each step from one to the next is a pure function on raw JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from xobito_app.core.errors import Invalid

FORMAT: Literal[1] = 1

Raw = dict[str, Any]


Step = Callable[[Raw], Raw]
STEPS: Mapping[int, Step] = {}
"""By a format's number: what makes the next one of it. Each needs a fixture in the tests."""


def upgrade(raw: Any, *, steps: Mapping[int, Step] = STEPS, newest: int = FORMAT) -> Any:
    """Return a document in today's format; one that names none is of today's.

    Raises:
        Invalid: It is no document, or of a format that is yet to come.
    """
    if not isinstance(raw, dict):
        raise Invalid.field("graph", "A flow is a JSON object with nodes and edges.")
    found = raw.get("format", newest)
    if (
        not isinstance(found, int)
        or isinstance(found, bool)
        or not min(steps, default=newest) <= found <= newest
    ):
        raise Invalid.field(
            "graph.format", "This flow was made by a newer version of Xobito. Update Xobito first."
        )
    document: Any = raw
    for number in range(found, newest):
        try:
            document = steps[number](document)
        except (AttributeError, KeyError, TypeError):
            raise Invalid.field("graph", "This is not a flow Xobito can read.") from None
    return document
