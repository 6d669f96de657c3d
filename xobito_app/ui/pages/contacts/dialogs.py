"""What is asked before many contacts change, and before a filter gets a name."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import (
    button,
    dialog,
    dialog_close,
    dialog_foot,
    problem,
    select_field,
    text_field,
)
from xobito_app.ui.pages.contacts.bulk_state import BulkState
from xobito_app.ui.pages.contacts.segment_state import SegmentState
from xobito_app.ui.pages.contacts.state import ContactsState


def bulk_dialog() -> rx.Component:
    """Return the dialog of an action on everything selected."""
    state = BulkState
    return dialog(
        state.title,
        rx.el.form(
            problem(state.errors.get("form", "").to(str)),
            rx.cond(
                state.choices,
                select_field(
                    "Which",
                    rx.foreach(
                        state.choices,
                        lambda choice: rx.el.option(choice[1], value=choice[0], key=choice[0]),
                    ),
                    name="target_id",
                    errors=state.errors,
                ),
            ),
            rx.cond(
                state.kind == "opt_out",
                text_field("Why", name="reason", help="For the record; may stay empty."),
            ),
            dialog_foot(
                dialog_close(),
                rx.cond(
                    state.kind == "delete",
                    button("Delete", weight="danger", type="submit"),
                    button("Go ahead", weight="primary", type="submit"),
                ),
            ),
            on_submit=state.start,
            class_name=styles.FORM,
        ),
        line=state.line,
        open=state.is_open,
        on_open_change=state.set_open,
    )


def segment_dialog() -> rx.Component:
    """Return the dialog that names the filters in force."""
    state = SegmentState
    return dialog(
        "Save as segment",
        rx.el.form(
            text_field(
                "Name",
                name="name",
                default_value=state.name,
                errors=state.errors,
                help="Everybody in the workspace sees it; who fits is found anew each time.",
                auto_focus=True,
            ),
            dialog_foot(
                rx.cond(
                    state.is_known & (ContactsState.segment_id != ""),
                    button("Delete the segment", weight="danger", on_click=state.remove),
                ),
                dialog_close(),
                button("Save", weight="primary", type="submit"),
            ),
            on_submit=state.save,
            class_name=styles.FORM,
        ),
        open=state.is_open,
        on_open_change=state.set_open,
    )
