import pytest

from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, revealed, sign_in
from xobito_app.core.permissions import Permission
from xobito_app.ui.pages.settings.state import SettingsState
from xobito_app.ui.pages.team.member_states import LINK, InvitesState, InviteState, MembersState
from xobito_app.ui.pages.team.roles import RoleFormState, RolesState


async def open_team(server, world, actor) -> Tab:
    token = await sign_in(actor.user_id, world.workspace_id)
    tab = Tab(server, f"{actor.user_id}", token)
    tab.path = "/team"
    for listed in (MembersState, InvitesState, RolesState):
        await tab.send(handler_name(listed.load))
    return tab


def role_id(tab: Tab, name: str) -> str:
    return next(row.id for row in tab.value("roles_state", "rows") if row.name == name)


async def test_an_invitation_ends_in_a_link_with_its_token_after_the_hash(server, world):
    tab = await open_team(server, world, world.owner)
    form = {"email": "new@example.com", "role_id": role_id(tab, "Agent")}
    await tab.send(handler_name(InviteState.write_new))
    await tab.send(handler_name(InviteState.save), form=form)
    path, _, token = revealed(tab, LINK).partition("#")
    assert path.endswith("/join")
    assert len(token) > 30
    assert [row.email for row in tab.value("invites_state", "rows")] == ["new@example.com"]
    await tab.send(handler_name(InviteState.forget_secret), _is_open=False)
    assert tab.value("invite_state", "is_secret_shown") is False
    assert f'xobito.conceal("{LINK}")' in tab.scripts


@pytest.mark.parametrize(
    ("change", "field"), [({"email": "nobody"}, "email"), ({"role_id": ""}, "role_id")]
)
async def test_what_is_wrong_with_an_invitation_is_told_at_its_field(server, world, change, field):
    tab = await open_team(server, world, world.owner)
    form = {"email": "new@example.com", "role_id": role_id(tab, "Agent"), **change}
    await tab.send(handler_name(InviteState.write_new))
    await tab.send(handler_name(InviteState.save), form=form)
    assert list(tab.value("invite_state", "errors")) == [field]


async def test_a_role_is_made_of_the_boxes_that_are_ticked(server, world):
    tab = await open_team(server, world, world.owner)
    await tab.send(handler_name(RoleFormState.write_new))
    form = {"name": "Front desk", "inbox.view_all": "on", "made.up": "on"}
    await tab.send(handler_name(RoleFormState.save), form=form)
    row = next(row for row in tab.value("roles_state", "rows") if row.name == "Front desk")
    assert row.allows == "Inbox"


async def test_without_the_right_to_edit_staff_nothing_happens(server, world):
    agent = await make_member(world, "Agent")
    manager = await make_member(world, "Manager", "Max Manager")
    tab = await open_team(server, world, manager)
    await tab.send(
        handler_name(MembersState.set_active), user_id=str(agent.user_id), is_active=False
    )
    await tab.send(handler_name(MembersState.load))
    rows = {row.id: row for row in tab.value("members_state", "rows")}
    assert rows[str(agent.user_id)].is_active


async def test_only_the_owner_hands_over_whatever_the_screen_says(server, world):
    admin = await make_member(world, "Admin", "Ada Admin")
    tab = await open_team(server, world, admin)
    await tab.send(
        handler_name(MembersState.ask),
        question="hand_over",
        row_id=str(admin.user_id),
        name="Ada",
    )
    await tab.send(handler_name(MembersState.hand_over))
    assert "Only the owner" in tab.scripts


async def test_settings_out_of_their_limits_are_told_at_their_field(server, world):
    tab = await open_team(server, world, world.owner)
    form = {"clear_history_after_days": "400"}
    await tab.send(handler_name(SettingsState.save_history), form=form)
    assert "365" in tab.value("settings_state", "errors")["clear_history_after_days"]
    assert Permission.SETTINGS_EDIT in world.owner.permissions


async def test_all_that_is_wrong_with_a_new_person_is_told_at_once(server, world):
    tab = await open_team(server, world, world.owner)
    await tab.send(handler_name(InviteState.write_new))
    await tab.send(handler_name(InviteState.set_way), way="password")
    form = {"email": "nobody", "name": " ", "password": "x", "role_id": role_id(tab, "Agent")}
    await tab.send(handler_name(InviteState.save), form=form)
    assert set(tab.value("invite_state", "errors")) == {"email", "name", "password"}


@pytest.mark.parametrize(
    ("typed", "words"), [("many", "whole number"), ("12.5", "whole number"), ("-1", "at least")]
)
async def test_what_is_no_number_of_days_is_told_and_not_taken_for_never(
    server, world, typed, words
):
    tab = await open_team(server, world, world.owner)
    form = {"clear_history_after_days": typed}
    await tab.send(handler_name(SettingsState.save_history), form=form)
    assert words in tab.value("settings_state", "errors")["clear_history_after_days"]
