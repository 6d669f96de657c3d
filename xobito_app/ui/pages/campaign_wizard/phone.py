"""The phone beside the wizard: what one recipient gets, and leafing through them."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.components import empty_line, icon_button, note
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.rows import ButtonRow
from xobito_app.ui.theme import icon


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
        rx.el.div(
            rx.el.div(
                rx.cond(view.media, rx.el.div(icon("image", size=24), class_name="paper-media")),
                rx.cond(view.header, rx.el.div(view.header, class_name="paper-header")),
                rx.el.div(view.body),
                rx.cond(view.footer, rx.el.div(view.footer, class_name="paper-footer")),
                class_name="paper-bubble",
            ),
            rx.foreach(view.buttons, _button),
            class_name="paper",
        ),
    )


def _button(row: ObjectVar[ButtonRow]) -> rx.Component:
    pictures = ("external-link", "phone", "copy")
    return rx.el.div(
        rx.match(row.icon, *((name, icon(name)) for name in pictures), icon("reply")),
        rx.el.span(row.text),
        class_name="paper-button",
        key=row.text,
    )
