"""The people of the workspace."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.team.member_states import InvitesState, MembersState
from xobito_app.ui.pages.team.page import team_page
from xobito_app.ui.pages.team.roles import RolesState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.TEAM, team_page, (MembersState.load, InvitesState.load, RolesState.load)),)
