"""A campaign without a throughput limit: claim, render, send, record.

The floor is a bare loop in the same run: the same client, the same number of requests at once, to
the same server, of bodies that are ready.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from sqlalchemy import text

from bench.web import serving
from tests.features.campaigns.runs import raw_template
from tests.fixtures import World, make_world
from xobito_app.core import clock
from xobito_app.core.memory import freeze_startup_objects
from xobito_app.features.campaigns.sending import claiming, dispatch, gate
from xobito_app.features.connection import credentials
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.models.connection import Connection
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault
from xobito_app.whatsapp import payloads_template
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.payloads import Recipient
from xobito_app.whatsapp.templates import Template

TARGET_RATIO = 0.6
TOKEN = "EAAbench"


async def run(*, recipients: int = 12_000, rounds: int = 3) -> dict[str, Any]:
    """Return messages a second of our way and of the bare loop, and their ratio."""
    with serving("bench.meta_server:build") as address:
        async with Client(address, "v26.0") as client:
            # As our processes do once they have started.
            freeze_startup_objects()
            ours, floor = [], []
            for _ in range(rounds):
                floor.append(await _bare(client, recipients))
                ours.append(await _campaign(address, client, recipients))
    ratio = round(max(ours) / max(floor), 2)
    return {
        "recipients": recipients,
        "at_once": gate.AT_ONCE,
        "per_second": round(max(ours)),
        "floor_per_second": round(max(floor)),
        "ratio": ratio,
        "target_ratio": TARGET_RATIO,
        "ok": ratio >= TARGET_RATIO,
    }


async def _bare(client: Client, count: int) -> float:
    chosen = Template.of(raw_template())
    body = payloads_template.filled_template(
        Recipient(phone="+16505550100"), chosen, {"body.1": "Ana"}, opaque=str(uuid4())
    )
    places = iter(range(count))
    given = Credentials(TOKEN)

    async def worker() -> None:
        for _ in places:
            await client.send(given, "number", body)

    begin = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(gate.AT_ONCE)))
    return count / (time.perf_counter() - begin)


async def _campaign(address: str, client: Client, count: int) -> float:
    world = await make_world()
    await _fill(world, count)
    with (
        mock.patch.object(credentials, "base_url_of", return_value=address),
        credentials.using_client(address, client),
        _without_limit(),
    ):
        begin = time.perf_counter()
        taken = await dispatch.dispatch(world.workspace_id)
        seconds = time.perf_counter() - begin
    if taken != count:
        raise RuntimeError(f"{taken} of {count} were taken.")
    return count / seconds


@contextmanager
def _without_limit() -> Iterator[None]:
    with mock.patch.object(claiming.Course, "rate", 100_000.0):
        yield


async def _fill(world: World, count: int) -> UUID:
    campaign = Campaign(
        workspace_id=world.workspace_id,
        name="Bench",
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
