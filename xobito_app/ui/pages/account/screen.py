"""Your own account."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.account.page import account_page
from xobito_app.ui.pages.account.state import AccountState, SecondFactorState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.ACCOUNT, account_page, (AccountState.load, SecondFactorState.load)),)
