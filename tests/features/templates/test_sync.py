from datetime import timedelta

import pytest

from tests.features.templates.desk import Desk, body_of
from xobito_app.core import clock
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import service, sync
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp import graph
from xobito_app.whatsapp.errors import GraphError


@pytest.fixture
def hurried(monkeypatch):
    """Let pauses between tries pass at once."""
    monkeypatch.setattr(graph, "WHOLE_PAUSE", 0.0)


async def _count(desk: Desk) -> int:
    async with unit_of_work(desk.line.workspace_id) as uow:
        return await TemplateRepository(uow.session, desk.line.workspace_id).count_present()


async def test_six_thousand_come_whole_though_a_cursor_was_refused(desk: Desk, hurried):
    await desk.put_at_meta(*(body_of("Hi there", name=f"t_{n:04}") for n in range(6000 - 6)))
    await desk.settings(cursor_faults=2, verified=True)
    assert await desk.sync() == 6000
    assert await _count(desk) == 6000
    # The two that were refused, and each page once after the list was begun anew.
    assert desk.calls("GET", "/message_templates") == 1 + 2 * 2 + 60


async def test_half_a_list_is_never_taken_for_the_whole(desk: Desk, hurried):
    await desk.put_at_meta(*(body_of("Hi there", name=f"t_{n:04}") for n in range(200)))
    await desk.sync()
    await desk.settings(cursor_faults=1000)
    with pytest.raises(GraphError):
        await desk.sync()
    assert await _count(desk) == 206


async def test_what_was_gone_at_meta_comes_back_as_the_same(desk: Desk):
    heard = desk.hear_changes()
    row = await desk.named("hello_world")
    await desk.line.change(row, gone_at=clock.now() - timedelta(days=1))
    await desk.sync()
    assert (await desk.named("hello_world")).id == row.id
    assert (await desk.row(row.id)).gone_at is None
    assert heard == []


async def test_changes_that_were_not_told_are_found(desk: Desk):
    heard = desk.hear_changes()
    row = await desk.named("hello_world")
    await desk.line.change(row, status="PAUSED", category="MARKETING")
    await desk.sync()
    assert [(e.previous_status, e.status, e.category) for e in heard] == [
        ("PAUSED", "APPROVED", "UTILITY")
    ]


async def test_a_sync_finds_what_was_submitted_and_never_answered(desk: Desk):
    view = await desk.write()
    row = await desk.row(view.id)
    await desk.line.change(row, submission="unknown", submitted_at=clock.now())
    await desk.put_at_meta(body_of())
    await desk.sync()
    found = await desk.row(view.id)
    assert (found.status, found.submission, found.draft) == ("APPROVED", "none", {})


async def test_drafts_are_no_business_of_a_sync(desk: Desk):
    view = await desk.write()
    await desk.put_at_meta(body_of("Another text of it"))
    await desk.sync()
    assert (await desk.row(view.id)).status == "DRAFT"
    assert (await desk.do(service.read_stamp)).count == 7


async def test_what_was_submitted_while_meta_was_read_is_not_gone(desk: Desk):
    row = await desk.named("hello_world")
    await desk.line.change(row, submitted_at=clock.now(), synced_at=None)

    async def take(session, actor):
        account = await connection.find_active(session, actor.workspace_id)
        assert account
        before = clock.now() - timedelta(seconds=5)
        await sync.take_templates(session, account, [], asked_at=before)

    await desk.do(take)
    assert (await desk.row(row.id)).gone_at is None
    assert await _count(desk) == 1
