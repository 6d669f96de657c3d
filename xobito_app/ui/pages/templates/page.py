"""The Templates page: what Meta holds for this workspace, searchable, with a phone's preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex.vars import ArrayVar
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.components import (
    badge,
    button,
    dialog,
    empty_state,
    error_state,
    link_button,
    list_foot,
    note,
    page_body,
    page_header,
    search_field,
    skeleton_rows,
    table,
)
from xobito_app.ui.pages.templates.state import ButtonRow, TemplateRow, TemplatesState
from xobito_app.ui.shell.state import ShellState
from xobito_app.ui.theme import icon

_BUTTON_ICONS = ("external-link", "phone", "copy", "reply")


def templates() -> rx.Component:
    """Return the whole page."""
    return page_body(
        page_header(
            "Templates",
            rx.cond(
                ShellState.can.contains("templates.sync") & TemplatesState.is_connected,
                button(
                    "Sync now",
                    weight="primary",
                    icon_name="refresh-cw",
                    busy=TemplatesState.is_syncing,
                    on_click=TemplatesState.sync,
                ),
            ),
            line=TemplatesState.stamp,
        ),
        rx.cond(
            TemplatesState.failure,
            error_state(TemplatesState.failure, TemplatesState.load),
            rx.cond(TemplatesState.is_loaded, _content(), skeleton_rows()),
        ),
        _preview(),
    )


def _content() -> rx.Component:
    return rx.cond(
        TemplatesState.has_any,
        rx.el.div(
            _filters(),
            rx.cond(TemplatesState.rows, _list(), _nothing()),
        ),
        rx.cond(
            TemplatesState.is_connected,
            empty_state(
                "layout-template",
                "Meta has no template of yours yet",
                "Templates are made in WhatsApp Manager and appear here within the hour.",
            ),
            empty_state(
                "layout-template",
                "Templates come from WhatsApp",
                "Connect a number, and what Meta holds for it stands here.",
                rx.cond(
                    ShellState.can.contains("connection.manage"),
                    link_button("Connect", to="/connect", weight="primary"),
                ),
            ),
        ),
    )


def _filters() -> rx.Component:
    state = TemplatesState
    return rx.el.div(
        search_field(
            "Search names and texts",
            default_value=state.query,
            on_change=state.search.debounce(250),
            max_length=100,
        ),
        _choice("Any status", state.statuses, state.status, state.filter_status),
        _choice("Any category", state.categories, state.category, state.filter_category),
        _choice("Any language", state.languages, state.language, state.filter_language),
        class_name=styles.TOOLBAR,
    )


def _choice(
    anything: str, choices: ArrayVar[Sequence[str]], value: rx.Var[str], on_change: Any
) -> rx.Component:
    return rx.el.select(
        rx.el.option(anything, value=""),
        rx.foreach(choices, lambda choice: rx.el.option(choice, value=choice, key=choice)),
        value=value,
        on_change=on_change,
        aria_label=anything,
        class_name=f"{styles.INPUT} filter-select",
    )


def _list() -> rx.Component:
    return rx.el.div(
        table(
            ["Name", "Language", "Category", "Status", "Quality", "Last used"],
            rx.foreach(TemplatesState.rows, _row),
        ),
        list_foot(
            is_first=TemplatesState.is_first,
            on_first=TemplatesState.load,
            has_more=TemplatesState.cursor,
            on_more=TemplatesState.show_next,
            words=("First page", "Next page"),
        ),
    )


def _nothing() -> rx.Component:
    return empty_state("search-x", "No template fits", "Change the search or the filters.")


def _row(row: ObjectVar[TemplateRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.button(
                row.name,
                type="button",
                class_name=styles.LINK,
                on_click=TemplatesState.open_template(row.id),
            ),
            rx.el.div(row.body, class_name=f"{styles.MUTED} {styles.TRUNCATE} template-body"),
        ),
        rx.el.td(row.language),
        rx.el.td(row.category),
        rx.el.td(badge(row.status, row.tone)),
        rx.el.td(rx.cond(row.quality, badge(row.quality, row.quality_tone), "–")),
        rx.el.td(row.used),
        key=row.id,
    )


def _preview() -> rx.Component:
    view = TemplatesState.preview
    return dialog(
        view.name,
        rx.el.div(
            rx.el.p(badge(view.status, view.tone), " ", view.facts),
            rx.cond(view.reason, note(view.reason, "warning", icon_name="triangle-alert")),
            rx.el.div(
                rx.el.div(
                    rx.cond(view.media, _media(view.media)),
                    rx.cond(view.header, rx.el.div(view.header, class_name="paper-header")),
                    rx.el.div(view.body, class_name="paper-body"),
                    rx.cond(view.footer, rx.el.div(view.footer, class_name="paper-footer")),
                    class_name="paper-bubble",
                ),
                rx.foreach(view.buttons, _button),
                class_name="paper",
            ),
            rx.cond(
                view.blanks,
                rx.el.p("To be filled in: ", view.blanks, class_name=styles.MUTED),
            ),
            class_name=styles.STACK,
        ),
        open=TemplatesState.is_open,
        on_open_change=TemplatesState.set_open,
    )


def _media(kind: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        rx.match(
            kind,
            ("VIDEO", icon("video", size=24)),
            ("DOCUMENT", icon("file-text", size=24)),
            ("LOCATION", icon("map-pin", size=24)),
            icon("image", size=24),
        ),
        class_name="paper-media",
    )


def _button(row: ObjectVar[ButtonRow]) -> rx.Component:
    return rx.el.div(
        rx.match(row.icon, *((name, icon(name)) for name in _BUTTON_ICONS), icon("reply")),
        rx.el.span(row.text),
        class_name="paper-button",
        key=row.text,
    )
