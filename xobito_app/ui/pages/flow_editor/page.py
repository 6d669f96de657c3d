"""The flow builder: its name and what can be done with it above, the canvas below."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed
from xobito_app.ui.components import (
    badge,
    button,
    empty_state,
    error_state,
    skeleton_rows,
    text_button,
)
from xobito_app.ui.flow_canvas import kinds
from xobito_app.ui.flow_canvas.parts import FlowCanvas
from xobito_app.ui.pages.flow_editor.publishing import publish_dialog, versions_dialog
from xobito_app.ui.pages.flow_editor.releases import ReleaseState
from xobito_app.ui.pages.flow_editor.rows import ProblemRow
from xobito_app.ui.pages.flow_editor.state import FlowEditorState
from xobito_app.ui.pages.flow_editor.trial import trial_panel
from xobito_app.ui.pages.flow_editor.trial_state import TrialState
from xobito_app.ui.pages.flow_editor.triggers import triggers_dialog
from xobito_app.ui.pages.flow_editor.triggers_state import TriggersState
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon


def editor() -> rx.Component:
    """Return the whole page."""
    state = FlowEditorState
    return rx.el.div(
        rx.match(
            state.stage,
            ("loading", skeleton_rows(8)),
            ("failed", error_state(state.problem, state.load)),
            ("forbidden", error_state(state.problem, state.load)),
            (
                "missing",
                empty_state("workflow", "This flow no longer exists", "It may have been deleted."),
            ),
            _head(),
        ),
        _canvas(),
        publish_dialog(),
        versions_dialog(),
        triggers_dialog(),
        class_name="flow-page",
    )


def _head() -> rx.Component:
    state = FlowEditorState
    return rx.fragment(
        rx.el.header(
            ReactRouterLink.create(icon("chevron-left"), "Flows", to="/flows", class_name="back"),
            rx.el.h1(state.name, class_name=styles.PAGE_TITLE),
            _status(),
            rx.el.div(
                _problems_button(),
                button("Triggers", icon_name="zap", on_click=TriggersState.open_here),
                button("Try it", icon_name="play", on_click=TrialState.toggle),
                button("Versions", icon_name="history", on_click=ReleaseState.open_versions),
                allowed(
                    Permission.FLOWS_PUBLISH,
                    button(
                        "Publish",
                        weight="primary",
                        icon_name="send",
                        on_click=ReleaseState.open_publish,
                    ),
                ),
                class_name="flow-head-actions",
            ),
            class_name="flow-head",
        ),
        rx.cond(state.is_listing, _problems()),
    )


def _status() -> rx.Component:
    state = FlowEditorState
    return rx.cond(
        state.version > 0,
        rx.fragment(
            badge(rx.Var.create("Version ") + state.version.to_string(), "success"),
            rx.cond(state.has_changes, badge("Changed since", "warning")),
        ),
        badge("Off", "neutral"),
    )


def _problems_button() -> rx.Component:
    state = FlowEditorState
    return rx.cond(
        state.problem_words != "",
        button(
            state.problem_words,
            icon_name="triangle-alert",
            on_click=state.list_problems(~state.is_listing),
        ),
        rx.el.span(icon("check"), "No problems", class_name="flow-fine"),
    )


def _problems() -> rx.Component:
    return rx.el.ul(rx.foreach(FlowEditorState.problems, _problem), class_name="flow-problems")


def _problem(row: ObjectVar[ProblemRow]) -> rx.Component:
    return rx.el.li(
        badge(row.title, row.tone),
        rx.el.span(row.message),
        rx.cond(row.node, text_button("Show", on_click=FlowEditorState.go_to(row.node))),
        key=row.key,
    )


def _canvas() -> rx.Component:
    """Return the canvas: always there, so that a reconnect does not throw away what it holds."""
    state: Any = FlowEditorState
    return rx.el.div(
        FlowCanvas.create(
            flow_id=state.flow_id,
            graph=state.graph,
            rev=state.rev,
            feed=state.feed,
            refused=state.refused,
            epoch=state.epoch,
            overlay=state.overlay,
            rules=kinds.rules(),
            bodies=kinds.bodies(),
            panels=kinds.panels(),
            palette=kinds.palette(),
            choices=state.choices,
            can_edit=state.may_edit,
            focus=state.focus,
            on_ops=state.take,
            on_reload=state.open_anew,
        ),
        trial_panel(),
        class_name="flow-stage",
    )
