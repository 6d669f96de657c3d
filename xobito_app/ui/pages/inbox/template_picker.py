"""Choosing an approved template and filling its blanks."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui.components import button, dialog, dialog_foot, text_field
from xobito_app.ui.pages.inbox.composer_state import (
    CardRow,
    ComposerState,
    TemplateRow,
    VariableRow,
)


def template_picker() -> rx.Component:
    """The dialog: first the list, then the form of the chosen one."""
    return dialog(
        "Send a template",
        rx.cond(ComposerState.chosen.id != "", _fill_in(), _choose()),
        line="Templates approved by WhatsApp may be sent at any time.",
        open=ComposerState.picker_open,
        on_open_change=ComposerState.set_picker,
    )


def _choose() -> rx.Component:
    return rx.el.div(
        rx.el.input(
            type="search",
            placeholder="Find a template",
            aria_label="Find a template",
            on_change=ComposerState.find_template.debounce(150),
            class_name="input",
        ),
        rx.cond(
            ComposerState.templates.length() > 0,
            rx.el.ul(rx.foreach(ComposerState.templates, _template), class_name="picker-list"),
            rx.el.p("No approved template fits.", class_name="empty-text"),
        ),
    )


def _template(template: ObjectVar[TemplateRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.strong(template.name),
                rx.el.span(template.language, class_name="badge"),
                rx.el.span(template.category, class_name="badge"),
                class_name="picker-top",
            ),
            rx.el.span(template.preview),
            type="button",
            on_click=ComposerState.choose(template.id),
            class_name="picker-line",
        ),
        key=template.id,
    )


def _fill_in() -> rx.Component:
    chosen = ComposerState.chosen
    return rx.el.form(
        rx.el.div(
            rx.el.div(
                rx.cond(chosen.header != "", _text("header", chosen.header, "bubble-header")),
                rx.cond(chosen.offer != "", rx.el.p(chosen.offer, class_name="bubble-header")),
                _text("body", chosen.body, "bubble-text"),
                rx.cond(chosen.footer != "", rx.el.p(chosen.footer, class_name="bubble-footer")),
                _chosen_buttons(),
                class_name="bubble",
            ),
            rx.foreach(ComposerState.chosen_cards, _card),
            class_name="template-preview",
            data_side="out",
        ),
        rx.foreach(ComposerState.variables, _variable),
        text_field(
            "Send later (optional)",
            name="due_at",
            kind="datetime-local",
            help=ComposerState.zone_line,
        ),
        rx.cond(
            ComposerState.problem != "",
            rx.el.p(ComposerState.problem, class_name="field-error", role="alert"),
        ),
        dialog_foot(
            button("Back", weight="secondary", on_click=ComposerState.open_picker),
            rx.el.button(
                rx.el.span("Send template", data_now=""),
                rx.el.span("Schedule template", data_later=""),
                type="submit",
                class_name="button button-primary",
            ),
        ),
        on_submit=ComposerState.send_template,
        no_validate=True,
        data_template_form="",
        class_name="form",
    )


def _text(part: str, words: rx.Var[str], class_name: str) -> rx.Component:
    """Return a part of the message; `assets/inbox.js` puts into it what is typed into the form."""
    return rx.el.p(
        words, class_name=class_name, data_template=part, key=ComposerState.chosen.id.to(str) + part
    )


def _chosen_buttons() -> rx.Component:
    titles = ComposerState.chosen_buttons
    return rx.cond(
        titles.length() > 0,
        rx.el.div(
            rx.foreach(titles, lambda title: rx.el.div(title, class_name="bubble-button")),
            class_name="bubble-buttons",
        ),
    )


def _card(card: ObjectVar[CardRow]) -> rx.Component:
    return rx.el.div(
        rx.cond(card.header != "", rx.el.p(card.header, class_name="bubble-footer")),
        rx.el.p(card.body, class_name="bubble-text", data_template=card.id),
        rx.el.div(card.buttons, class_name="bubble-button"),
        class_name="bubble",
        key=ComposerState.chosen.id.to(str) + card.id.to(str),
    )


def _variable(variable: ObjectVar[VariableRow]) -> rx.Component:
    return rx.el.label(
        rx.el.span(variable.label, class_name="field-label"),
        rx.match(
            variable.field,
            ("file", _file(variable)),
            ("lines", rx.el.textarea(name=variable.key, rows=3, class_name="input")),
            ("time", rx.el.input(name=variable.key, type="datetime-local", class_name="input")),
            rx.el.input(
                name=variable.key,
                default_value=variable.value,
                placeholder=variable.example,
                max_length=2000,
                class_name="input",
            ),
        ),
        rx.cond(variable.help != "", rx.el.span(variable.help, class_name="field-help")),
        key=variable.key,
        class_name="field",
    )


def _file(variable: ObjectVar[VariableRow]) -> rx.Component:
    """Return a field for a file; `assets/upload.js` uploads it and keeps its id beside it."""
    return rx.el.span(
        rx.el.input(type="file", accept=variable.accept, data_upload="/media", class_name="input"),
        rx.el.input(type="hidden", name=variable.key, data_uploaded=""),
        rx.el.span(class_name="field-help", data_upload_state="", role="status"),
    )
