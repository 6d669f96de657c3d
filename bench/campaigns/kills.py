"""Workers killed, PostgreSQL restarted, Redis emptied at random moments: none twice, none lost."""

from __future__ import annotations

from typing import Any

from tests.e2e.fire.deadly import under_fire
from tests.e2e.fire.site import fire

PEOPLE = 10_000
KILLS = 20


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return who was sent to twice, who was lost, and of whom nothing is known."""
    with fire(workers=workers) as (site, pool):
        return under_fire(site, pool, people=people, kills=KILLS)
