"""A campaign at work: everybody once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from tests.features.campaigns.runs import raw_template
from tests.lines import graph_error
from tests.pictures import jpeg
from xobito_app.core import clock
from xobito_app.features.campaigns.sending import gate
from xobito_app.features.campaigns.sending.dispatch import sweep
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.contacts.service import resolve_people
from xobito_app.features.inbox.media import files
from xobito_app.models.campaigns import CampaignStatus
from xobito_app.models.contacts import ContactType
from xobito_app.models.inbox import Media, MediaState
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.reliability("campaigns")


async def test_everybody_gets_it_once_and_the_ticks_come_back(launch):
    run = await launch(30)
    assert await run.dispatch() == 30
    await run.until(delivered=30)
    assert sorted(sent["to"] for sent in run.line.wire.sent) == [
        row.phone for row in await run.recipients()
    ]
    campaign = await run.campaign()
    assert (campaign.status, campaign.reason) == (CampaignStatus.COMPLETED, "")
    assert await run.counts() == {"delivered": 30}
    first = (await run.recipients())[0]
    assert first.accepted_at
    assert first.sent_at <= first.delivered_at
    attempts = {row.attempt_id for row in await run.recipients()}
    assert {sent["biz_opaque_callback_data"] for sent in run.line.wire.sent} == set(
        map(str, attempts)
    )


async def test_two_workers_send_to_nobody_twice(launch, monkeypatch):
    from xobito_app.features.campaigns.sending.dispatch import Dispatcher

    run = await launch(60)
    workers = [Dispatcher(run.line.workspace_id) for _ in range(3)]
    taken = await asyncio.gather(*(worker.run() for worker in workers))
    assert sum(taken) == 60
    assert len({sent["to"] for sent in run.line.wire.sent}) == len(run.line.wire.sent) == 60


async def test_a_paused_campaign_sends_no_more_and_goes_on_later(launch):
    run = await launch(40)

    async def pause(request: httpx.Request, inner: httpx.AsyncBaseTransport) -> None:
        if len(run.line.wire.sent) == 10:
            await run.change(status=CampaignStatus.PAUSED)

    run.line.wire.trick = pause
    await run.dispatch()
    states = await run.states()
    assert states["queued"] > 0
    assert states["queued"] + len(run.line.wire.sent) == 40
    run.line.wire.trick = None
    await run.change(status=CampaignStatus.SENDING)
    await run.dispatch()
    assert len(run.line.wire.sent) == 40


async def test_an_opt_out_is_heard_whatever_was_taken_in_hand(launch, monkeypatch):
    run = await launch(3)
    begin = gate.begin

    async def slow(workspace_id, claimed):
        async with unit_of_work(workspace_id) as uow:
            person = Person("+16505550001")
            found = await resolve_people(
                uow.session, workspace_id, [person], as_type=ContactType.LEAD
            )
            contact = next(iter(found.values()))
            contact.opted_out_at = clock.now()
            uow.session.add(contact)
        return await begin(workspace_id, claimed)

    monkeypatch.setattr(gate, "begin", slow)
    await run.dispatch()
    rows = await run.recipients()
    assert [row.state for row in rows if row.phone == "+16505550001"] == ["cancelled"]
    assert rows[1].reason == gate.OPTED_OUT
    assert "+16505550001" not in {sent["to"] for sent in run.line.wire.sent}
    assert len(run.line.wire.sent) == 2


@pytest.mark.parametrize("is_told_later", [False, True])
async def test_who_told_meta_to_stop_gets_nothing_of_another_campaign(launch, is_told_later):
    stranger = "+16505550001"
    run = await launch(3)

    async def refuse(request: httpx.Request, inner: httpx.AsyncBaseTransport):
        to = json.loads(request.content)["to"]
        return None if is_told_later or to != stranger else graph_error(131050)

    run.line.wire.trick = refuse
    await run.dispatch()
    if is_told_later:
        wamid = next(row.wamid for row in await run.recipients() if row.phone == stranger)
        await run.line.deliver_status(wamid, "failed", errors=[{"code": 131050}])
    run.line.wire.sent.clear()
    run.line.wire.trick = None
    other = await launch(3)
    await other.dispatch()
    states = {row.phone: row.state for row in await other.recipients()}
    assert states[stranger] == "cancelled"
    assert stranger not in {sent["to"] for sent in run.line.wire.sent}
    assert len(run.line.wire.sent) == 2


@pytest.mark.parametrize(
    ("code", "state", "tries"),
    [
        (131026, "failed", 1),
        (130429, "delivered", 2),
        (131000, "delivered", 2),
        (131049, "failed", 1),
        (132000, "failed", 1),
    ],
)
async def test_a_refusal_costs_its_recipient_alone(launch, code, state, tries):
    run = await launch(5)
    refused: list[str] = []

    async def refuse(request: httpx.Request, inner: httpx.AsyncBaseTransport):
        to = json.loads(request.content)["to"]
        if to == "+16505550002" and not refused:
            refused.append(to)
            return graph_error(code, 429 if code == 130429 else 400)
        return None

    run.line.wire.trick = refuse
    await run.dispatch()
    await run.until(**({state: 5} if state == "delivered" else {"delivered": 4, state: 1}))
    assert [sent["to"] for sent in run.line.wire.sent].count("+16505550002") == tries
    row = (await run.recipients())[2]
    assert bool(row.reason) == (state == "failed")
    assert row.error_code == (code if state == "failed" else None)


async def test_what_nobody_knows_is_not_sent_again_and_meta_s_word_ends_it(launch):
    run = await launch(2)

    async def lose(request: httpx.Request, inner: httpx.AsyncBaseTransport):
        if json.loads(request.content)["to"] == "+16505550001":
            await inner.handle_async_request(request)
            raise httpx.ReadTimeout("no answer", request=request)
        return

    run.line.wire.trick = lose
    await run.dispatch()
    rows = await run.recipients()
    assert rows[1].wamid is None or rows[1].state != "queued"
    await sweep(run.line.workspace_id)
    await run.until(delivered=2)
    assert len(run.line.wire.sent) == 2


async def test_a_killed_worker_s_claims_go_on_and_what_it_had_begun_does_not(launch):
    run = await launch(2)
    first, second = await run.recipients()
    old = clock.now() - timedelta(seconds=91)
    await run.line.change(first, state="claimed", claimed_at=old)
    await run.line.change(second, state="dispatching", claimed_at=old)
    await sweep(run.line.workspace_id)
    first, second = await run.recipients()
    assert first.wamid
    assert (second.state, second.wamid) == ("unresolved", None)
    assert [sent["to"] for sent in run.line.wire.sent] == [first.phone]


async def test_a_fault_of_the_account_pauses_and_loses_nobody(launch):
    run = await launch(5)

    async def refuse(request: httpx.Request, inner: httpx.AsyncBaseTransport):
        return graph_error(131042)

    run.line.wire.trick = refuse
    await run.dispatch()
    campaign = await run.campaign()
    assert campaign.status == CampaignStatus.PAUSED
    assert "payment" in campaign.reason
    assert await run.counts() == {"queued": 5}


async def stored_picture(line) -> UUID:
    content = jpeg()
    file = Media(
        workspace_id=line.workspace_id,
        mime="image/jpeg",
        filename="sale.jpg",
        size=len(content),
        state=MediaState.STORED,
    )
    path = files.path_of(line.workspace_id, file.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    async with unit_of_work(line.workspace_id) as uow:
        uow.session.add(file)
    return file.id


async def test_a_file_is_brought_to_meta_once_and_goes_to_all(line, launch):
    media_id = await stored_picture(line)
    run = await launch(4, template=raw_template("summer_sale"), header_media_id=media_id)
    values = {
        "header.media": f"media:{media_id}",
        "body.1": "Ana",
        "body.2": "20%",
        "button.2": "SUMMER20",
    }
    for row in await run.recipients():
        await run.line.change(row, values=values)
    await run.dispatch()
    uploads = [path for path in run.line.wire.paths if path.endswith("/media")]
    assert len(uploads) == 1
    sent = {json.dumps(one["template"]["components"][0]) for one in run.line.wire.sent}
    assert len(run.line.wire.sent) == 4
    assert len(sent) == 1
    assert "media:" not in sent.pop()
