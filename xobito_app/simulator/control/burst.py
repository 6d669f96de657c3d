"""Many customers writing at once, for load tests."""

from __future__ import annotations

import asyncio
import random
import time

from xobito_app.core.errors import Invalid
from xobito_app.simulator import inbound
from xobito_app.simulator.store import Doc
from xobito_app.simulator.world import World, new_id

_MOST = 100_000
_TICK = 0.02


def plan_burst(world: World, waba_id: str, wanted: Doc) -> tuple[Doc, list[tuple[Doc, str]]]:
    """Read a burst's numbers and make its customers; returns its report and its messages.

    Raises:
        Invalid: A number is out of range.
    """
    try:
        contacts = int(wanted.get("contacts", 10))
        each = int(wanted.get("messages_each", 1))
        rate = float(wanted.get("rate", 100))
        duplicates = int(wanted.get("duplicates", 0))
    except (TypeError, ValueError):
        raise Invalid("A burst is described by numbers.") from None
    if min(contacts, each) < 1 or not 1 <= contacts * each <= _MOST or rate <= 0 or duplicates < 0:
        raise Invalid(f"A burst has 1 to {_MOST} messages at a positive rate a second.")
    if not world.numbers_of(waba_id):
        raise Invalid("The account has no number to write to.")
    people = [world.customer_for(waba_id, f"1666{place:07d}") for place in range(contacts)]
    writings = [
        (person, f"Burst message {turn + 1} of {each}") for turn in range(each) for person in people
    ]
    if wanted.get("shuffle"):
        random.shuffle(writings)
    report: Doc = {
        "id": new_id(10),
        "waba_id": waba_id,
        "messages": len(writings),
        "duplicates": duplicates,
        "emitted": 0,
        "done": False,
        "rate": rate,
        "seconds": 0.0,
    }
    world.bursts[report["id"]] = report
    return report, writings


async def run_burst(world: World, report: Doc, writings: list[tuple[Doc, str]]) -> None:
    """Send the messages of a burst at its rate."""
    number = world.numbers_of(report["waba_id"])[0]
    started = time.monotonic()
    for place, (person, body) in enumerate(writings):
        ahead = started + place / report["rate"] - time.monotonic()
        if ahead > _TICK:
            await asyncio.sleep(ahead)
        elif place % 10 == 0:
            await asyncio.sleep(0)
        message = inbound.receive(world, person, number, {"type": "text", "body": body})
        for _ in range(report["duplicates"]):
            inbound.announce(world, person, number, message)
        report["emitted"] += 1
        report["seconds"] = round(time.monotonic() - started, 3)
    report["done"] = True
