"""The dialogs around versions: what goes out, and what went out before."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed
from xobito_app.ui.components import (
    badge,
    button,
    dialog,
    dialog_foot,
    empty_line,
    note,
    text_button,
)
from xobito_app.ui.pages.flow_editor.releases import ChangeRow, ReleaseState, VersionRow
from xobito_app.ui.pages.flow_editor.state import FlowEditorState


def publish_dialog() -> rx.Component:
    """Return what is asked before a draft answers."""
    state = ReleaseState
    return dialog(
        "Publish the flow?",
        rx.cond(state.refusal, note(state.refusal, "danger", icon_name="circle-x")),
        rx.cond(state.authors, rx.el.p("Drawn by ", state.authors, class_name=styles.MUTED)),
        rx.cond(
            state.changes,
            rx.el.ul(rx.foreach(state.changes, _change), class_name="flow-changes"),
            empty_line("Nothing has changed since the version that answers."),
        ),
        dialog_foot(
            button("Not now", on_click=state.set_publishing(False)),
            button("Publish", weight="primary", on_click=state.publish),
        ),
        open=state.is_publishing,
        on_open_change=state.set_publishing,
        line="Talks that are going on end on their version. New ones begin on this one.",
    )


def _change(row: ObjectVar[ChangeRow]) -> rx.Component:
    return rx.el.li(
        row.sentence,
        rx.cond(row.node, text_button("Show", on_click=FlowEditorState.go_to(row.node))),
        key=row.key,
    )


def versions_dialog() -> rx.Component:
    """Return the versions of the flow, newest first."""
    state = ReleaseState
    return dialog(
        "Versions",
        rx.cond(
            state.versions,
            rx.el.ul(rx.foreach(state.versions, _version), class_name="flow-versions"),
            empty_line("Nothing was published yet."),
        ),
        rx.cond(
            FlowEditorState.version > 0,
            dialog_foot(
                allowed(
                    Permission.FLOWS_PUBLISH,
                    button("Switch the flow off", on_click=state.unpublish),
                )
            ),
        ),
        open=state.is_looking_back,
        on_open_change=state.set_looking_back,
        wide=True,
    )


def _version(row: ObjectVar[VersionRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.strong(row.title),
            rx.cond(row.is_live, badge("Answers now", "success")),
            rx.el.div(row.line, class_name=styles.MUTED),
            rx.el.div(row.changes),
            class_name=styles.GROW,
        ),
        rx.cond(
            ~row.is_live,
            allowed(
                Permission.FLOWS_PUBLISH,
                button(
                    "Go back to this", compact=True, on_click=ReleaseState.roll_back(row.number)
                ),
            ),
        ),
        class_name=styles.LIST_ROW,
        key=row.id,
    )
