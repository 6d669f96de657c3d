"""The phone beside the wizard: what one recipient gets, and leafing through them."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import empty_line, icon_button, note
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.templates.paper import paper


def phone() -> rx.Component:
    """Return the message as the recipient at hand would see it."""
    return rx.el.aside(
        rx.cond(
            DraftState.has_phone,
            rx.fragment(_leafing(), _message()),
            empty_line("Choose a template to see the message here."),
        ),
        class_name="campaign-phone",
        aria_label="Preview",
    )


def _leafing() -> rx.Component:
    state = DraftState
    return rx.el.div(
        rx.el.span(state.phone.who, class_name=f"{styles.GROW} {styles.TRUNCATE}", role="status"),
        rx.cond(
            state.can_leaf,
            rx.fragment(
                icon_button(
                    "chevron-left",
                    "Previous recipient",
                    compact=True,
                    disabled=state.position <= 1,
                    on_click=state.leaf(-1),
                ),
                icon_button(
                    "chevron-right", "Next recipient", compact=True, on_click=state.leaf(1)
                ),
            ),
        ),
        class_name=styles.LINE,
    )


def _message() -> rx.Component:
    view = DraftState.phone
    return rx.fragment(
        rx.cond(view.problem, note(view.problem, "warning", icon_name="user-x")),
        paper(DraftState.paper),
    )
