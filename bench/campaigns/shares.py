"""Two equal campaigns on one number: each gets half of what leaves while both run."""

from __future__ import annotations

from typing import Any

from tests.e2e.fire.record import busiest_second, requests
from tests.e2e.fire.site import TEMPLATE, fire, phones, wait_until

PEOPLE = 3_000
LEAST, MOST = 0.45, 0.55
FIRSTS = (2_000_000, 3_000_000)


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return the share of each campaign while both ran."""
    with fire(workers=workers) as (site, _):
        campaigns = [
            site.launch(phones(people, first=first), name=f"From {first}") for first in FIRSTS
        ]
        for campaign_id in campaigns:
            wait_until(
                lambda one=campaign_id: site.campaign(one)["status"] != "sending",
                seconds=60 + people / 10,
                what="the end of both",
            )
        entries = site.entries()
    sent = requests(entries, TEMPLATE)
    sides = [[one for one in sent if one.peer.startswith(f"1650{first}"[:5])] for first in FIRSTS]
    begin = max(side[0].at for side in sides)
    end = min(side[-1].at for side in sides)
    both = [sum(begin <= one.at <= end for one in side) for side in sides]
    shares = [round(count / sum(both), 3) for count in both]
    return {
        "workers": workers,
        "people_each": people,
        "sent_while_both_ran": both,
        "shares": shares,
        "busiest_second": busiest_second(entries),
        "ok": all(LEAST <= share <= MOST for share in shares) and sum(both) > people,
    }
