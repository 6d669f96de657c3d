"""A campaign without a throughput limit: claim, render, send, record.

The floor is a bare loop in the same run: the same client, the same number of requests at once, to
the same server, of bodies that are ready.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from unittest import mock
from uuid import uuid4

from bench.web import serving
from tests.features.campaigns.crowds import TOKEN, launch_crowd, without_limit
from tests.features.campaigns.runs import raw_template
from tests.fixtures import make_world
from xobito_app.core.memory import freeze_startup_objects
from xobito_app.features.campaigns.sending import dispatch, gate
from xobito_app.features.connection import credentials
from xobito_app.whatsapp import payloads_template
from xobito_app.whatsapp.client import Client, Credentials
from xobito_app.whatsapp.payloads import Recipient
from xobito_app.whatsapp.templates import Template

TARGET_RATIO = 0.6


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
    await launch_crowd(world, count)
    with (
        mock.patch.object(credentials, "base_url_of", return_value=address),
        credentials.using_client(address, client),
        without_limit(),
    ):
        begin = time.perf_counter()
        taken = await dispatch.dispatch(world.workspace_id)
        seconds = time.perf_counter() - begin
    if taken != count:
        raise RuntimeError(f"{taken} of {count} were taken.")
    return count / seconds
