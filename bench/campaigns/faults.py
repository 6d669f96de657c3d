"""Ten thousand recipients at full speed, while a part of the requests fails in every known way."""

from __future__ import annotations

from typing import Any

from tests.e2e.fire import faulty
from tests.e2e.fire.site import fire

PEOPLE = faulty.PEOPLE


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return how long it took, the busiest second, and who did not end as the table says."""
    with fire(workers=workers) as (site, _):
        told = faulty.send_with_faults(site, people=people, workers=workers)
    return {**told, "ok": told["ok"] and told["is_in_time"]}
