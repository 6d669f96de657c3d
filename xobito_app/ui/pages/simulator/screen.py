"""The simulator."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.simulator import relay
from xobito_app.ui.pages.simulator.page import simulator
from xobito_app.ui.pages.simulator.state import BenchState, PhoneState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(
        routes.SIMULATOR,
        simulator,
        (PhoneState.load, BenchState.load),
        starts=(relay.register,),
        follows=(relay.follow,),
    ),
)
