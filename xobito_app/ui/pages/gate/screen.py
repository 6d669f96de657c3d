"""The pages of people who are not signed in."""

from __future__ import annotations

from xobito_app.ui.pages.gate.page import (
    choose_page,
    forgot_page,
    join_page,
    reset_page,
    sign_in_page,
)
from xobito_app.ui.pages.gate.state import GateState, LinkState
from xobito_app.ui.screens import GateScreen

SCREENS = (
    GateScreen("/", "Xobito", sign_in_page, GateState.open_sign_in),
    GateScreen("/sign-in", "Sign in · Xobito", sign_in_page, GateState.open_sign_in),
    GateScreen("/join", "Join · Xobito", join_page, LinkState.open_join),
    GateScreen("/forgot", "Forgot password · Xobito", forgot_page, GateState.open_forgot),
    GateScreen("/choose-password", "New password · Xobito", choose_page, GateState.open_choose),
    GateScreen("/reset", "New password · Xobito", reset_page, LinkState.open_reset),
)
