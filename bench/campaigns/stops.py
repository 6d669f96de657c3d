"""What stops a campaign, or what one person gets of it: no request begins a second later."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tests.e2e.fire.record import Entry, requests
from tests.e2e.fire.site import TEMPLATE, Site, fire, phones, wait_until
from xobito_app.features.campaigns.sending.gate import OPTED_OUT

PEOPLE = 3_000
WITHIN = 1.0
MAGIC_OPTED_OUT = "+15550100009"
"""The simulator refuses marketing to this number with 131050."""


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return after how long each kind of stop was answered, and the last request after it."""
    # Opt-outs are made on purpose here, more of them than a campaign may usually have.
    with fire(workers=workers, campaign_opt_outs_percent=100) as (site, _):
        told = {
            **_by_a_person(site, phones(people, first=2_000_000)),
            "opted_out": _opted_out(site, people),
            "portfolio_stopped": _stopped(site, people, 135000, first=6_000_000),
            "template_stopped": _stopped(site, people, 132015, first=8_000_000),
        }
    return {"workers": workers, **told, "ok": all(part["ok"] for part in told.values())}


def _at_speed(site: Site, *campaigns: str) -> None:
    """Wait until these campaigns have sent for a while."""
    for campaign_id in campaigns:
        wait_until(
            lambda one=campaign_id: site.states(one).get("delivered", 0) > 50,
            seconds=60,
            what="full speed",
        )


def _by_a_person(site: Site, numbers: Sequence[str]) -> dict[str, Any]:
    campaign_id = site.launch(numbers)
    _at_speed(site, campaign_id)
    told: dict[str, Any] = {}
    for verb in ("pause", "resume", "cancel"):
        begin = time.time()
        took = site.act(campaign_id, verb) - begin
        time.sleep(3)
        after = [one.at - begin for one in requests(site.entries()) if one.at > begin]
        # Stopped: the last request of all. Resumed: the first one that leaves again.
        moment = (after[0] if after else 99.0) if verb == "resume" else max(after, default=0.0)
        told[verb] = {
            "answered_after": round(took, 3),
            "first_request_after" if verb == "resume" else "last_request_after": round(moment, 3),
            "ok": took <= WITHIN and moment <= WITHIN,
        }
    return told


def _opted_out(site: Site, people: int) -> dict[str, Any]:
    """Have four people opt out, each in a way of their own, before it is their turn."""
    late = phones(3, first=5_900_000)
    word, preference, by_hand = late
    known = {number: site.know(number) for number in late}
    # Whoever has written is a contact, who can be found by hand.
    site.place.write(known[by_hand]["id"], "Hello")
    first = site.launch(
        [*phones(100, first=4_000_000), MAGIC_OPTED_OUT, *phones(100, first=4_500_000)]
    )
    second = site.launch([*phones(people, first=5_000_000), *late, MAGIC_OPTED_OUT])
    _at_speed(site, second)
    heard = {word: time.time()}
    site.place.write(known[word]["id"], "Unsubscribe")
    heard[preference] = time.time()
    site.place.control(
        "POST", f"/customers/{known[preference]['id']}/marketing", json={"value": "stop"}
    )
    heard[by_hand] = float(site.place.command("tests.e2e.fire.opt_out", by_hand))
    wait_until(lambda: site.campaign(second)["status"] != "sending", seconds=120, what="the end")
    entries, rows = requests(site.entries(), TEMPLATE), site.rows(second)
    magic = [one for one in entries if f"+{one.peer}" == MAGIC_OPTED_OUT]
    heard[MAGIC_OPTED_OUT] = magic[0].at if magic else 0.0
    ways = {"word": word, "preference": preference, "by_hand": by_hand, "131050": MAGIC_OPTED_OUT}
    told: dict[str, Any] = {
        way: _after(entries, number, heard[number]) for way, number in ways.items()
    }
    ends = {
        way: (rows[n.lstrip("+")]["state"], rows[n.lstrip("+")]["reason"])
        for way, n in ways.items()
    }
    return {
        "late_requests": told,
        "ends": ends,
        "first_campaign": site.campaign(first)["status"],
        "ok": not any(told.values())
        and all(end == ("cancelled", OPTED_OUT) for end in ends.values()),
    }


def _after(entries: Sequence[Entry], number: str, heard: float) -> int:
    """Count the requests to somebody that began too late."""
    return sum(f"+{one.peer}" == number and one.at > heard + WITHIN for one in entries)


def _stopped(site: Site, people: int, code: int, *, first: int) -> dict[str, Any]:
    """Have Meta tell that a held message was dropped, while two campaigns are sent."""
    mine = site.launch(phones(people, first=first), name="Mine")
    other = site.launch(
        phones(people, first=first + 1_000_000),
        name="Other",
        template="hello_world",
        language="en_US",
    )
    _at_speed(site, mine, other)
    wamid = next(row["wamid"] for row in site.rows(mine).values() if row["state"] == "delivered")
    begin = site.tell_failed(wamid, code)
    time.sleep(4)
    sent = [one for one in requests(site.entries()) if one.at > begin]
    last = {
        name: max((one.at - begin for one in sent if one.template == template), default=0.0)
        for name, template in (("mine", TEMPLATE), ("other", "hello_world"))
    }
    campaigns = {"mine": site.campaign(mine), "other": site.campaign(other)}
    for campaign_id in (mine, other):
        site.end(campaign_id)
    stops = {"mine": True, "other": code == 135000}
    return {
        "last_request_after": {name: round(at, 3) for name, at in last.items()},
        "status": {name: one["status"] for name, one in campaigns.items()},
        "reason": campaigns["mine"]["reason"],
        "ok": all(
            (campaigns[name]["status"] == "paused" and last[name] <= WITHIN)
            if stops[name]
            else (campaigns[name]["status"] == "sending" and last[name] > 3)
            for name in stops
        ),
    }
