"""The inbox beside a campaign at full speed: what people send goes first, what comes is heard."""

from __future__ import annotations

import time
from typing import Any

from tests.e2e.fire.record import percentile
from tests.e2e.fire.site import Site, fire, phones, wait_until

PEOPLE = 10_000
ROUNDS = 40
PAUSE_SECONDS = 0.5
TALKING = phones(10, first=1_000_000)
"""Who writes and is answered in turn: to one person Meta lets nobody write as often as this."""
TARGET_SEND_SECONDS = 1.0
TARGET_HEARD_MS = 250.0
TARGET_RATIO = 1.5


def run(*, workers: int, people: int) -> dict[str, Any]:
    """Return how long sends and replies take idle and beside a campaign."""
    with fire(workers=workers) as (site, _):
        people_talking = [site.know(number) for number in TALKING]
        _measure(site, people_talking, rounds=len(TALKING))
        idle_sends, idle_heard = _measure(site, people_talking)
        campaign_id = site.launch(phones(people))
        wait_until(lambda: len(site.entries()) > 200, seconds=60, what="full speed")
        sends, heard = _measure(site, people_talking)
        is_beside = site.campaign(campaign_id)["status"] == "sending"
        site.end(campaign_id)
    target = max(TARGET_HEARD_MS, TARGET_RATIO * 1000 * percentile(idle_heard, 0.95))
    return {
        "workers": workers,
        "rounds": ROUNDS,
        "campaign_went_on": is_beside,
        "send": {"idle": _told(idle_sends), "beside": _told(sends)},
        "target_send_p95_ms": TARGET_SEND_SECONDS * 1000,
        "heard": {"idle": _told(idle_heard), "beside": _told(heard)},
        "target_heard_p95_ms": round(target),
        "ok": is_beside
        and percentile(sends, 0.95) <= TARGET_SEND_SECONDS
        and percentile(heard, 0.95) * 1000 <= target,
    }


def _told(values: list[float]) -> dict[str, int]:
    return {
        "median_ms": round(percentile(values, 0.5) * 1000),
        "p95_ms": round(percentile(values, 0.95) * 1000),
        "max_ms": round(max(values) * 1000),
    }


def _measure(
    site: Site, customers: list[dict[str, Any]], *, rounds: int = ROUNDS
) -> tuple[list[float], list[float]]:
    """Return the seconds to Meta of what a person sends, and to the inbox of what comes."""
    sends: list[float] = []
    heard: list[float] = []
    for turn in range(rounds):
        customer = customers[turn % len(customers)]
        wrote = time.monotonic()
        site.wait_until_heard(customer["id"])
        heard.append(time.monotonic() - wrote)
        begin = time.time()
        site.rest(
            "POST",
            "/messages/send",
            {"phone_number": customer["phone"], "type": "text", "text": f"Yes, it is. {turn}"},
        )
        sends.append(_arrival(site, begin) - begin)
        time.sleep(PAUSE_SECONDS)
    return sends, heard


def _arrival(site: Site, since: float) -> float:
    """Return when the text that was sent since then came in, on the simulator's clock."""
    found: list[float] = []

    def has_come() -> bool:
        found.extend(
            one.at
            for one in reversed(site.entries())
            if one.is_request and one.type == "text" and one.at >= since
        )
        return bool(found)

    wait_until(has_come, seconds=30, every=0.05, what="the text")
    return found[0]
