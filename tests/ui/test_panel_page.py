"""The contact beside a thread: changed in place, live, and within the person's rights."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import select

from tests import deliveries
from tests.features.contacts.book import add
from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.features.contacts.labels import custom_fields, groups, statuses
from xobito_app.features.contacts.records import contacts, notes
from xobito_app.features.inbox.schemas import ThreadFilter
from xobito_app.features.inbox.threads import threads
from xobito_app.features.ingest.drain import drain
from xobito_app.features.workspaces import team
from xobito_app.models.workspaces import Membership
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.inbox.panel_state import PanelState
from xobito_app.ui.pages.inbox.thread_state import ThreadState

SENDER = "16505550121"


async def do(world, service, **arguments):
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, world.owner, **arguments)


@pytest.fixture
async def thread_id(world):
    await deliveries.store(deliveries.incoming(world, SENDER, "Hello"))
    await drain()
    async with unit_of_work(world.workspace_id) as uow:
        (line,) = (await threads.list_threads(uow.session, world.owner, ThreadFilter())).rows
    return line.id


async def opened(server, actor, thread_id) -> Tab:
    tab = Tab(server, str(actor.user_id), await sign_in(actor.user_id, actor.workspace_id))
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=str(thread_id))
    return tab


@pytest.fixture
async def tab(server, world, thread_id):
    return await opened(server, world.owner, thread_id)


def card(tab):
    return tab.value("panel_state", "card")


def field(tab, name: str) -> str:
    return next(item.value for item in card(tab).fields if item.name == name)


async def test_a_field_is_changed_in_place(world, tab):
    await tab.send(handler_name(PanelState.change), name="company", value="Acme <reflex.Var>")
    assert field(tab, "company") == "Acme <reflex.Var>"
    stored = await do(world, contacts.get_contact_view, contact_id=UUID(card(tab).id))
    assert stored.company == "Acme <reflex.Var>"


async def test_what_is_wrong_is_said_at_the_field_and_gone_when_mended(tab):
    await tab.send(handler_name(PanelState.change), name="email", value="nonsense")
    await tab.send(handler_name(PanelState.change), name="company", value="Acme")
    assert "e-mail" in tab.value("panel_state", "errors")["email"]
    assert field(tab, "email") == ""
    await tab.send(handler_name(PanelState.change), name="email", value="ana@example.com")
    assert tab.value("panel_state", "errors") == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("is_enabled", ""),
        ("type", "customer"),
        ("group_ids", "x"),
        ("username", "ana"),
        ("id", "x"),
        ("opted_out_at", "2026-01-01"),
        ("own.nothing", "x"),
        ("", "x"),
    ],
)
async def test_only_fields_that_are_shown_can_be_changed(world, tab, name, value):
    before = await do(world, contacts.get_contact_view, contact_id=UUID(card(tab).id))
    await tab.send(handler_name(PanelState.change), name=name, value=value)
    assert await do(world, contacts.get_contact_view, contact_id=UUID(card(tab).id)) == before


async def test_status_and_groups_are_chosen(world, tab):
    status = (await do(world, statuses.list_statuses))[-1]
    group = await do(world, groups.create_group, name="VIP")
    await tab.send(handler_name(PanelState.choose), name="status", choice_id=str(status.id))
    await tab.send(handler_name(PanelState.toggle_group), group_id=str(group.id))
    assert card(tab).status.name == status.name
    assert [shown.name for shown in card(tab).groups] == ["VIP"]
    await tab.send(handler_name(PanelState.toggle_group), group_id=str(group.id))
    assert card(tab).groups == []


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("text", "text"), ("text_area", "area"), ("number", "text"), ("dropdown", "choice")],
)
async def test_own_fields_are_edited_as_their_kind_wants(world, server, thread_id, kind, shown):
    draft = {"label": "Own", "kind": kind, "options": ["A"] if kind == "dropdown" else []}
    await do(world, custom_fields.create_field, draft=draft)
    tab = await opened(server, world.owner, thread_id)
    assert [item.kind for item in card(tab).fields if item.name == "own.own"] == [shown]


async def test_a_note_is_kept_and_an_empty_one_is_not(world, tab):
    await tab.send(handler_name(PanelState.add_note), form={"body": " "})
    assert tab.value("panel_state", "errors")["note"]
    await tab.send(handler_name(PanelState.add_note), form={"body": "Likes tea"})
    assert [note.body for note in tab.value("panel_state", "notes")] == ["Likes tea"]
    assert tab.value("panel_state", "errors") == {}
    written = await do(world, notes.list_notes, contact_id=UUID(card(tab).id))
    assert [note.body for note in written] == ["Likes tea"]


async def test_who_may_not_see_contacts_sees_the_facts_alone(world, server, thread_id):
    agent = await make_member(world, "Agent")
    async with unit_of_work(world.workspace_id) as uow:
        rights = ["inbox.view_all", "inbox.reply"]
        role = await team.save_role(
            uow.session, world.owner, role_id=None, name="Chats only", permissions=rights
        )
        member = await uow.session.exec(
            select(Membership).where(Membership.user_id == agent.user_id)
        )
        member.one().role_id = role.id
    tab = await opened(server, agent, thread_id)
    assert not card(tab).is_whole
    assert {item.kind for item in card(tab).fields} == {"fixed"}
    assert "Phone" in {item.label for item in card(tab).fields}
    assert tab.deltas.get("panel_state.statuses", []) == []


async def test_who_may_only_look_changes_nothing(world, server, thread_id):
    tab = await opened(server, await make_member(world, "Viewer"), thread_id)
    assert card(tab).is_whole
    contact_id = UUID(card(tab).id)
    before = await do(world, contacts.get_contact_view, contact_id=contact_id)
    await tab.send(handler_name(PanelState.change), name="company", value="Acme")
    await tab.send(handler_name(PanelState.add_note), form={"body": "Mine"})
    assert await do(world, contacts.get_contact_view, contact_id=contact_id) == before
    assert await do(world, notes.list_notes, contact_id=contact_id) == []


async def test_what_a_colleague_changes_appears_and_what_concerns_others_does_not(
    world, server, thread_id, live
):
    tab = await opened(server, world.owner, thread_id)
    contact_id = UUID(card(tab).id)
    await do(world, contacts.update_contact, contact_id=contact_id, draft={"company": "Acme"})
    await do(world, notes.add_note, contact_id=contact_id, body="Pays late")
    await live.settle()
    assert field(tab, "company") == "Acme"
    assert [note.body for note in tab.value("panel_state", "notes")] == ["Pays late"]
    other = await add(world, first_name="Other", phone="+16505550999")
    await do(world, contacts.update_contact, contact_id=other.id, draft={"company": "Else"})
    await live.settle()
    assert field(tab, "company") == "Acme"
