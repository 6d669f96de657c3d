import asyncio
from datetime import timedelta

import pytest

from tests.features.connection.meta import Meta
from tests.fixtures import EmptyWorld
from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.features.connection import connecting, moved_clock
from xobito_app.features.inbox.composing.outgoing import check_window
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.features.ingest import drain
from xobito_app.persistence.unit_of_work import unit_of_work


@pytest.fixture
async def calm(meta: Meta, monkeypatch):
    """The real time before and after, whatever other tests left connected."""
    moved_clock.forget()

    async def none() -> bool:
        return False

    monkeypatch.setattr(moved_clock, "has_real_connection", none)
    yield meta
    await meta.control("POST", "/clock", json={"reset": True})
    clock.set_simulated_offset(timedelta(0))


async def test_windows_close_and_open_with_the_simulator_s_clock(calm: Meta, empty: EmptyWorld):
    view = await connecting.start_simulator(empty.owner)
    listed = await calm.control("GET", f"/wabas/{view.waba_id}/customers")
    customer = listed["data"][0]["id"]

    async def write() -> None:
        before = await heard()
        await calm.control(
            "POST", f"/customers/{customer}/messages", json={"type": "text", "body": "hi"}
        )
        for _ in range(200):
            await drain.drain()
            if await heard() > before:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("The message never arrived.")

    async def heard() -> int:
        async with unit_of_work(empty.workspace_id) as uow:
            lines = await threads.list_threads(uow.session, empty.owner, ThreadFilter())
            return sum(line.inbound_count for line in lines.rows)

    async def thread():
        async with unit_of_work(empty.workspace_id) as uow:
            lines = await threads.list_threads(uow.session, empty.owner, ThreadFilter())
            return await get_visible(uow.session, empty.owner, lines.rows[0].id)

    await write()
    check_window(await thread(), None, is_template=False)
    await calm.control("POST", "/clock", json={"advance_seconds": 50 * 3600})
    assert await moved_clock.refresh()
    with pytest.raises(Invalid, match="window is closed"):
        check_window(await thread(), None, is_template=False)
    await write()
    check_window(await thread(), None, is_template=False)
    assert clock.business_now() - clock.now() > timedelta(hours=49)


async def test_a_real_number_keeps_the_real_time(calm: Meta, monkeypatch):
    await calm.control("POST", "/clock", json={"advance_seconds": 3600})
    assert await moved_clock.refresh()

    async def real() -> bool:
        return True

    monkeypatch.setattr(moved_clock, "has_real_connection", real)
    moved_clock.forget()
    await moved_clock.refresh()
    assert clock.simulated_offset() == timedelta(0)
