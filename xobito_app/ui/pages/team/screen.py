"""The team and its roles."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.team.page import team_page
from xobito_app.ui.pages.team.state import TeamState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.TEAM, team_page, (TeamState.load,)),)
