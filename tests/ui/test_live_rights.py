"""Nothing is pushed beyond a right: sockets here ignore whatever they are told to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from tests.fixtures import PASSWORD, make_member, make_world
from tests.ui.live import Held, held_open, previews, texts, thread_id_of, write
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.features.accounts import security as account_security, service as accounts
from xobito_app.features.inbox.threads import thread_actions
from xobito_app.features.workspaces import team
from xobito_app.models.accounts import UserSession
from xobito_app.models.workspaces import Membership
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import live as live_module, security
from xobito_app.ui.live import relay
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.security import AppState
from xobito_app.ui.shell import ShellState


async def do(world, service, actor=None, **given):
    async with unit_of_work(world.workspace_id) as uow:
        return await service(uow.session, actor or world.owner, **given)


class Socket:
    """The tab of somebody whose browser does nothing it is told."""

    def __init__(self, tab: Tab, live, world) -> None:
        self.tab, self.live, self.world = tab, live, world
        self.thread_id = None

    @property
    def is_cut(self) -> bool:
        return self.tab.socket_id in self.tab.server.disconnected

    async def hears(self) -> bool:
        """Tell whether a customer's new words reach the socket."""
        words = f"secret {uuid4().hex}"
        await write(self.world, words)
        await self.live.settle()
        await asyncio.sleep(0.02)
        updates = self.tab.server.updates[self.tab.name]
        return any(words in str(update.delta) for update in updates)


@pytest.fixture
async def agent(live, world):
    return await make_member(world, "Agent", "Ana Agent")


@pytest.fixture
async def socket(server, live, world, agent):
    """A socket of an agent with the inbox open and an unassigned thread in it."""
    return await _open(server, live, world, agent)


async def _open(server, live, world, person) -> Socket:
    await write(world, "hello")
    token = await sign_in(person.user_id, world.workspace_id)
    tab = Tab(server, uuid4().hex, token)
    await tab.send("reflex___state____state.hydrate")
    await tab.send(handler_name(ShellState.enter_page))
    await tab.send(handler_name(InboxListState.load))
    thread_id = str(await thread_id_of(world, "hello"))
    await tab.send(handler_name(ThreadState.open_conversation), conversation_id=thread_id)
    opened = Socket(tab, live, world)
    assert await opened.hears()
    opened.thread_id = thread_id
    return opened


async def test_after_signing_out(socket, server):
    async with unit_of_work() as uow:
        await accounts.sign_out(uow.session, socket.tab.session_token)
    assert not await socket.hears()
    assert socket.is_cut
    assert "/sign-in" in socket.tab.scripts


async def test_what_the_tab_held_is_gone_from_the_store(socket, server, live):
    async with unit_of_work() as uow:
        await accounts.sign_out(uow.session, socket.tab.session_token)
    await live.settle()
    await asyncio.sleep(0.05)
    async with server.locked(socket.tab) as root:
        assert (await root.get_state(InboxListState)).rows == []
        assert (await root.get_state(ThreadState)).entries == []
        assert (await root.get_state(AppState))._owner == ""


async def test_after_being_switched_off(socket, world, agent):
    await do(world, team.change_member, user_id=agent.user_id, is_active=False)
    assert not await socket.hears()
    assert socket.is_cut


async def test_after_being_removed(socket, world, agent):
    await do(world, team.remove_member, user_id=agent.user_id)
    assert not await socket.hears()
    assert socket.is_cut


async def test_after_another_role_was_given(socket, world, agent):
    role = await do(
        world, team.save_role, role_id=None, name="Own", permissions=["inbox.view_assigned"]
    )
    await do(world, team.change_member, user_id=agent.user_id, role_id=role.id)
    assert not await socket.hears()
    # Still signed in: the page is told to load what is left to see, and what is theirs comes.
    assert not socket.is_cut
    assert socket.tab.reloads > 0
    await do(
        world, thread_actions.assign, conversation_id=socket.thread_id, assignee_id=agent.user_id
    )
    assert await socket.hears()


async def test_after_the_role_was_narrowed(socket, world, agent):
    role = next(r for r in await do(world, team.list_roles) if r.name == "Agent")
    await do(
        world,
        team.save_role,
        role_id=role.id,
        name="Agent",
        permissions=["inbox.view_assigned"],
    )
    assert not await socket.hears()
    assert socket.tab.reloads > 0


async def test_after_the_password_was_changed_elsewhere(server, live, world):
    socket = await _open(server, live, world, world.owner)
    elsewhere = await sign_in(world.owner.user_id, world.workspace_id)
    async with unit_of_work() as uow:
        viewer = await accounts.identify(uow, elsewhere)
    await account_security.change_password(
        viewer, current=PASSWORD, wanted="another long enough phrase"
    )
    assert not await socket.hears()
    assert socket.is_cut


async def test_a_change_in_another_workspace_counts_too(server, live, world, agent, socket):
    """A password is changed in one workspace and ends the sessions in all."""
    other = await make_world()
    async with unit_of_work(other.workspace_id) as uow:
        uow.session.add(
            Membership(workspace_id=other.workspace_id, user_id=agent.user_id, is_active=True)
        )
    elsewhere = await sign_in(agent.user_id, other.workspace_id)
    async with unit_of_work() as uow:
        viewer = await accounts.identify(uow, elsewhere)
    assert viewer
    async with unit_of_work() as uow:
        sessions = await uow.session.exec(
            select(UserSession).where(UserSession.workspace_id == world.workspace_id)
        )
        session_id = next(s.id for s in sessions if s.user_id == agent.user_id)
    async with unit_of_work(other.workspace_id) as uow:
        await accounts.revoke_session(uow.session, viewer, session_id=session_id)
    assert not await socket.hears()


async def test_after_switching_to_another_workspace(socket, world, agent):
    other = await make_world()
    async with unit_of_work(other.workspace_id) as uow:
        uow.session.add(
            Membership(workspace_id=other.workspace_id, user_id=agent.user_id, is_active=True)
        )
    async with unit_of_work() as uow:
        await accounts.switch_workspace(
            uow.session, socket.tab.session_token, workspace_id=other.workspace_id
        )
    relay.doubt(relay.connected(None))
    assert not await socket.hears()
    assert socket.is_cut
    assert "location.reload" in socket.tab.scripts


@pytest.fixture
async def net(monkeypatch, live):
    """The net below lost notices, closely meshed; notices themselves are not heard."""
    monkeypatch.setattr(live_module, "IDENTIFY_EVERY_SECONDS", 0.05)
    watch = relay.start(relay.identify_now_and_then())
    yield
    watch.cancel()


async def test_a_lost_notice_of_signing_out_is_caught_by_the_net(socket, live, net):
    live.is_deaf = True
    async with unit_of_work() as uow:
        await accounts.sign_out(uow.session, socket.tab.session_token)
    await asyncio.sleep(0.2)
    live.is_deaf = False
    assert not await socket.hears()
    assert socket.is_cut


async def test_a_session_that_expires_is_caught_by_the_net(socket, live, net, world, agent):
    async with unit_of_work() as uow:
        for row in await uow.session.exec(select(UserSession)):
            if row.user_id == agent.user_id:
                row.last_seen_at = clock.now() - timedelta(days=31)
                uow.session.add(row)
    await asyncio.sleep(0.2)
    assert not await socket.hears()
    assert socket.is_cut


async def test_an_open_tab_alone_keeps_no_session_alive(socket, net, agent):
    old = clock.now() - timedelta(days=29)
    async with unit_of_work() as uow:
        for row in await uow.session.exec(select(UserSession)):
            if row.user_id == agent.user_id:
                row.last_seen_at = old
                uow.session.add(row)
    await asyncio.sleep(0.2)
    async with unit_of_work() as uow:
        rows = await uow.session.exec(select(UserSession))
        assert {r.last_seen_at for r in rows if r.user_id == agent.user_id} == {old}


async def test_rights_that_change_before_the_tab_is_known_are_not_the_old_ones(
    server, live, world, agent, monkeypatch
):
    """The notice comes while a fresh tab has read who sits there and has yet to register."""
    token = await sign_in(agent.user_id, world.workspace_id)
    tab = Tab(server, uuid4().hex, token)
    await tab.send("reflex___state____state.hydrate")
    load = InboxListState.load
    async with held_open(monkeypatch, live_module, "current_viewer", tab, load):
        role = await do(
            world, team.save_role, role_id=None, name="Own", permissions=["inbox.view_assigned"]
        )
        await do(world, team.change_member, user_id=agent.user_id, role_id=role.id)
        await live.settle()
    await live.settle()
    assert not await Socket(tab, live, world).hears()
    assert tab.reloads > 0


async def test_a_notice_of_rights_that_was_missed_is_made_up_for_when_redis_returns(
    socket, live, world, agent
):
    live.is_deaf = True
    await do(world, team.change_member, user_id=agent.user_id, is_active=False)
    live.is_deaf = False
    relay.rebuild()
    assert not await socket.hears()
    assert socket.is_cut


async def test_what_waits_for_the_lock_as_rights_change_is_judged_anew(
    socket, server, live, world, agent
):
    role = await do(
        world, team.save_role, role_id=None, name="Own", permissions=["inbox.view_assigned"]
    )
    async with server.locked(socket.tab):
        await write(world, "between")
        await live.settle()
        await do(world, team.change_member, user_id=agent.user_id, role_id=role.id)
        await live.settle()
    await live.settle()
    assert "between" not in previews(socket.tab)
    assert "between" not in texts(socket.tab)


async def test_nothing_is_shown_while_it_is_not_known_who_sits_there(
    socket, live, world, monkeypatch
):
    async def fail(uow, session_ids):
        raise RuntimeError("no database")

    monkeypatch.setattr(live_module, "TRY_AGAIN_SECONDS", 0.05)
    with monkeypatch.context() as broken:
        broken.setattr(live_module.accounts, "identify_again", fail)
        relay.doubt(relay.connected(None))
        await write(world, "between")
        await asyncio.sleep(0.1)
        assert "between" not in previews(socket.tab)
    await asyncio.sleep(0.1)
    await live.settle()
    assert "between" in previews(socket.tab)


async def test_a_tab_that_came_back_while_it_was_judged_is_not_cut(
    socket, server, live, world, monkeypatch
):
    held = Held(monkeypatch, accounts, "identify_again")
    live.is_deaf = True
    async with unit_of_work() as uow:
        await accounts.sign_out(uow.session, socket.tab.session_token)
    relay.doubt(relay.connected(None))
    await asyncio.wait_for(held.reached.wait(), 2)
    server.token_to_sid[socket.tab.name] = socket.tab.socket_id = "the next one's"
    socket.tab.session_token = await sign_in(world.owner.user_id, world.workspace_id)
    security.forget_all()
    await socket.tab.send("reflex___state____state.hydrate")
    await socket.tab.send(handler_name(InboxListState.load))
    held.free.set()
    await live.settle()
    live.is_deaf = False
    assert await socket.hears()
    assert not socket.is_cut


async def test_a_tab_that_is_somebody_elses_by_now_is_not_emptied(socket, server, live, world):
    known = relay.tabs[socket.tab.name]
    async with unit_of_work() as uow:
        await accounts.sign_out(uow.session, socket.tab.session_token)
    live.is_deaf = True
    server.token_to_sid[socket.tab.name] = socket.tab.socket_id = "the next one's"
    socket.tab.session_token = await sign_in(world.owner.user_id, world.workspace_id)
    security.forget_all()
    await socket.tab.send("reflex___state____state.hydrate")
    await socket.tab.send(handler_name(InboxListState.load))
    await relay.cut(known, is_signed_in=False)
    async with server.locked(socket.tab) as root:
        assert len((await root.get_state(InboxListState)).rows) == 1
    assert not socket.is_cut
