"""Choosing an approved template and filling its blanks."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import form, staged
from xobito_app.ui.components import (
    badge,
    button,
    dialog,
    dialog_foot,
    field,
    picker_line,
    picker_list,
    problem,
    search_field,
    text_field,
)
from xobito_app.ui.pages.inbox.template_state import (
    PickerState,
    TemplateRow,
    VariableRow,
)


def template_picker() -> rx.Component:
    """The dialog: first the list, then the form of the chosen one."""
    return dialog(
        "Send a template",
        rx.cond(PickerState.chosen.id != "", _fill_in(), _choose()),
        line="Templates approved by WhatsApp may be sent at any time.",
        open=PickerState.is_open,
        on_open_change=PickerState.set_open,
    )


def _choose() -> rx.Component:
    return rx.el.div(
        search_field("Find a template", on_change=PickerState.find.debounce(150)),
        staged(
            PickerState,
            picker_list(PickerState.templates, _template, empty="No approved template fits."),
            again=PickerState.open_picker,
        ),
    )


def _template(template: ObjectVar[TemplateRow]) -> rx.Component:
    marks = rx.fragment(" ", badge(template.language), " ", badge(template.category))
    return picker_line(
        rx.fragment(template.name, marks),
        rx.el.span(template.preview),
        on_click=PickerState.choose(template.id),
        key=template.id,
    )


def _fill_in() -> rx.Component:
    chosen = PickerState.chosen
    return form(
        rx.el.div(
            rx.el.div(
                rx.cond(chosen.header != "", _text("header", chosen.header, "bubble-header")),
                _text("body", chosen.body, "bubble-text"),
                rx.cond(chosen.footer != "", rx.el.p(chosen.footer, class_name="bubble-footer")),
                _chosen_buttons(),
                class_name="bubble",
            ),
            class_name="template-preview",
            data_side="out",
        ),
        rx.foreach(PickerState.variables, _variable),
        text_field(
            "Send later (optional)",
            name="due_at",
            kind="datetime-local",
            help=PickerState.zone_line,
        ),
        problem(PickerState.refused),
        dialog_foot(
            button("Back", on_click=PickerState.open_picker),
            button(
                rx.fragment(
                    rx.el.span("Send template", data_now=""),
                    rx.el.span("Schedule template", data_later=""),
                ),
                weight="primary",
                type="submit",
            ),
        ),
        on_submit=PickerState.send,
        data_template_form="",
    )


def _text(part: str, words: rx.Var[str], class_name: str) -> rx.Component:
    """Return a part of the message; `assets/inbox.js` puts into it what is typed into the form."""
    return rx.el.p(
        words,
        class_name=class_name,
        data_template=part,
        key=PickerState.chosen.id.to(str) + part,
    )


def _chosen_buttons() -> rx.Component:
    titles = PickerState.chosen_buttons
    return rx.cond(
        titles.length() > 0,
        rx.el.div(
            rx.foreach(titles, lambda title: rx.el.div(title, class_name="bubble-button")),
            class_name="bubble-buttons",
        ),
    )


def _variable(variable: ObjectVar[VariableRow]) -> rx.Component:
    control = rx.el.input(
        name=variable.key,
        default_value=variable.value,
        placeholder=variable.example,
        max_length=1024,
        class_name=styles.INPUT,
    )
    return rx.fragment(field(control, variable.label, name=""), key=variable.key)
