"""What is asked before many contacts change, and before a filter gets a name."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.blocks import Fields, form_dialog
from xobito_app.ui.components import button
from xobito_app.ui.pages.contacts.bulk_state import BulkState
from xobito_app.ui.pages.contacts.segment_state import SegmentState
from xobito_app.ui.pages.contacts.state import ContactsState


def bulk_dialog() -> rx.Component:
    """Return the dialog of an action on everything selected; its button says on how many."""
    state, fields = BulkState, Fields(BulkState)
    verb, busy = state.verb, state.is_busy
    return form_dialog(
        state,
        rx.cond(state.choices, fields.select("Which", "target_id", state.choices)),
        rx.cond(
            state.kind == "opt_out",
            fields.text("Reason", "reason", help="Optional, for the record."),
        ),
        new=state.title,
        line=state.line,
        submit=rx.cond(
            state.kind == "delete",
            button(verb, weight="danger", type="submit", busy=busy),
            button(verb, weight="primary", type="submit", busy=busy),
        ),
    )


def segment_dialog() -> rx.Component:
    """Return the dialog that names the filters in force."""
    state = SegmentState
    return form_dialog(
        state,
        Fields(state).text(
            "Name",
            "name",
            help="Everybody in the workspace sees it. It always shows who matches now.",
            auto_focus=True,
        ),
        new="Save as segment",
        beside=[
            rx.cond(
                state.is_known & (ContactsState.segment_id != ""),
                button("Delete segment", weight="danger", on_click=state.remove),
            )
        ],
    )
