"""Taking in a CSV of 50 MB and some 400,000 rows: rows a second, memory, and stopping.

The worker runs in a process of its own, whose peak memory is measured. The floor is what
PostgreSQL takes for the same rows in plain INSERTs of the same size, with the same indexes, without
reading, judging or telling anything.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from bench.measure import peak_mb
from tests.fixtures import EmptyWorld, make_empty_world
from xobito_app.core import ids
from xobito_app.features.contacts.imports import files, importing
from xobito_app.features.contacts.imports.work import BATCH
from xobito_app.persistence.unit_of_work import unit_of_work

TARGET_MB = 300
TARGET_STOP_SECONDS = 1.0
ROWS = 400_000
HEADINGS = "Phone,First name,Last name,Email,Company,City,Country,Status,Groups,Description\n"


async def run(*, rows: int = ROWS) -> dict:
    """Return rows a second of the real and the dry run, peak memory and the ratio to the floor."""
    floor = await _floor(await make_empty_world(), rows)
    world = await make_empty_world()
    import_id, size, looking = await _upload(world, rows)
    dry = await _work(world, import_id, is_dry=True)
    real = await _work(world, import_id, is_dry=False)
    stop = await _stop(world, rows)
    per_second = round(rows / real["seconds"])
    agree = dry["counts"] == real["counts"]
    peak = max(dry["peak_mb"], real["peak_mb"])
    return {
        "rows": rows,
        "file_mb": round(size / 1024 / 1024, 1),
        "look_through_seconds": looking,
        "dry": dry,
        "real": real,
        "rows_per_second": per_second,
        "floor_rows_per_second": round(rows / floor),
        "ratio": round(real["seconds"] / floor, 2),
        "peak_mb": peak,
        "target_mb": TARGET_MB,
        "stop_seconds": stop,
        "ok": agree and peak <= TARGET_MB and stop <= TARGET_STOP_SECONDS,
    }


def _line(number: int) -> str:
    phone = f"+1{2_010_000_000 + number}"
    return (
        f"{phone},First {number},Last {number},person{number}@example.com,Company {number % 997},"
        f"City {number % 499},US,Contacted,Customers; Newsletter,Came with the big file {number}\n"
    )


async def _upload(world: EmptyWorld, rows: int) -> tuple[UUID, int, float]:
    import_id = ids.new()
    folder = files.folder_of(world.workspace_id)
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "raw"
    with raw.open("w") as file:
        file.write(HEADINGS)
        file.writelines(_line(number) for number in range(rows))
    begin = time.perf_counter()
    prepared = files.prepare(raw, files.path_of(world.workspace_id, import_id))
    took = round(time.perf_counter() - begin, 1)
    size = raw.stat().st_size
    raw.unlink()
    async with unit_of_work(world.workspace_id) as uow:
        await importing.register_import(
            uow.session,
            world.owner,
            import_id=import_id,
            filename="big.csv",
            size=size,
            prepared=prepared,
        )
    return import_id, size, took


async def _start(world: EmptyWorld, import_id: UUID, *, is_dry: bool) -> None:
    async with unit_of_work(world.workspace_id) as uow:
        head = await importing.read_head(uow.session, world.owner, import_id=import_id)
        await importing.start_import(
            uow.session,
            world.owner,
            import_id=import_id,
            mapping=head.mapping,
            updates_existing=True,
            may_create_labels=True,
            is_dry=is_dry,
        )


def _worker(world: EmptyWorld, import_id: UUID) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.contacts_import", str(world.workspace_id), str(import_id)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        env=os.environ,
    )


async def _work(world: EmptyWorld, import_id: UUID, *, is_dry: bool) -> dict:
    await _start(world, import_id, is_dry=is_dry)
    worker = _worker(world, import_id)
    out, _ = await asyncio.to_thread(worker.communicate)
    async with unit_of_work(world.workspace_id) as uow:
        view = await importing.get_import(uow.session, world.owner, import_id=import_id)
    counts = {"created": view.created, "updated": view.updated, "failed": view.failed}
    return {**json.loads(out), "state": view.state, "counts": counts}


async def _stop(world: EmptyWorld, rows: int) -> float:
    """Return how long it takes until a running import stands still after the wish."""
    import_id, _, _ = await _upload(world, min(rows, 20_000))
    await _start(world, import_id, is_dry=False)
    worker = _worker(world, import_id)
    while True:
        async with unit_of_work(world.workspace_id) as uow:
            view = await importing.get_import(uow.session, world.owner, import_id=import_id)
        if view.done >= 2 * BATCH or not view.is_open or worker.poll() is not None:
            break
        await asyncio.sleep(0.05)
    begin = time.perf_counter()
    async with unit_of_work(world.workspace_id) as uow:
        await importing.stop_import(uow.session, world.owner, import_id=import_id)
    took = round(time.perf_counter() - begin, 2)
    await asyncio.to_thread(worker.communicate)
    return took


async def _floor(world: EmptyWorld, rows: int) -> float:
    statement = text(
        "INSERT INTO contact (id, workspace_id, first_name, last_name, profile_name, username, "
        "phone, email, company, website, country, city, state, zip, address, type, language, "
        "is_enabled, opt_out_reason, custom, created_at, updated_at) "
        "SELECT gen_random_uuid(), :w, 'First ' || n, 'Last ' || n, '', '', '+1' || n + 2010000000,"
        " 'person' || n || '@example.com', 'Company ' || n % 997, '', 'US', 'City ' || n % 499, "
        "'', '', '', 'lead', '', true, '', '{}', now(), now() "
        "FROM generate_series(:start, :start + :size - 1) n"
    ).bindparams(w=world.workspace_id, size=BATCH)
    begin = time.perf_counter()
    for start in range(0, rows, BATCH):
        async with unit_of_work(world.workspace_id) as uow:
            await (await uow.session.connection()).execute(statement.bindparams(start=start))
    return time.perf_counter() - begin


async def _be_worker(workspace_id: UUID, import_id: UUID) -> dict:
    from xobito_app.features.contacts.imports import work

    begin = time.perf_counter()
    await work.work(workspace_id, import_id)
    return {"seconds": round(time.perf_counter() - begin, 1), "peak_mb": peak_mb()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_be_worker(UUID(sys.argv[1]), UUID(sys.argv[2])))))
