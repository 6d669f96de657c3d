"""The activity log."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.activity.page import activity_page
from xobito_app.ui.pages.activity.state import ActivityState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.ACTIVITY, activity_page, (ActivityState.load,)),)
