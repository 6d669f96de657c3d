"""Three thousand deliveries changed at random, a good message every fifty, none left behind."""

from __future__ import annotations

import pytest
from sqlmodel import select

from tests import deliveries
from tests.features.ingest.hostile import Good
from tests.features.ingest.mutate import mutations
from tests.fixtures import make_world
from xobito_app.features.ingest import drain, sorting
from xobito_app.features.ingest.drain import drain as drain_once
from xobito_app.models.connection import InboundEvent
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.reliability("hostile deliveries")

MUTATIONS = 3000
EVERY = 50
SEED = 20261125
REACHED = 0.95


async def test_three_thousand_mutations_hold_up_nobody(world, monkeypatch):
    """≥ 3,000 mutations; a good message of two workspaces every 50, in its thread by one pass."""
    other = await make_world()
    parsed = 0
    really = sorting.parse

    def parse(*arguments, **options):
        nonlocal parsed
        parsed += 1
        return really(*arguments, **options)

    monkeypatch.setattr(sorting, "parse", parse)
    batch: list[bytes] = []
    for number, body in enumerate(mutations(world, MUTATIONS, SEED), 1):
        batch.append(body)
        if number % EVERY:
            continue
        for raw in batch:
            await deliveries.store(raw, world.connection_id)
        batch = []
        good = [await Good.post(world), await Good.post(other)]
        await drain_once()
        assert all([await message.is_there() for message in good]), f"after {number}"
    assert parsed - 2 * (MUTATIONS // EVERY) >= REACHED * MUTATIONS
    for _ in range(3):
        await drain.drain()
    async with unit_of_work() as uow:
        statement = select(InboundEvent).where(InboundEvent.signers.contains([world.connection_id]))
        events = (await uow.session.exec(statement)).all()
    # A changed id may be another connection's by chance: then it is refused, as it should be.
    settled = {"done", "partial", "failed", "unclaimed", "refused", "split"}
    assert {event.state for event in events} <= settled
    # Whatever fails does so because of what it says, not because something broke in our code.
    broken = [event.error for event in events if "Error:" in event.error]
    assert broken == []
