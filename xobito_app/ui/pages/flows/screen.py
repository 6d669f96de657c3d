"""The list of flows."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.flows.page import flow_list
from xobito_app.ui.pages.flows.state import FlowsState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.FLOWS, flow_list, (FlowsState.load,)),)
