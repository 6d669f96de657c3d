"""Narrowing lists: wishes combine, and what changes live is judged by the same wishes."""

from __future__ import annotations

import pytest
from sqlmodel import select

from tests.features.inbox.test_threads import inbox, listed
from xobito_app.core import ids
from xobito_app.features.contacts.records.contacts import update_contact
from xobito_app.features.contacts.schemas import ContactDraft
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.models.contacts import ContactGroup, ContactSource, ContactStatus
from xobito_app.persistence.unit_of_work import unit_of_work

__all__ = ["inbox"]


@pytest.fixture
async def sorted_inbox(world, inbox):
    """Three threads: the first two contacts are hot, the second and third VIP."""
    _, _, rows = inbox
    first, second, third = rows["mine to answer"], rows["for the manager"], rows["up for grabs"]
    async with unit_of_work(world.workspace_id) as uow:
        status = ContactStatus(workspace_id=world.workspace_id, name="Hot", color="#ff0000")
        source = ContactSource(workspace_id=world.workspace_id, name="Fair")
        uow.session.add_all([status, source])
        await uow.session.flush()
        drafts = (
            (first, ContactDraft(status_id=status.id)),
            (second, ContactDraft(status_id=status.id, groups=["VIP"])),
            (third, ContactDraft(groups=["VIP"], source_id=source.id)),
        )
        for row, draft in drafts:
            await update_contact(uow.session, world.owner, contact_id=row.contact_id, draft=draft)
    async with unit_of_work(world.workspace_id) as uow:
        group_id = (await uow.session.exec(select(ContactGroup.id))).one()
    return {
        "status_id": status.id,
        "source_id": source.id,
        "group_id": group_id,
        "number_id": world.number_id,
    }


@pytest.mark.parametrize(
    ("parts", "previews"),
    [
        (("status_id",), {"mine to answer", "for the manager"}),
        (("group_id",), {"for the manager", "up for grabs"}),
        (("source_id",), {"up for grabs"}),
        (("status_id", "group_id"), {"for the manager"}),
        (("status_id", "group_id", "source_id"), set()),
        (("number_id",), {"mine to answer", "for the manager", "up for grabs"}),
        (("number_id", "source_id"), {"up for grabs"}),
    ],
)
async def test_wishes_combine_in_lists_and_in_live_changes(world, sorted_inbox, parts, previews):
    wanted = {part: sorted_inbox[part] for part in parts}
    shown = await listed(world.owner, **wanted)
    assert {row.preview for row in shown} == previews
    everything = await listed(world.owner)
    async with unit_of_work(world.workspace_id) as uow:
        fitting = await threads.fitting(
            uow.session,
            world.workspace_id,
            [row.id for row in everything],
            ThreadFilter(**wanted),
        )
    assert {row.preview for row in everything if row.id in fitting} == previews


async def test_a_wish_of_another_workspace_finds_nothing(world, inbox):
    assert await listed(world.owner, status_id=ids.new()) == ()
    assert await listed(world.owner, number_id=ids.new()) == ()
