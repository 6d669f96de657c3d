"""The connected numbers."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.numbers.page import numbers
from xobito_app.ui.pages.numbers.state import NumbersState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.NUMBERS, numbers, (NumbersState.load,)),)
