"""Counts of campaigns while they are sent: in each of many snapshots they are those of the rows."""

from __future__ import annotations

import time
from typing import Any

from tests.features.campaigns.crowds import DISPATCHERS, watch
from tests.fixtures import make_world
from xobito_app import registry


async def run(*, people: int = 5_000, least: int = 1_000) -> dict[str, Any]:
    """Return how many snapshots were taken; the first that does not add up ends it.

    Raises:
        AssertionError: A snapshot does not add up.
    """
    registry.register_listeners()
    begin = time.perf_counter()
    watched = await watch(await make_world(), people, least)
    return {
        "people": people,
        "dispatchers": DISPATCHERS,
        "snapshots": watched.snapshots,
        "different": len(watched.seen),
        "seconds": round(time.perf_counter() - begin, 1),
        "target_snapshots": least,
        "ok": watched.snapshots >= least,
    }
