"""A campaign in which everything fails pauses itself, whether Meta says so at once or later."""

from __future__ import annotations

from typing import Any

from tests.e2e.fire.record import requests
from tests.e2e.fire.site import TEMPLATE, Site, fire, phones, wait_until

PEOPLE = 3_000
IN_A_ROW = 20
MOST_MORE = 200
TARGET_SECONDS = 5.0
FAULTS = ("131026", "131026_later", "132000", "131042")
"""Refused at once and told later; the last two are those of templates and of accounts."""


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return for each kind of failure after how much the campaign paused."""
    with fire(workers=workers) as (site, _):
        told = {
            fault: _fail(site, fault, phones(people, first=2_000_000 + place * 1_000_000))
            for place, fault in enumerate(FAULTS)
        }
    return {"workers": workers, "people": people, **told, "ok": all(t["ok"] for t in told.values())}


def _fail(site: Site, fault: str, numbers: list[str]) -> dict[str, Any]:
    before = len(requests(site.entries(), TEMPLATE))
    site.faults({fault: 1.0})
    campaign_id = site.launch(numbers)
    wait_until(
        lambda: site.campaign(campaign_id)["status"] != "sending", seconds=60, what="the pause"
    )
    wait_until(
        lambda: not {"claimed", "dispatching"} & site.states(campaign_id).keys(),
        seconds=60,
        what="rest",
    )
    campaign = site.campaign(campaign_id)
    sent = requests(site.entries(), TEMPLATE)[before:]
    seconds = sent[-1].at - sent[0].at
    rows = site.rows(campaign_id).values()
    failed = sorted(row["settled_at"].timestamp() for row in rows if row["state"] == "failed")
    # From when on it could be known; faults of the account stop it at the first.
    evident = failed[IN_A_ROW - 1] if len(failed) >= IN_A_ROW else sent[0].at
    more = sum(one.at > evident for one in sent)
    site.end(campaign_id)
    return {
        "status": campaign["status"],
        "reason": campaign["reason"],
        "requests": len(sent),
        "more_when_it_was_evident": more,
        "seconds": round(seconds, 2),
        "ok": campaign["status"] == "paused"
        and bool(campaign["reason"])
        and seconds <= TARGET_SECONDS
        and more <= MOST_MORE,
    }
