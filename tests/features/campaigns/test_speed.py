"""What makes sending fast, and must not cost anybody their message or their peace."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.features.campaigns.crowds import launch_crowd, without_limit
from tests.statements import noted
from xobito_app.core import clock
from xobito_app.core.crypto import Vault
from xobito_app.features.campaigns.sending import claiming, gate, results
from xobito_app.features.inbox.service import Accepted
from xobito_app.models.campaigns import CampaignStatus
from xobito_app.models.connection import Connection
from xobito_app.persistence.leased_work import Claimed, Lease
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp.client import SendReceipt


async def test_a_claim_takes_the_next_ones_without_looking_at_all_that_wait(world):
    """Each claim once read and sorted everybody who waited: at 100,000 people, 130 ms."""
    await launch_crowd(world, 500)
    async with unit_of_work(world.workspace_id) as uow:
        courses = await claiming.list_courses(uow.session, world.workspace_id)
        with noted() as asked:
            await claiming.claim(uow.session, world.workspace_id, courses, {world.number_id: 10})
        connection = await uow.session.connection()
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        claim = next(one for one in asked if "SKIP LOCKED" in one)
        inner = claim[claim.index("(SELECT") + 1 : claim.index("SKIP LOCKED)") + 11]
        given = {
            "workspace_id_1": world.workspace_id,
            "campaign_id_1": courses[0].campaign.id,
            "state_1": "claimed",
            "claimed_at_1": clock.now(),
            "due_at_1": clock.now(),
            "param_1": ["queued", "claimed"],
            "param_2": 10,
        }
        plan = await connection.exec_driver_sql(f"EXPLAIN {inner}", given)
        lines = "\n".join(row[0] for row in plan)
    assert "ix_campaign_recipient_due" in lines
    assert "Sort" not in lines


async def test_no_more_requests_at_once_than_there_may_be(launch, monkeypatch):
    monkeypatch.setattr(gate, "AT_ONCE", 6)
    monkeypatch.setattr(gate, "WORTH_BEGINNING", 3)
    run = await launch(20)
    most = 0
    out = 0

    async def count(request: httpx.Request, inner: httpx.AsyncBaseTransport) -> httpx.Response:
        nonlocal most, out
        out += 1
        most = max(most, out)
        await asyncio.sleep(0.05)
        out -= 1
        return await inner.handle_async_request(request)

    run.line.wire.trick = count
    with without_limit():
        assert await run.dispatch() == 20
    assert len(run.line.wire.sent) == 20
    assert 3 <= most <= 6


async def test_a_token_that_cannot_be_opened_pauses_and_fails_nobody(launch):
    run = await launch(3)
    other = Vault(base64.urlsafe_b64encode(b"another key of 32 bytes, no less").decode())
    async with unit_of_work(run.line.workspace_id) as uow:
        connection = await uow.session.get(Connection, run.line.world.connection_id)
        connection.token_sealed = other.seal("EAAother")
        uow.session.add(connection)
    await run.dispatch()
    campaign = await run.campaign()
    assert campaign.status == CampaignStatus.PAUSED
    assert "SECRET_KEY" in campaign.reason
    assert await run.counts() == {"queued": 3}


@pytest.mark.parametrize(
    ("before", "state", "wamid"),
    [
        ({"state": "dispatching"}, "accepted", "wamid.new"),
        ({"state": "delivered", "wamid": "wamid.new", "claimed_at": None}, "delivered", None),
        ({"state": "unresolved", "claimed_at": None}, "accepted", "wamid.new"),
        ({"state": "delivered", "wamid": "wamid.other", "claimed_at": None}, "delivered", None),
    ],
    ids=["in this hand", "told before", "given up for lost", "of another attempt"],
)
async def test_what_meta_took_is_written_whatever_came_meanwhile(launch, before, state, wamid):
    run = await launch(2)
    at = clock.now() - timedelta(seconds=2)
    first, second = await run.recipients()
    await run.line.change(first, **{"claimed_at": at, **before})
    lease = Lease(run.line.workspace_id, first.id, at)
    accepted = Accepted(SendReceipt("wamid.new", "accepted"))
    await results.record(run.line.workspace_id, [(Claimed(lease, first), accepted)])
    first, second = await run.recipients()
    assert (first.state, first.claimed_at) == (state, None)
    assert first.wamid == (wamid or before["wamid"])
    assert (first.accepted_at is not None) == (before.get("wamid") != "wamid.other")
    assert second.state == "queued"
    assert await run.counts() == {state: 1, "queued": 1}


async def test_nobody_stands_in_a_campaign_twice_unless_left_out(launch):
    with pytest.raises(IntegrityError, match="uq_campaign_recipient_phone"):
        await launch(2, phones=["+16505550001", "+16505550001"])
    run = await launch(2, phones=["", ""])
    assert await run.counts() == {"queued": 2}
    first, second = await run.recipients()
    left_out = {"phone": "+16505550001", "state": "excluded", "exclusion": "duplicate"}
    await run.line.change(first, phone="+16505550001")
    await run.line.change(second, **left_out)
    assert await run.counts() == {"queued": 1, "excluded": 1}
