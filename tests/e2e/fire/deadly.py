"""Workers killed, PostgreSQL restarted, Redis emptied at random moments: none twice, none lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from tests.e2e.fire.record import busiest_second, by_peer, requests
from tests.e2e.fire.site import TEMPLATE, Site, phones, wait_until
from tests.e2e.fire.verdicts import survived
from tests.e2e.fire.workers import Workers

SEED = 11
FIRST = 3_000_000
"""Others than those who may have stopped marketing in a run before."""
SHARES = {"130429": 0.02, "131026": 0.01, "131049": 0.01, "500": 0.01}
PER_SECOND = 70
"""How fast the campaign goes at least, to spread what happens over its time."""
PATIENCE_SECONDS = 600.0


def under_fire(
    site: Site, pool: Workers, *, people: int, kills: int, is_patient: bool = True
) -> dict[str, Any]:
    """Send to so many while everything is done to the installation; judge what came of it.

    Args:
        is_patient: Whether to wait until the leases of the dead end by themselves.
    """
    site.faults(SHARES)
    campaign_id = site.launch(phones(people, first=FIRST))
    wait_until(lambda: bool(requests(site.entries())), seconds=30, what="the first request")
    in_flight = _do_all(site, pool, campaign_id, people=people, kills=kills)
    _finish(site, campaign_id, is_patient=is_patient)
    told = survived(by_peer(requests(site.entries(), TEMPLATE)), site.rows(campaign_id))
    unresolved = told.ends["unresolved"]
    resolved = _resolve(site, campaign_id)
    return {
        "workers": len(pool.process_ids()),
        "people": people,
        "kills": kills,
        "status": site.campaign(campaign_id)["status"],
        "ends": dict(told.ends),
        "twice": told.twice,
        "lost": len(told.problems),
        "first_lost": told.problems[:5],
        "in_flight_when_killed": in_flight,
        "unresolved": unresolved,
        "resolved_by_status": resolved,
        "busiest_second": busiest_second(site.entries()),
        "ok": told.is_right
        and unresolved <= in_flight
        and resolved == unresolved
        and site.campaign(campaign_id)["status"] == "completed",
    }


def _do_all(site: Site, pool: Workers, campaign_id: str, *, people: int, kills: int) -> int:
    """Do everything at its moment; a customer who writes when Redis is empty is heard.

    Returns:
        To how many people a request was under way just before a worker or the database died.
    """
    chance = random.Random(SEED)
    span = people / PER_SECOND
    moments = [(chance.uniform(0.02, 0.9) * span, "kill") for _ in range(kills)]
    moments += [(0.35 * span, "postgres"), (0.6 * span, "redis")]
    begin, in_flight = time.monotonic(), set[str]()
    deeds: dict[str, Callable[[], Any]] = {
        "kill": lambda: pool.kill_one(chance),
        "postgres": site.restart_postgres,
        "redis": site.flush_redis,
    }
    for moment, name in sorted(moments):
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        if name == "kill":
            wait_until(lambda: bool(pool.process_ids()), seconds=30, what="a worker to kill")
        if name != "redis":
            in_flight |= site.people_in(campaign_id, "dispatching")
        deeds[name]()
        if name == "redis":
            site.wait_until_heard(site.regulars[0]["id"], patience=30)
    return len(in_flight)


def _finish(site: Site, campaign_id: str, *, is_patient: bool) -> None:
    """Wait until nobody of a campaign is in anybody's hand and everything is told."""
    open_states = ("queued", "claimed", "dispatching", "accepted", "sent")
    deadline = time.monotonic() + PATIENCE_SECONDS
    moved_at, before = time.monotonic(), {}
    while True:
        states = site.states(campaign_id)
        if not any(states.get(state) for state in open_states) and not site.undelivered():
            break
        assert time.monotonic() < deadline, f"the campaign stayed at {states}"
        if states != before:
            moved_at, before = time.monotonic(), states
        elif not is_patient and time.monotonic() > moved_at + 6:
            # Nothing moves: what is in hand is in the hands of the dead.
            site.end_leases(campaign_id)
        time.sleep(0.5)
    wait_until(
        lambda: site.campaign(campaign_id)["status"] != "sending", seconds=60, what="the end"
    )


def _resolve(site: Site, campaign_id: str) -> int:
    """Tell of all of whom nothing is known that they got it; return of how many that was heard."""
    doubtful = [row for row in site.rows(campaign_id).values() if row["state"] == "unresolved"]
    for place, row in enumerate(doubtful):
        site.tell_status(f"wamid.resolved.{place}", "delivered", attempt=str(row["attempt_id"]))
    if doubtful:
        wait_until(
            lambda: not site.states(campaign_id).get("unresolved"), seconds=30, what="every status"
        )
    return len(doubtful)
