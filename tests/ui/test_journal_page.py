"""The event journal as its page shows it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from tests import deliveries
from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.core.permissions import Permission
from xobito_app.features.ingest import journal
from xobito_app.features.ingest.covering import COVER, covered
from xobito_app.features.ingest.drain import drain
from xobito_app.models.connection import InboundEvent
from xobito_app.models.workspaces import Role
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.journal.state import JournalState

PAGE = "journal_state"


async def open_page(server, actor) -> Tab:
    tab = Tab(server, f"{actor.user_id}", await sign_in(actor.user_id, actor.workspace_id))
    tab.path = "/journal"
    await tab.send(handler_name(JournalState.load))
    return tab


async def open_first(tab: Tab):
    row = tab.value(PAGE, "rows")[0]
    await tab.send(handler_name(JournalState.open_row), row_id=row.id)
    return tab.value(PAGE, "detail")


@pytest.fixture
async def told(world):
    secret = f"my card is {uuid4().hex}"
    await deliveries.store(deliveries.incoming(world, "16505550121", secret))
    await drain()
    return secret


async def test_who_sees_every_conversation_sees_the_body(server, world, told):
    detail = await open_first(await open_page(server, world.owner))
    assert told in detail.body
    assert not detail.is_covered


async def test_connection_view_alone_shows_no_texts_names_or_numbers(server, world, told):
    """A role that looks after the connection, not at the conversations."""
    viewer = await make_member(world, "Viewer")
    async with unit_of_work(world.workspace_id) as uow:
        statement = select(Role).where(
            Role.workspace_id == world.workspace_id, Role.name == "Viewer"
        )
        role = (await uow.session.exec(statement)).one()
        role.permissions = ["connection.view"]
        uow.session.add(role)
    detail = await open_first(await open_page(server, viewer))
    assert detail.is_covered
    for word in (told, "Ana Ruiz", "16505550121"):
        assert word not in detail.body
    # How it is built, and whose it is, stays: that is what the page is for.
    for word in (world.phone_number_id, world.waba_id, '"type": "text"', '"wamid.', COVER):
        assert word in detail.body


def test_a_word_meta_adds_tomorrow_is_covered_too():
    body = {
        "entry": [
            {
                "id": "1",
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messages": [{"id": "wamid.1", "new": {"deep": ["secret", 7]}}],
                            "contacts": [{"wa_id": "1650", "user_id": "US.1"}],
                        },
                    }
                ],
            }
        ]
    }
    shown = covered(body)
    value = shown["entry"][0]["changes"][0]["value"]
    assert value["messages"] == [{"id": "wamid.1", "new": {"deep": [COVER, COVER]}}]
    assert value["contacts"] == [{"wa_id": COVER, "user_id": COVER}]
    assert shown["entry"][0]["id"] == "1"


async def test_a_body_that_cannot_be_taken_apart_is_not_shown_at_all(server, world):
    await deliveries.store(b"no json at all: my secret", world.connection_id)
    await drain()
    member = await make_member(world, "Agent")
    viewer = replace(member, permissions=frozenset({Permission.CONNECTION_VIEW}))
    async with unit_of_work(world.workspace_id) as uow:
        page = await journal.list_deliveries(uow.session, world.owner)
        line = page.rows[0]
        assert line.state == "failed"
        whole = await journal.read_delivery(uow.session, world.owner, event_id=line.id)
        hidden = await journal.read_delivery(uow.session, viewer, event_id=line.id)
    assert whole.body == "no json at all: my secret"
    assert hidden.body == ""


@pytest.mark.reliability("signs that something waits")
async def test_the_page_says_so_when_reading_is_late(server, world):
    async with unit_of_work() as uow:
        long_ago = clock.now() - timedelta(seconds=31)
        uow.session.add(InboundEvent(digest=uuid4().hex, received_at=long_ago, body=b"{}"))
    tab = await open_page(server, world.owner)
    assert tab.value(PAGE, "late").startswith("Incoming messages are late")
    await drain()
    await tab.send(handler_name(JournalState.load))
    assert tab.value(PAGE, "late") == ""


async def test_reading_again_waits_for_the_workers(server, world, told):
    tab = await open_page(server, world.owner)
    await open_first(tab)

    async def work() -> None:
        for _ in range(20):
            await asyncio.sleep(0.1)
            await drain()

    working = asyncio.create_task(work())
    await tab.send(handler_name(JournalState.replay))
    working.cancel()
    assert "Read again" in tab.scripts
    assert tab.value(PAGE, "detail").row.state == "Done"
