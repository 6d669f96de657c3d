"""Campaigns to many people at full speed, against a Meta that answers at once."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests import deliveries
from tests.features.campaigns.runs import raw_template
from tests.fixtures import World
from tests.lines import graph_error
from xobito_app.core import clock
from xobito_app.features.campaigns.sending import claiming
from xobito_app.features.campaigns.sending.dispatch import Dispatcher
from xobito_app.features.connection import credentials
from xobito_app.features.ingest.drain import drain
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.models.connection import Connection
from xobito_app.persistence.engine import get_engine
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.whatsapp.client import Client

TOKEN = "EAAcrowd"
DISPATCHERS = 3
TOLD_AT_ONCE = 40
_STORIES = (("sent",), ("sent", "delivered"), ("sent", "delivered", "read"), ("sent", "failed"))


async def launch_crowd(world: World, count: int) -> UUID:
    """Write a launched campaign to so many people down, and give the account a token."""
    campaign = Campaign(
        workspace_id=world.workspace_id,
        name="Crowd",
        number_id=world.number_id,
        status=CampaignStatus.SENDING,
        template=raw_template(),
        category="MARKETING",
        begins_at=clock.now(),
    )
    async with unit_of_work(world.workspace_id) as uow:
        connection = await uow.session.get(Connection, world.connection_id)
        assert connection
        connection.token_sealed = vault().seal(TOKEN)
        uow.session.add_all([campaign, connection])
        await uow.session.flush()
        await (await uow.session.connection()).execute(
            text(
                "INSERT INTO campaign_recipient (id, workspace_id, campaign_id, number_id, phone,"
                " name, country, values, variant, state, exclusion, reason, attempts, due_at,"
                " pricing, history, updated_at)"
                " SELECT gen_random_uuid(), :workspace, :campaign, :number,"
                " '+1650' || lpad(n::text, 7, '0'), 'Person', 'US',"
                " jsonb_build_object('body.1', 'Person ' || n), 0, 'queued', '', '', 0, now(),"
                " '{}', '[]', now() FROM generate_series(1, :count) n"
            ),
            {
                "workspace": world.workspace_id,
                "campaign": campaign.id,
                "number": world.number_id,
                "count": count,
            },
        )
    return campaign.id


@contextmanager
def without_limit() -> Iterator[None]:
    """Let numbers send as fast as they can."""
    with mock.patch.object(claiming.Course, "rate", 100_000.0):
        yield


@dataclass
class QuickMeta(httpx.AsyncBaseTransport):
    """Answers at once: takes most messages, refuses some, and loses the answer to a few.

    Attributes:
        to_tell: Statuses of what it took that were not brought yet.
    """

    to_tell: deque[dict[str, Any]] = field(default_factory=deque[dict[str, Any]])
    lots: random.Random = field(default_factory=lambda: random.Random(9))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.001)
        lot = self.lots.random()
        if lot < 0.02:
            return graph_error(131026)
        if lot < 0.03:
            return graph_error(130429, 429)
        wamid = deliveries.wamid()
        opaque = json.loads(await request.aread())["biz_opaque_callback_data"]
        self.to_tell += [
            deliveries.status(wamid, word, biz_opaque_callback_data=opaque)
            for word in self.lots.choice(_STORIES)
        ]
        if lot < 0.035:
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(200, json={"messages": [{"id": wamid}]})


@dataclass
class Watched:
    """What was seen of a campaign while it was sent.

    Attributes:
        snapshots: How many were taken.
        seen: The different counts they showed.
    """

    snapshots: int = 0
    seen: set[frozenset[tuple[str, int]]] = field(default_factory=set[Any])


async def watch(world: World, people: int, least: int) -> Watched:
    """Send campaigns to so many people each until so many snapshots were taken meanwhile.

    Raises:
        AssertionError: In one of them the counts were not those of the rows, or not the audience.
    """
    watched = Watched()
    meta = QuickMeta()
    client = Client("https://meta.test", "v26.0", transport=meta)
    async with client:
        with (
            mock.patch.object(credentials, "base_url_of", return_value="https://meta.test"),
            credentials.using_client("https://meta.test", client),
            without_limit(),
        ):
            while watched.snapshots < least:
                campaign_id = await launch_crowd(world, people)
                sending = asyncio.create_task(_send(world, meta))
                await _look(world, campaign_id, people, sending, watched)
                await sending
    return watched


async def _send(world: World, meta: QuickMeta) -> None:
    runs = [Dispatcher(world.workspace_id).run() for _ in range(DISPATCHERS)]
    sending = asyncio.gather(*runs)
    while meta.to_tell or not sending.done():
        told = [meta.to_tell.popleft() for _ in range(min(TOLD_AT_ONCE, len(meta.to_tell)))]
        if told:
            change = deliveries.change(world, statuses=told)
            await deliveries.store(deliveries.envelope(world, change))
            await drain()
        else:
            await asyncio.sleep(0.005)
    await sending


async def _look(
    world: World, campaign_id: UUID, people: int, sending: asyncio.Task[None], watched: Watched
) -> None:
    while not sending.done():
        async with _snapshot(world) as connection:
            given = {"campaign": campaign_id}
            counts = await _counts(connection, _STORED, given)
            # Between the two the campaign goes on: only the snapshot makes them agree.
            await asyncio.sleep(0.002)
            rows = await _counts(connection, _ROWS, given)
        assert counts == rows, f"The counts say {counts}, the rows are {rows}."
        assert counts.total() == people, f"Of {people} people {counts.total()} are in a state."
        watched.snapshots += 1
        watched.seen.add(frozenset(counts.items()))


_STORED = text(
    "SELECT state, sum(count) AS people FROM campaign_count WHERE campaign_id = :campaign"
    " GROUP BY 1 HAVING sum(count) <> 0"
)
_ROWS = text(
    "SELECT state, count(*) AS people FROM campaign_recipient"
    " WHERE campaign_id = :campaign GROUP BY 1"
)


async def _counts(connection: AsyncConnection, statement: Any, given: Any) -> Counter[str]:
    rows = (await connection.execute(statement, given)).mappings()
    return Counter({row["state"]: int(row["people"]) for row in rows})


@asynccontextmanager
async def _snapshot(world: World) -> AsyncIterator[AsyncConnection]:
    async with get_engine().connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        await connection.execute(
            text("SELECT set_config('xobito.workspace_id', :id, true)"),
            {"id": str(world.workspace_id)},
        )
        yield connection
