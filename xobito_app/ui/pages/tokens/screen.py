"""API tokens."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.tokens.page import api_tokens
from xobito_app.ui.pages.tokens.state import TokensState
from xobito_app.ui.screens import Screen

SCREENS = (Screen(routes.TOKENS, api_tokens, (TokensState.load,)),)
