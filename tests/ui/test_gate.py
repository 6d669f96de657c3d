"""The gate: how long somebody is believed, what makes it ask anew, what it says to whom."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.errors import Forbidden, Unauthenticated
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.accounts import service as accounts
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.ui import security
from xobito_app.ui.pages.gate.state import GateState
from xobito_app.ui.pages.setup.state import WelcomeState
from xobito_app.ui.security import Guard
from xobito_app.ui.shell import PaletteState
from xobito_app.xobito_app import app

VIEW, EDIT = Permission.SETTINGS_VIEW, Permission.SETTINGS_EDIT


@pytest.mark.parametrize(
    ("asked", "held", "passes"),
    [
        ((), (), True),
        ((), (VIEW,), True),
        ((VIEW,), (), False),
        ((VIEW,), (VIEW,), True),
        ((VIEW,), (EDIT,), False),
        ((VIEW, EDIT), (EDIT,), True),
        ((VIEW, EDIT), (), False),
    ],
)
def test_one_of_a_handlers_permissions_is_enough(world, asked, held, passes):
    actor = Actor(world.workspace_id, world.owner.user_id, "Ana", frozenset(held))
    assert Guard(asked).allows(actor) is passes


def test_a_mark_says_who_may_call():
    @security.guarded(VIEW)
    def for_some(): ...

    @security.public
    def for_all(): ...

    def for_nobody(): ...

    assert security.guard_of(for_some) == Guard((VIEW,), is_public=False)
    assert security.guard_of(for_all) == Guard((), is_public=True)
    assert security.guard_of(for_nobody) is None
    assert security.guard_of(PaletteState.show.fn).is_public is False


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(security, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.fixture
def asked(monkeypatch):
    """The keys the database was asked for."""
    keys: list[str] = []
    really = accounts.identify_hash

    async def note(uow, key, **given):
        keys.append(key)
        return await really(uow, key, **given)

    monkeypatch.setattr(accounts, "identify_hash", note)
    return keys


async def open_tab(server, member, name="tab"):
    tab = Tab(server, name, await sign_in(member.user_id, member.workspace_id))

    async def act():
        await tab.send(handler_name(PaletteState.show))

    await act()
    return act


async def test_somebody_is_believed_for_five_seconds(server, world, clock, asked):
    act = await open_tab(server, world.owner)
    before = len(asked)
    clock[0] += 4.99
    await act()
    assert len(asked) == before
    clock[0] += 0.01
    await act()
    assert len(asked) > before


@pytest.mark.parametrize(
    ("topic", "asks"), [(Topic.ACCESS, True), (Topic.SETTINGS, True), (Topic.MESSAGE, False)]
)
async def test_news_of_rights_makes_the_gate_ask_anew(server, world, clock, asked, topic, asks):
    act = await open_tab(server, world.owner)
    before = len(asked)
    async with unit_of_work(world.workspace_id) as uow:
        announce(uow.session, world.workspace_id, topic, world.workspace_id)
    await act()
    assert (len(asked) > before) is asks


async def test_one_person_is_forgotten_and_no_other(server, world, clock, asked):
    agent = await make_member(world, "Agent")
    acts = [await open_tab(server, one, str(one.user_id)) for one in (world.owner, agent)]
    del asked[:]
    security.forget(agent.user_id)
    await acts[0]()
    assert asked == []
    await acts[1]()
    assert len(set(asked)) == 1


async def test_what_was_read_before_news_of_rights_is_not_believed_after_it(
    server, world, clock, asked, monkeypatch
):
    noted = accounts.identify_hash

    async def overtaken(uow, key, **given):
        found = await noted(uow, key, **given)
        security.forget_all()
        return found

    with monkeypatch.context() as during:
        during.setattr(accounts, "identify_hash", overtaken)
        act = await open_tab(server, world.owner)
    before = len(asked)
    await act()
    assert len(asked) > before


@pytest.mark.parametrize("handler", [PaletteState.show, GateState.open_choose])
async def test_without_a_cookie_the_database_is_not_asked(server, clock, asked, handler):
    tab = Tab(server, "nobody")
    await tab.send(handler_name(handler))
    assert asked == []
    assert "/sign-in" in tab.scripts


async def test_a_cookie_that_opened_nothing_is_asked_for_anew_when_anybody_is_forgotten(
    server, world, clock, asked
):
    tab = Tab(server, "stranger", "made-up")
    seen = []
    for _ in range(2):
        await tab.send(handler_name(PaletteState.show))
        seen.append(len(asked))
    security.forget(world.owner.user_id)
    await tab.send(handler_name(PaletteState.show))
    assert seen == [1, 1]
    assert len(asked) == 2


@pytest.mark.parametrize(("others", "is_believed"), [(4_999, True), (5_000, False)])
async def test_five_thousand_are_remembered_and_then_all_are_asked_for_anew(
    clock, monkeypatch, others, is_believed
):
    asked: list[str] = []

    async def identify(uow, key, **_):
        asked.append(key)

    monkeypatch.setattr(accounts, "identify_hash", identify)
    monkeypatch.setattr(security, "unit_of_work", nullcontext)
    monkeypatch.setattr(security, "session_hash", str)
    monkeypatch.setattr(security, "client_address", str)
    security.forget_all()
    for tab in ("first", *range(others), "first"):
        await security.find_viewer(tab)
    security.forget_all()
    assert asked.count("first") == (1 if is_believed else 2)


@pytest.mark.parametrize(
    ("asked", "held", "passes"),
    [((), (), True), ((VIEW,), (VIEW,), True), ((VIEW, EDIT), (EDIT,), True), ((VIEW,), (), False)],
)
async def test_a_service_is_called_in_the_name_of_whoever_sits_there_and_may(
    world, monkeypatch, asked, held, passes
):
    actor = Actor(world.workspace_id, world.owner.user_id, "Ana", frozenset(held))

    async def find(_state):
        return SimpleNamespace(actor=actor)

    monkeypatch.setattr(security, "find_viewer", find)
    if passes:
        assert await security.current_actor(None, *asked) is actor
    else:
        with pytest.raises(Forbidden):
            await security.current_actor(None, *asked)


async def test_in_the_name_of_nobody_nothing_is_called(monkeypatch):
    async def find(_state):
        return None

    monkeypatch.setattr(security, "find_viewer", find)
    with pytest.raises(Unauthenticated):
        await security.current_actor(None)


@pytest.mark.parametrize("typed", [7, None, {"a": 1}])
async def test_an_argument_of_another_kind_is_refused(server, world, typed):
    tab = Tab(server, "odd", await sign_in(world.owner.user_id, world.workspace_id))
    await tab.send(handler_name(PaletteState.search), typed=typed)
    assert "not possible" in tab.scripts


async def test_an_argument_nested_too_deeply_is_refused(server, world):
    value: object = "x"
    for _ in range(30):
        value = [value]
    tab = Tab(server, "deep", await sign_in(world.owner.user_id, world.workspace_id))
    await tab.send(handler_name(PaletteState.search), typed=value)
    assert "not possible" in tab.scripts


@pytest.mark.parametrize("path", ["/welcome", "/inbox"])
async def test_a_page_that_opens_says_itself_that_it_is_not_part_of_the_role(
    server, world, monkeypatch, path
):
    agent = await make_member(world, "Agent")
    tab = Tab(server, path, await sign_in(agent.user_id, world.workspace_id))
    tab.path = path
    loads = [WelcomeState.try_simulator] if path == "/welcome" else [PaletteState.show]
    monkeypatch.setattr(app, "get_load_events", lambda _: loads)
    await tab.send(handler_name(WelcomeState.try_simulator))
    assert (security.NOT_ALLOWED in tab.scripts) is (path != "/welcome")
