from types import SimpleNamespace

import pytest
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core.permissions import Permission
from xobito_app.features.accounts import service as accounts
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import routes, security
from xobito_app.ui.pages.setup.state import WelcomeState
from xobito_app.ui.screens import framed_screens
from xobito_app.ui.shell import PaletteState, ShellState
from xobito_app.xobito_app import app

PUBLIC = {
    # The page for addresses that lead nowhere.
    "enter_anywhere",
    "begin",
    "begin_anew",
    "answered",
    "open_sign_in",
    "open_choose",
    "open_forgot",
    "open_set_up",
    "open_join",
    "open_reset",
    "show_invitation",
    "show_reset",
}


def own_handlers():
    return [
        (name, guard)
        for name, guard in security.public_handlers()
        if "xobito_app" in name.split(".")[-2]
    ]


def test_every_handler_of_ours_is_marked():
    assert len(own_handlers()) > 30
    assert [name for name, guard in own_handlers() if guard is None] == []


def test_what_the_framework_brings_along_is_no_handler_of_ours():
    names = {name.rsplit(".", 1)[-1] for name, _ in security.public_handlers()}
    assert names & {"hydrate", "on_load_internal", "set_is_hydrated", "setvar"} == set()


def test_only_the_pages_before_the_sign_in_have_public_handlers():
    public = {name.rsplit(".", 1)[-1] for name, guard in own_handlers() if guard.is_public}
    assert public == PUBLIC


def test_every_page_is_in_the_table_and_names_a_permission():
    pages = {f"/{path}".replace("//", "/") for path in app._unevaluated_pages} - {"/index"}
    behind = {screen.path for screen in framed_screens()}
    assert pages - behind == (routes.GATES | {"/welcome"}) - {"/"}
    assert {route for route in routes.ROUTES if not route.permissions} == {routes.ACCOUNT}
    assert {screen.route for screen in framed_screens()} == set(routes.ROUTES)


def test_every_page_behind_the_sign_in_enters_through_the_frame():
    for screen in framed_screens():
        first = app._load_events[(screen.path).strip("/")][0]
        assert first.fn is ShellState.enter_page.fn


async def test_without_a_session_the_sign_in_page_comes(server):
    tab = Tab(server, "nobody")
    await tab.send(handler_name(PaletteState.show))
    assert "/sign-in?next=" in tab.scripts
    assert tab.deltas.get("palette_state.is_open") is None


async def test_with_a_session_the_handler_runs(server, world):
    token = await sign_in(world.owner.user_id, world.workspace_id)
    tab = Tab(server, "owner", token)
    await tab.send(handler_name(PaletteState.show))
    assert tab.value("palette_state", "is_open") is True


async def test_a_missing_permission_is_refused_in_words(server, world):
    agent = await make_member(world, "Agent")
    tab = Tab(server, "agent", await sign_in(agent.user_id, world.workspace_id))
    await tab.send(handler_name(WelcomeState.try_simulator))
    assert security.NOT_ALLOWED in tab.scripts
    assert "_redirect" not in tab.scripts


async def test_a_handler_without_a_mark_is_refused_whoever_asks(server, world, monkeypatch):
    monkeypatch.delattr(PaletteState.show.fn, security.GUARD_MARK)
    token = await sign_in(world.owner.user_id, world.workspace_id)
    tab = Tab(server, "owner", token)
    await tab.send(handler_name(PaletteState.show))
    assert "not possible" in tab.scripts
    assert tab.deltas.get("palette_state.is_open") is None


async def test_a_handler_of_ours_with_a_name_of_the_frameworks_needs_a_mark_too(monkeypatch):
    def hydrate(self): ...

    known = RegistrationContext.ensure_context().event_handlers
    named = SimpleNamespace(handler=SimpleNamespace(fn=hydrate))
    monkeypatch.setitem(known, "ours.hydrate", named)
    answer = await security.Gate().preprocess(app, None, Event(name="ours.hydrate"))
    assert "not possible" in str(answer.events)


async def test_an_event_nobody_handles_is_answered_with_nothing():
    answer = await security.Gate().preprocess(app, None, Event(name="ours.nothing"))
    assert answer.events == []


async def test_no_socket_sets_a_var_by_name(server, world):
    token = await sign_in(world.owner.user_id, world.workspace_id)
    tab = Tab(server, "owner", token)
    name = handler_name(ShellState.enter_page).replace("enter_page", "setvar")
    await tab.send(name, var_name="access", value="granted")
    assert "not possible" in tab.scripts


async def test_signing_out_counts_at_once(server, world):
    token = await sign_in(world.owner.user_id, world.workspace_id)
    tab = Tab(server, "owner", token)
    await tab.send(handler_name(PaletteState.show))
    async with unit_of_work() as uow:
        await accounts.sign_out(uow.session, token)
    await tab.send(handler_name(PaletteState.search), typed="team")
    assert "/sign-in?next=" in tab.scripts


async def test_a_tab_is_emptied_when_another_person_takes_it_over(server, world):
    first = Tab(server, "shared", await sign_in(world.owner.user_id, world.workspace_id))
    await first.send("reflex___state____state.hydrate")
    await first.send(handler_name(ShellState.enter_page))
    assert first.value("shell_state", "person").name == "Olga Owner"
    agent = await make_member(world, "Agent", "Ana Agent")
    second = Tab(server, "shared", await sign_in(agent.user_id, world.workspace_id))
    server.updates.clear()
    await second.send("reflex___state____state.hydrate")
    assert second.value("shell_state", "person").name == ""
    assert second.value("shell_state", "may") == {}


@pytest.mark.parametrize(
    ("role", "path", "access"),
    [
        ("Agent", "/settings", "denied"),
        ("Agent", "/inbox", "granted"),
        ("Viewer", "/team/", "granted"),
    ],
)
async def test_the_frame_tells_whether_a_page_is_part_of_the_role(
    server, world, role, path, access
):
    member = await make_member(world, role)
    tab = Tab(server, f"{role}{path}", await sign_in(member.user_id, world.workspace_id))
    tab.path = path
    await tab.send(handler_name(ShellState.enter_page))
    assert tab.value("shell_state", "access") == access
    assert tab.value("shell_state", "may")["settings"] is (role == "Viewer")
    assert (
        Permission.INBOX_VIEW_ALL.value not in tab.value("shell_state", "can") or role == "Viewer"
    )
