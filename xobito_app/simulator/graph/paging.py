"""Graph's cursor pages over a list that is already in order."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from xobito_app.simulator.errors import parameter
from xobito_app.simulator.graph.call import Call
from xobito_app.simulator.store import Doc

_USUAL = 25
_MOST = 1000


def page(call: Call, rows: Sequence[Doc], path: str) -> Doc:
    """Return `data` and `paging` for the caller's `limit`, `after` and `before`.

    Raises:
        GraphError: 100 for a damaged cursor.
    """
    try:
        limit = min(max(1, int(call.params.get("limit", _USUAL))), _MOST)
        start = _position(call.params.get("after"), 0)
        if before := call.params.get("before"):
            end = _position(before, 0) - 1
            start = max(0, end - limit)
            limit = end - start
    except (ValueError, TypeError):
        raise parameter("Invalid cursors values") from None
    window = list(rows[start : start + limit])
    if not window:
        return {"data": []}
    end = start + len(window)
    paging: Doc = {"cursors": {"before": _cursor(start + 1), "after": _cursor(end)}}
    address = f"{call.base}/{call.version}/{path}?limit={limit}"
    if end < len(rows):
        paging["next"] = f"{address}&after={_cursor(end)}"
    if start > 0:
        paging["previous"] = f"{address}&before={_cursor(start + 1)}"
    return {"data": window, "paging": paging}


def _cursor(position: int) -> str:
    return base64.b64encode(f"at:{position}".encode()).decode().rstrip("=")


def _position(cursor: object, otherwise: int) -> int:
    if not cursor:
        return otherwise
    text = str(cursor)
    plain = base64.b64decode(text + "=" * (-len(text) % 4)).decode()
    return int(plain.removeprefix("at:"))
