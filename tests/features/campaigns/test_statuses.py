"""What Meta's webhooks make of recipients, in whatever order and however often they come."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta
from itertools import zip_longest
from uuid import uuid4

import pytest

from tests import deliveries
from tests.features.campaigns.runs import Run
from xobito_app.core import clock
from xobito_app.features.ingest.drain import drain
from xobito_app.models.campaigns import RecipientState

FACTS = ("state", "sent_at", "delivered_at", "read_at", "failed_at", "error_code", "reason")
SEEDS = 100
TOLD = (
    ("sent", "delivered", "read"),
    ("sent", "read"),
    ("sent", "delivered", "failed"),
    ("sent", "failed"),
    ("sent", "delivered", "read", "played"),
)
"""Stories that are surely among those tried."""

pytestmark = pytest.mark.reliability("campaigns")


def story_of(seed: int) -> tuple[str, ...]:
    """Return what Meta says of a message, in its order; anything may have been left out."""
    if seed < len(TOLD):
        return TOLD[seed]
    lots = random.Random(seed)
    words = [word for word in ("sent", "delivered", "read", "played") if lots.random() < 0.6]
    return (*words, "failed") if not words or lots.random() < 0.4 else tuple(words)


def end_of(story: tuple[str, ...]) -> str:
    """Return the state a story ends in."""
    said = set(story)
    if said & {"read", "played"}:
        return "read"
    return next(word for word in ("delivered", "failed", "sent") if word in said)


def told(wamid: str, words: tuple[str, ...], begin: float, **extra) -> list[dict]:
    """Return the statuses of a message, a second after one another."""
    found = []
    for second, word in enumerate(words):
        status = deliveries.status(wamid, word, at=begin + second, **extra)
        if word == "failed":
            status["errors"] = [{"code": 131026, "title": "Undeliverable"}]
        found.append(status)
    return found


async def deliver(line, *deliveries_: list[dict]) -> None:
    """Bring statuses delivery by delivery, each read before the next comes."""
    for statuses in deliveries_:
        change = deliveries.change(line.world, statuses=statuses)
        await deliveries.store(deliveries.envelope(line.world, change))
        await drain()


def shuffled(statuses: list[dict], seed: int) -> list[list[dict]]:
    """Return the statuses of a message three times and out of order, one to three together."""
    lots = random.Random(-seed - 1)
    left = lots.sample(3 * statuses, 3 * len(statuses))
    pieces = []
    while left:
        size = lots.randint(1, 3)
        pieces.append(left[:size])
        left = left[size:]
    return pieces


def at_once(stories: list[list[list[dict]]]) -> list[list[dict]]:
    """Return deliveries that each bring the next piece of every story."""
    return [
        [status for piece in pieces for status in piece]
        for pieces in zip_longest(*stories, fillvalue=[])
    ]


async def accepted(launch, count: int) -> Run:
    run = await launch(count)
    for row in await run.recipients():
        await run.line.change(
            row, state=RecipientState.ACCEPTED, wamid=f"wamid.{row.id}", accepted_at=clock.now()
        )
    return run


async def test_order_and_repeats_change_nothing(launch):
    """A hundred stories, in order in one campaign, three times and shuffled in another."""
    orderly, untidy = await accepted(launch, SEEDS), await accepted(launch, SEEDS)
    stories = [story_of(seed) for seed in range(SEEDS)]
    begin = (clock.now() - timedelta(minutes=5)).timestamp()
    in_order, out_of_order = [], []
    pairs = zip(await orderly.recipients(), await untidy.recipients(), strict=True)
    for seed, (first, second) in enumerate(pairs):
        in_order.append([[one] for one in told(first.wamid, stories[seed], begin)])
        out_of_order.append(shuffled(told(second.wamid, stories[seed], begin), seed))
    await deliver(orderly.line, *at_once(in_order), *at_once(out_of_order))
    facts = [
        [tuple(getattr(row, name) for name in FACTS) for row in await run.recipients()]
        for run in (orderly, untidy)
    ]
    assert facts[1] == facts[0]
    ends = [end_of(story) for story in stories]
    assert [fact[0] for fact in facts[0]] == ends
    assert await orderly.counts() == await untidy.counts() == Counter(ends)
    assert set(ends) == {"sent", "delivered", "read", "failed"}


async def test_a_lost_answer_is_found_by_the_attempt(launch):
    run = await launch(2)
    attempt = uuid4()
    first, second = await run.recipients()
    await run.line.change(first, state="unresolved", attempt_id=attempt)
    await deliver(
        run.line,
        told("wamid.found", ("delivered",), time.time(), biz_opaque_callback_data=str(attempt)),
    )
    first, second = await run.recipients()
    assert (first.state, first.wamid) == ("delivered", "wamid.found")
    assert (second.state, second.wamid) == ("queued", None)


async def test_the_sum_is_the_audience_whatever_is_written(launch):
    run = await accepted(launch, 30)
    for row in (await run.recipients())[:10]:
        await run.line.change(row, state="failed")
    rows = (await run.recipients())[:15]
    await deliver(run.line, *(told(row.wamid, ("sent",), time.time()) for row in rows))
    counts, states = await run.counts(), await run.states()
    assert counts == dict(states)
    assert sum(counts.values()) == 30
