"""A password somebody else may know opens nothing until one of one's own is chosen."""

import pytest

from tests.api.test_auth import JSON, viewer_of
from tests.fixtures import PASSWORD, make_member
from tests.ui.tabs import Tab, handler_name
from xobito_app.core import crypto
from xobito_app.features.accounts import people, service as accounts
from xobito_app.features.workspaces import team
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui import security as gate
from xobito_app.ui.pages.account.state import AccountState
from xobito_app.ui.pages.gate.state import GateState

GIVEN, OWN = "chosen by an admin", "chosen by myself"


@pytest.fixture
async def email(world) -> str:
    """A person whose password an admin chose."""
    async with unit_of_work(world.workspace_id) as uow:
        roles = await team.list_roles(uow.session, world.owner)
        await team.create_member(
            uow.session,
            world.owner,
            name="Ana Agent",
            email=f"ana-{world.email}",
            password=GIVEN,
            role_id=next(role.id for role in roles if role.name == "Agent"),
        )
    return f"ana-{world.email}"


async def sign_in(http, email: str, password: str):
    form = {"email": email, "password": password, "next": "/contacts"}
    answer = await http.post("/auth/login", data=form, headers=JSON)
    return answer.json().get("location")


async def choose(http, password: str):
    return await http.post("/auth/choose", data={"password": password}, headers=JSON)


async def test_the_first_sign_in_leads_to_the_choice_and_nowhere_else(http, email, world, server):
    assert await sign_in(http, email, GIVEN) == "/choose-password"
    token = http.cookies["xobito_session"]
    assert await viewer_of(token) is None
    for path in ("/pictures/workspace", "/exports/contacts.csv", "/exports/activity.csv"):
        assert (await http.get(path)).status_code in {401, 404}, path
    moved = await http.post(
        "/auth/workspace", data={"workspace_id": str(world.workspace_id)}, headers=JSON
    )
    assert moved.status_code == 404
    tab = Tab(server, "held", token)
    await tab.send(handler_name(AccountState.load))
    assert "/sign-in" in tab.scripts
    assert tab.deltas.get("account_state.profile") is None


async def test_the_sign_in_page_leads_there_and_the_choice_leads_away(http, email, server):
    await sign_in(http, email, GIVEN)
    held = Tab(server, "held", http.cookies["xobito_session"])
    held.path = "/sign-in"
    await held.send(handler_name(GateState.open_sign_in))
    assert "/choose-password" in held.scripts
    server.updates.clear()
    held.path = "/choose-password"
    await held.send(handler_name(GateState.open_choose))
    assert "/sign-in" not in held.scripts
    stranger = Tab(server, "stranger")
    stranger.path = "/choose-password"
    await stranger.send(handler_name(GateState.open_choose))
    assert "/sign-in" in stranger.scripts


@pytest.mark.parametrize(
    ("who", "is_held"), [("nobody", False), ("made up", False), ("owner", False), ("held", True)]
)
async def test_who_is_held(http, email, world, monkeypatch, who, is_held):
    await sign_in(http, *((world.email, PASSWORD) if who == "owner" else (email, GIVEN)))
    session = crypto.hash_token(http.cookies["xobito_session"])
    key = {"nobody": "", "made up": crypto.hash_token("made up")}.get(who, session)
    monkeypatch.setattr(gate, "session_hash", lambda _: key)
    assert await gate.is_held(None) is is_held


async def test_choosing_ones_own_opens_everything_and_ends_the_other_sessions(http, email):
    await sign_in(http, email, GIVEN)
    elsewhere = http.cookies["xobito_session"]
    http.cookies.clear()
    await sign_in(http, email, GIVEN)
    answer = await choose(http, OWN)
    assert answer.json() == {"location": "/inbox"}
    assert (await viewer_of(http.cookies["xobito_session"])).email == email
    async with unit_of_work() as uow:
        assert await accounts.identify(uow, elsewhere, even_held=True) is None
    http.cookies.clear()
    assert await sign_in(http, email, GIVEN) is None
    assert await sign_in(http, email, OWN) == "/contacts"


@pytest.mark.parametrize(
    ("password", "sentence"), [(GIVEN, "another one"), ("short", "at least 8"), ("", "at least")]
)
async def test_it_must_be_another_one_and_a_good_one(http, email, password, sentence):
    await sign_in(http, email, GIVEN)
    answer = await choose(http, password)
    assert answer.status_code == 422
    assert sentence in answer.json()["errors"]["password"]
    assert await viewer_of(http.cookies["xobito_session"]) is None


async def test_a_held_session_is_nobodys_for_live_changes_either(http, email):
    await sign_in(http, email, GIVEN)
    token = http.cookies["xobito_session"]
    async with unit_of_work() as uow:
        held = await accounts.identify(uow, token, even_held=True)
        assert await accounts.identify_again(uow, {held.session_id}) == {}
    await choose(http, OWN)
    async with unit_of_work() as uow:
        assert set(await accounts.identify_again(uow, {held.session_id})) == {held.session_id}


async def test_only_a_session_that_waits_for_it_sets_a_password_without_the_old_one(http, world):
    assert (await choose(http, OWN)).status_code == 401
    async with unit_of_work() as uow:
        token = await accounts.open_session(uow.session, world.owner.user_id, world.workspace_id)
    http.cookies.set("xobito_session", token)
    assert (await choose(http, OWN)).status_code == 401


async def test_a_held_session_of_somebody_deactivated_sets_none_either(http, email, world):
    await sign_in(http, email, GIVEN)
    async with unit_of_work() as uow:
        held = await accounts.identify(uow, http.cookies["xobito_session"], even_held=True)
    async with unit_of_work(world.workspace_id) as uow:
        await team.change_member(uow.session, world.owner, user_id=held.user_id, is_active=False)
    assert (await choose(http, OWN)).status_code == 401


async def test_a_password_set_with_an_admins_link_is_asked_for_anew_at_the_sign_in(http, email):
    await sign_in(http, email, GIVEN)
    await choose(http, OWN)
    viewer = await viewer_of(http.cookies["xobito_session"])
    async with unit_of_work() as uow:
        token = await people.make_reset_link(
            uow.session,
            viewer.user_id,
            workspace_id=viewer.actor.workspace_id,
            made_by=await owner_of(viewer),
        )
    http.cookies.clear()
    form = {"token": token, "password": GIVEN}
    assert (await http.post("/auth/reset", data=form, headers=JSON)).json() == {
        "location": "/inbox"
    }
    http.cookies.clear()
    assert await sign_in(http, email, GIVEN) == "/choose-password"


async def owner_of(viewer):
    async with unit_of_work(viewer.actor.workspace_id) as uow:
        members = await team.list_members(uow.session, viewer.actor)
    return next(member.user_id for member in members if member.is_owner)


async def test_a_password_set_with_a_link_one_asked_for_is_ones_own(http, email):
    await sign_in(http, email, GIVEN)
    await choose(http, OWN)
    viewer = await viewer_of(http.cookies["xobito_session"])
    async with unit_of_work() as uow:
        token = await people.make_reset_link(uow.session, viewer.user_id)
    form = {"token": token, "password": GIVEN}
    await http.post("/auth/reset", data=form, headers=JSON)
    http.cookies.clear()
    assert await sign_in(http, email, GIVEN) == "/contacts"


async def test_others_are_not_held(world):
    agent = await make_member(world, "Agent")
    async with unit_of_work() as uow:
        token = await accounts.open_session(uow.session, agent.user_id, world.workspace_id)
    assert await viewer_of(token) is not None
