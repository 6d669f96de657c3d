"""A number that also lives in the phone's app: Meta lets it send and receive 20 a second."""

from __future__ import annotations

from typing import Any

from tests.e2e.fire.faulty import customers_writing
from tests.e2e.fire.record import busiest_second, requests
from tests.e2e.fire.site import TEMPLATE, fire, phones, wait_until

PEOPLE = 600
LIMIT = 20


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return the busiest second, and what Meta refused for haste."""
    account = {"is_on_biz_app": True, "throughput": LIMIT}
    with fire(workers=workers, account=account) as (site, _):
        campaign_id = site.launch(phones(people))
        with customers_writing(site, every=3.0):
            wait_until(
                lambda: site.campaign(campaign_id)["status"] != "sending",
                seconds=60 + people / 5,
                what="the end of the campaign",
            )
        entries = site.entries()
    sent = requests(entries, TEMPLATE)
    busiest = busiest_second(entries)
    refused = sum(one.code == 130429 for one in sent)
    return {
        "workers": workers,
        "people": people,
        "per_second": round(len(sent) / (sent[-1].at - sent[0].at), 1),
        "busiest_second": busiest,
        "limit": LIMIT,
        "refused_for_haste": refused,
        "ok": busiest <= LIMIT and not refused and len(sent) >= people,
    }
