"""The table of rates."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.rates.page import rates
from xobito_app.ui.pages.rates.state import RatesState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.RATES, rates, (RatesState.load,)),)
