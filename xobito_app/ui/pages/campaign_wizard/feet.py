"""The way to the next step."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import button
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState


def foot(step: str, words: str) -> rx.Component:
    """Return the button that leads to the step after this one."""
    return rx.el.div(
        button(f"Next: {words}", weight="primary", on_click=DraftState.visit(step)),
        class_name=styles.FORM_FOOT,
    )
