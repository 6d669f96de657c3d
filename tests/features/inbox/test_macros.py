"""Macros: what may stand in one, and that running one is all or nothing, once."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import select

from tests.fixtures import make_member, make_world
from tests.lines import Line
from xobito_app.core import clock, ids
from xobito_app.core.errors import Forbidden, Invalid, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.contacts.records.apply_labels import list_labels
from xobito_app.features.inbox.composing import canned, macros
from xobito_app.features.inbox.composing.macros import ME, Do, MacroAction
from xobito_app.features.inbox.threads import timeline
from xobito_app.models.contacts import ContactGroup, ContactGroupMember
from xobito_app.persistence.unit_of_work import unit_of_work


async def group(line: Line, name: str = "VIP") -> UUID:
    row = ContactGroup(workspace_id=line.workspace_id, name=name)
    async with unit_of_work(line.workspace_id) as uow:
        uow.session.add(row)
    return row.id


async def reply(line: Line, body: str = "Hi {contact.first_name}, thanks!") -> UUID:
    return await line.do(canned.save, reply_id=None, shortcut="thanks", body=body)


async def make(line: Line, *actions: MacroAction, name: str = "Wrap up") -> UUID:
    return await line.do(macros.save, macro_id=None, name=name, actions=actions)


async def run(line: Line, macro_id: UUID, key: str = "k", **given):
    return await line.do(
        macros.run, macro_id=macro_id, conversation_id=line.thread_id, key=key, **given
    )


async def test_every_action_happens_and_twice_is_once(line):
    group_id = await group(line)
    macro_id = await make(
        line,
        MacroAction(Do.SEND, str(await reply(line))),
        MacroAction(Do.NOTE, "Sent the thanks"),
        MacroAction(Do.ASSIGN, ME),
        MacroAction(Do.GROUP, str(group_id)),
        MacroAction(Do.STATUS, "close"),
    )
    assert await run(line, macro_id) == "Wrap up"
    await run(line, macro_id)
    thread = await line.thread()
    assert (thread.assignee_id, thread.status) == (line.world.owner.user_id, "closed")
    entries = (await line.do(timeline.read_thread, conversation_id=line.thread_id)).entries
    assert [e.body for e in entries if e.direction == "note"] == ["Sent the thanks"]
    assert [e.kind for e in entries if e.direction == "out"] == ["text"]
    async with unit_of_work(line.workspace_id) as uow:
        members = (await uow.session.exec(select(ContactGroupMember))).all()
    assert [member.contact_id for member in members] == [thread.contact_id]


async def test_a_step_that_fails_undoes_the_others(line):
    macro_id = await make(
        line, MacroAction(Do.STATUS, "close"), MacroAction(Do.SEND, str(await reply(line)))
    )
    await line.change(await line.thread(), last_msg_time=None)
    with pytest.raises(Invalid, match="window"):
        await run(line, macro_id)
    assert (await line.thread()).status == "open"


async def test_a_chat_may_be_handed_out_of_ones_own_sight(line):
    macro_id = await make(line, MacroAction(Do.ASSIGN, str(line.world.owner.user_id)))
    agent = await make_member(line.world, "Agent")
    seen = {Permission.INBOX_VIEW_ASSIGNED, Permission.INBOX_VIEW_UNASSIGNED}
    unseen = {Permission.INBOX_VIEW_ALL, Permission.INBOX_VIEW_TEAM}
    bound = replace(agent, permissions=(agent.permissions | seen) - unseen)
    await line.change(await line.thread(), assignee_id=agent.user_id)
    await run(line, macro_id, actor=bound)
    assert (await line.thread()).assignee_id == line.world.owner.user_id
    with pytest.raises(NotFound):
        await run(line, macro_id, actor=bound)


async def test_each_step_asks_for_its_own_permission(line):
    macro_id = await make(line, MacroAction(Do.ASSIGN, ME))
    agent = await make_member(line.world, "Agent")
    bound = replace(agent, permissions=agent.permissions - {Permission.INBOX_ASSIGN})
    with pytest.raises(Forbidden):
        await run(line, macro_id, actor=bound)
    await run(line, macro_id, actor=agent)
    assert (await line.thread()).assignee_id == agent.user_id


@pytest.mark.parametrize(
    ("value", "status"), [("snooze_1h", "snoozed"), ("close", "closed"), ("open", "open")]
)
async def test_what_becomes_of_the_chat(line, value, status):
    await run(line, await make(line, MacroAction(Do.STATUS, value)))
    thread = await line.thread()
    assert thread.status == status
    assert (thread.snoozed_until is not None) == (status == "snoozed")
    assert thread.snoozed_until is None or thread.snoozed_until > clock.now()


@pytest.mark.parametrize(
    "action",
    [
        MacroAction(Do.SEND, str(ids.new())),
        MacroAction(Do.SEND, "nothing"),
        MacroAction(Do.ASSIGN, str(ids.new())),
        MacroAction(Do.STATUS, "explode"),
        MacroAction(Do.NOTE, " "),
        MacroAction(Do.NOTE, "x" * 4097),
        MacroAction(Do.GROUP, str(ids.new())),
    ],
)
async def test_a_step_that_cannot_be_done_is_told_at_its_place(line, action):
    with pytest.raises(Invalid) as caught:
        await make(line, MacroAction(Do.ASSIGN, ME), action)
    assert set(caught.value.fields) == {"action.1"}


@pytest.mark.parametrize(
    ("name", "count", "field"),
    [("", 1, "name"), ("x" * 61, 1, "name"), ("Fine", 0, "actions"), ("Fine", 11, "actions")],
)
async def test_a_macro_needs_a_name_and_one_to_ten_actions(line, name, count, field):
    with pytest.raises(Invalid) as caught:
        await make(line, *[MacroAction(Do.ASSIGN, ME)] * count, name=name)
    assert set(caught.value.fields) == {field}


async def test_names_are_taken_once_and_found_by_a_part(line):
    macro_id = await make(line, MacroAction(Do.ASSIGN, ME))
    with pytest.raises(Invalid, match="already"):
        await make(line, MacroAction(Do.ASSIGN, ME), name="wrap UP")
    changed = [MacroAction(Do.STATUS, "close")]
    await line.do(macros.save, macro_id=macro_id, name="Wrap Up", actions=changed)
    (found,) = await line.do(macros.find, typed="/wRaP")
    assert (found.name, list(found.actions)) == ("Wrap Up", changed)
    await line.do(macros.remove, macro_id=macro_id)
    assert await line.do(macros.find) == []


async def test_agents_run_but_do_not_write_macros_and_strangers_see_none(line):
    macro_id = await make(line, MacroAction(Do.ASSIGN, ME))
    agent = await make_member(line.world, "Agent")
    for service, given in (
        (macros.save, {"macro_id": None, "name": "x", "actions": []}),
        (macros.remove, {"macro_id": macro_id}),
    ):
        with pytest.raises(Forbidden):
            await line.do(service, actor=agent, **given)
    stranger = (await make_world()).owner
    with pytest.raises(NotFound):
        await line.do(macros.get, actor=stranger, macro_id=macro_id)


async def test_labels_are_listed_for_menus(line):
    await group(line, "B")
    await group(line, "A")
    found = await line.do(list_labels)
    assert [label.name for label in found.groups] == ["A", "B"]
    assert found.statuses[0].name == "New"
    assert {label.name for label in found.sources} == {"WhatsApp", "Website", "Referral", "Import"}
