"""Step three on the screen: what fills the blanks."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import Choices, choice_options, loaded
from xobito_app.ui.components import (
    drop_field,
    empty_line,
    field_error,
    note,
    select_field,
    text_field,
)
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.feet import foot
from xobito_app.ui.pages.campaign_wizard.rows import VariableRow
from xobito_app.ui.pages.campaign_wizard.variables_state import VariablesState

_ACCEPT = "image/jpeg,image/png,video/mp4,video/3gpp,application/pdf"


def variables_step() -> rx.Component:
    """Return the step."""
    state = VariablesState
    return rx.fragment(
        rx.cond(DraftState.card.needs_media, _media()),
        loaded(
            state,
            rx.cond(
                state.rows,
                rx.el.div(rx.foreach(state.rows, _variable), class_name=styles.STACK),
                rx.cond(
                    DraftState.card.template_id,
                    empty_line("The template has no blanks to fill: everybody gets the same text."),
                    empty_line("Choose a template first."),
                ),
            ),
            rows=3,
        ),
        foot("check", "Check"),
    )


def _media() -> rx.Component:
    draft = DraftState.card
    return rx.el.div(
        rx.cond(
            draft.has_media,
            note("The file of the header is here. Another one takes its place.", "success"),
        ),
        drop_field(
            rx.Var.create("The template begins with a file: ") + draft.needs_media.to(str),
            accept=_ACCEPT,
            endpoint=draft.media_link,
            then=rx.Var.create("/campaigns/") + draft.id.to(str) + "/edit?step=variables&media=",
            title="Choose the file of the header, or drop it here",
        ),
        field_error(DraftState.errors, "header_media_id"),
        class_name=styles.STACK,
    )


def _variable(row: ObjectVar[VariableRow]) -> rx.Component:
    state = VariablesState
    return rx.el.div(
        rx.el.div(
            rx.el.strong(row.label),
            rx.cond(row.example, rx.el.span("for example ", row.example, class_name=styles.MUTED)),
            class_name=styles.LINE,
        ),
        rx.el.div(
            select_field(
                "Filled with",
                choice_options(state.kinds),
                name="kind",
                value=row.kind,
                on_change=lambda kind: state.choose_kind(row.key, kind),
            ),
            rx.match(
                row.kind,
                ("field", _source(row, "Contact field", "field", state.fields)),
                ("column", _source(row, "Column", "column", state.columns)),
                text_field(
                    "Text",
                    name="text",
                    default_value=row.text,
                    on_change=lambda text: state.write(row.key, "text", text).debounce(600),
                    max_length=1024,
                    key=row.key.to(str) + "text",
                ),
            ),
            rx.cond(
                row.kind != "value",
                text_field(
                    "If it is empty",
                    name="fallback",
                    help="Without this, whoever has none is left out.",
                    default_value=row.fallback,
                    on_change=lambda text: state.write(row.key, "fallback", text).debounce(600),
                    max_length=1024,
                    key=row.key.to(str) + "fallback",
                ),
            ),
            class_name="campaign-variable",
        ),
        rx.cond(row.problem, rx.el.span(row.problem, class_name=styles.FIELD_ERROR, role="alert")),
        class_name=f"{styles.CARD} campaign-blank",
        key=row.key,
    )


def _source(row: ObjectVar[VariableRow], label: str, part: str, choices: Choices) -> rx.Component:
    value = row.field if part == "field" else row.column
    return select_field(
        label,
        choice_options(choices, "Choose"),
        name=part,
        value=value,
        on_change=lambda chosen: VariablesState.write(row.key, part, chosen),
    )
