"""Exporting 400,000 contacts as CSV: rows a second, and memory that does not grow with them.

Each export runs in a process of its own, whose peak memory is measured; a tenth of the book is
exported too, so that growth shows. The floor is PostgreSQL's own `COPY … TO STDOUT` of the table.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any
from uuid import UUID

import psycopg

from bench.contacts_list import make_book
from bench.measure import in_a_process, peak_mb
from tests.fixtures import EmptyWorld
from xobito_app.core import ids
from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import ALL, Actor
from xobito_app.settings import get_settings

TARGET_GROWTH_MB = 20
ROWS = 400_000


async def run(*, rows: int = ROWS) -> dict[str, Any]:
    """Return rows a second, the ratio to the floor, and peak memory for few and for many rows."""
    few = await _export(await make_book(rows // 10))
    world = await make_book(rows)
    many = await _export(world)
    floor = await asyncio.to_thread(_copy, world)
    growth = many["peak_mb"] - few["peak_mb"]
    return {
        "rows": rows,
        "few": few,
        "many": many,
        "rows_per_second": round(rows / many["seconds"]),
        "floor_rows_per_second": round(rows / floor),
        "ratio": round(many["seconds"] / floor, 1),
        "growth_mb": growth,
        "target_growth_mb": TARGET_GROWTH_MB,
        "ok": many["lines"] == rows + 1 and growth <= TARGET_GROWTH_MB,
    }


async def _export(world: EmptyWorld) -> dict[str, Any]:
    return await in_a_process("bench.contacts_export", str(world.workspace_id))


def _copy(world: EmptyWorld) -> float:
    url = get_settings().database_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT set_config('xobito.workspace_id', %s, false)", [str(world.workspace_id)]
        )
        begin = time.perf_counter()
        with connection.cursor().copy(
            "COPY (SELECT * FROM contact) TO STDOUT (FORMAT csv)"
        ) as rows:
            for _ in rows:
                pass
        return time.perf_counter() - begin


async def _be_exporter(workspace_id: UUID) -> dict[str, Any]:
    from xobito_app.api.exports import contact_lines
    from xobito_app.features.contacts.lists import exporting
    from xobito_app.features.contacts.schemas import ContactFilter
    from xobito_app.persistence.unit_of_work import unit_of_work

    actor = Actor(WorkspaceId(workspace_id), UserId(ids.new()), "Bench", ALL, is_owner=True)
    begin, lines = time.perf_counter(), 0
    async with unit_of_work(workspace_id) as uow:
        columns, chosen = await exporting.begin_export(
            uow.session, actor, contact_filter=ContactFilter()
        )
        # It is not noted: this person is in no table.
        uow.session.expunge_all()
    async for piece in contact_lines(actor, columns, chosen):
        lines += piece.count("\r\n")
    seconds = round(time.perf_counter() - begin, 1)
    return {"lines": lines, "seconds": seconds, "peak_mb": peak_mb()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_be_exporter(UUID(sys.argv[1])))))
