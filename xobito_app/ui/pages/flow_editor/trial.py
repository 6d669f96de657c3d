"""The test panel: a phone to talk to the draft, and why it answered as it did."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed
from xobito_app.ui.components import badge, button, icon_button, text_button
from xobito_app.ui.pages.flow_editor.state import FlowEditorState
from xobito_app.ui.pages.flow_editor.trial_state import (
    KeptRow,
    PressRow,
    SaidRow,
    StepRow,
    TrialState,
)


def trial_panel() -> rx.Component:
    """Return the panel, when it is open."""
    return rx.cond(TrialState.is_open, _panel())


def _panel() -> rx.Component:
    state = TrialState
    return rx.el.aside(
        rx.el.header(
            rx.el.h2("Try the draft", class_name="flow-panel-title"),
            icon_button("x", label="Close the test panel", on_click=state.toggle),
            class_name="flow-trial-head",
        ),
        rx.el.div(
            rx.cond(
                state.said,
                rx.foreach(state.said, _said),
                rx.el.p(
                    "Write what a customer would write. Nothing is sent.",
                    class_name=styles.MUTED,
                ),
            ),
            class_name="flow-phone",
            role="log",
            aria_label="The talk",
        ),
        rx.el.form(
            rx.el.input(
                name="words",
                class_name=styles.INPUT,
                placeholder="Write as the customer",
                aria_label="Write as the customer",
                auto_complete="off",
            ),
            button("Send", weight="primary", type="submit"),
            on_submit=state.say,
            reset_on_submit=True,
            class_name="flow-say",
        ),
        rx.el.div(
            button("+ 1 hour", compact=True, on_click=state.wait("PT1H")),
            button("+ 1 day", compact=True, on_click=state.wait("P1D")),
            button("Give back", compact=True, on_click=state.give_back),
            button("Begin anew", compact=True, on_click=state.begin_anew),
            class_name="flow-trial-ways",
        ),
        rx.cond(state.steps, _trace()),
        allowed(Permission.FLOWS_EDIT, rx.cond(state.turns, _keep())),
        rx.cond(state.kept, _kept()),
        class_name="flow-trial",
        aria_label="Test panel",
    )


def _said(row: ObjectVar[SaidRow]) -> rx.Component:
    return rx.el.div(
        rx.el.p(row.words, class_name="flow-words"),
        rx.foreach(row.buttons, _press),
        class_name=row.look,
        key=row.key,
    )


def _press(row: ObjectVar[PressRow]) -> rx.Component:
    return rx.el.button(
        row.title,
        type="button",
        class_name="flow-button",
        on_click=TrialState.press(row.title),
        key=row.key,
    )


def _trace() -> rx.Component:
    state = TrialState
    return rx.el.details(
        rx.el.summary("Why it answered like this"),
        rx.el.ol(rx.foreach(state.steps, _step), class_name="flow-trace"),
        rx.cond(
            state.variables,
            rx.el.ul(
                rx.foreach(state.variables, lambda one: rx.el.li(one, key=one)),
                class_name="flow-trace",
            ),
        ),
        open=True,
    )


def _step(row: ObjectVar[StepRow]) -> rx.Component:
    return rx.el.li(
        text_button(row.title, on_click=FlowEditorState.go_to(row.node)),
        rx.el.span(row.why, class_name=styles.MUTED),
        rx.cond(row.variables, rx.el.code(row.variables)),
        key=row.key,
    )


def _keep() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="name",
            class_name=styles.INPUT,
            placeholder="Name of the test",
            aria_label="Name of the test",
        ),
        button("Save as a test", type="submit"),
        on_submit=TrialState.keep,
        reset_on_submit=True,
        class_name="flow-say",
    )


def _kept() -> rx.Component:
    state = TrialState
    return rx.el.section(
        rx.el.h3("Saved tests", class_name="flow-panel-title"),
        rx.el.ul(rx.foreach(state.kept, _test), class_name="flow-trace"),
        button("Run all", compact=True, on_click=state.run_all),
    )


def _test(row: ObjectVar[KeptRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.name),
        rx.cond(row.result, badge(row.result, row.tone)),
        allowed(Permission.FLOWS_EDIT, text_button("Delete", on_click=TrialState.forget(row.id))),
        key=row.id,
    )
