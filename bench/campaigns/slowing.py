"""A number Meta slows down: at most a part of its pace is given up, and soon it is whole again."""

from __future__ import annotations

import time
from typing import Any

from tests.e2e.fire.record import requests
from tests.e2e.fire.site import TEMPLATE, Site, fire, phones, wait_until

PEOPLE = 4_000
FEW, MANY = 0.03, 0.15
"""Shares of 130429 below and above the 5 % of five seconds that slow a number down."""
STORM_SECONDS = 4.0
BACK_WITHIN = 10.0


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return the pace with few refusals, just after many, and ten seconds later."""
    with fire(workers=workers) as (site, _):
        site.faults({"130429": FEW})
        campaign_id = site.launch(phones(people))
        wait_until(lambda: len(site.entries()) > 300, seconds=60, what="full speed")
        begin = time.time()
        time.sleep(6)
        few, is_slowed_by_few = _pace(site, begin, time.time()), site.is_slowed()
        site.faults({"130429": MANY})
        time.sleep(STORM_SECONDS)
        site.faults({})
        calm = time.time()
        time.sleep(BACK_WITHIN + 4)
        site.end(campaign_id)
        storm = _pace(site, calm - 1, calm + 1)
        back = _pace(site, calm + BACK_WITHIN, calm + BACK_WITHIN + 4)
    return {
        "workers": workers,
        "per_second": {"few": few, "storm": storm, "ten_seconds_later": back},
        "is_slowed_by_few": is_slowed_by_few,
        "ok": not is_slowed_by_few and storm <= 0.85 * few and back >= 0.93 * few,
    }


def _pace(site: Site, begin: float, end: float) -> float:
    sent = requests(site.entries(), TEMPLATE)
    return round(sum(begin <= one.at < end for one in sent) / (end - begin), 1)
