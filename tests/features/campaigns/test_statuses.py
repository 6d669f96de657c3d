"""What Meta's webhooks make of recipients, in whatever order and however often they come."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from tests import deliveries
from tests.features.campaigns.runs import Run
from xobito_app.core import clock
from xobito_app.features.ingest.drain import drain
from xobito_app.models.campaigns import RecipientState

FACTS = ("state", "sent_at", "delivered_at", "read_at", "failed_at", "error_code", "reason")
STORIES = {
    "read": ("sent", "delivered", "read"),
    "read without delivered": ("sent", "read"),
    "failed after delivered": ("sent", "delivered", "failed"),
    "failed": ("sent", "failed"),
    "played": ("sent", "delivered", "read", "played"),
}
ENDS = {
    "read": "read",
    "read without delivered": "read",
    "failed after delivered": "delivered",
    "failed": "failed",
    "played": "read",
}

pytestmark = pytest.mark.reliability("campaigns")


def told(line, wamid: str, words: tuple[str, ...], **extra) -> list[dict]:
    """Return the statuses of a message, a second after one another."""
    start = int((clock.now() - timedelta(minutes=5)).timestamp())
    found = []
    for second, word in enumerate(words):
        status = deliveries.status(wamid, word, **extra)
        status["timestamp"] = str(start + second)
        if word == "failed":
            status["errors"] = [{"code": 131026, "title": "Undeliverable"}]
        found.append(status)
    return found


async def deliver(line, statuses: list[dict]) -> None:
    for one in statuses:
        change = deliveries.change(line.world, statuses=[one])
        await deliveries.store(deliveries.envelope(line.world, change))
    await drain()


async def accepted(launch, count: int) -> Run:
    run = await launch(count)
    for row in await run.recipients():
        await run.line.change(
            row, state=RecipientState.ACCEPTED, wamid=f"wamid.{row.id}", accepted_at=clock.now()
        )
    return run


@pytest.mark.parametrize("story", STORIES)
async def test_order_and_repeats_change_nothing(launch, story):
    """Twenty recipients a story, the first in order, each other shuffled by a seed of its own."""
    run = await accepted(launch, 20)
    statuses: list[dict] = []
    for seed, row in enumerate(await run.recipients()):
        mine = told(run.line, row.wamid, STORIES[story])
        if seed:
            mine *= 3
            random.Random(seed).shuffle(mine)
        statuses += mine
    await deliver(run.line, statuses)
    rows = await run.recipients()
    facts = [tuple(getattr(row, name) for name in FACTS) for row in rows]
    assert all(one == two for one, two in pairwise(facts))
    assert rows[0].state == ENDS[story]
    assert await run.counts() == {ENDS[story]: 20}


async def test_a_lost_answer_is_found_by_the_attempt(launch):
    run = await launch(2)
    attempt = uuid4()
    first, second = await run.recipients()
    await run.line.change(first, state="unresolved", attempt_id=attempt)
    await deliver(
        run.line,
        told(run.line, "wamid.found", ("delivered",), biz_opaque_callback_data=str(attempt)),
    )
    first, second = await run.recipients()
    assert (first.state, first.wamid) == ("delivered", "wamid.found")
    assert (second.state, second.wamid) == ("queued", None)


async def test_the_sum_is_the_audience_whatever_is_written(launch):
    run = await accepted(launch, 30)
    for row in (await run.recipients())[:10]:
        await run.line.change(row, state="failed")
    await deliver(
        run.line,
        [s for row in await run.recipients() for s in told(run.line, row.wamid, ("sent",))][:15],
    )
    counts, states = await run.counts(), await run.states()
    assert counts == dict(states)
    assert sum(counts.values()) == 30
