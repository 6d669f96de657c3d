"""The Templates page: what Meta holds for this workspace, searchable, with a phone's preview."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    allowed,
    cell,
    filter_select,
    line_of,
    list_page,
    main_cell,
    search_box,
)
from xobito_app.ui.components import badge, button, dialog, empty_state, link_button, note
from xobito_app.ui.pages.templates.state import ButtonRow, TemplateRow, TemplatesState
from xobito_app.ui.theme import icon

_BUTTON_ICONS = ("external-link", "phone", "copy", "reply")


def templates() -> rx.Component:
    """Return the whole page."""
    state = TemplatesState
    sync = button(
        "Sync now",
        weight="primary",
        icon_name="refresh-cw",
        busy=state.is_busy,
        on_click=state.sync,
    )
    return list_page(
        state,
        _preview(),
        title="Templates",
        line=state.stamp,
        primary=allowed(Permission.TEMPLATES_SYNC, rx.cond(state.is_connected, sync)),
        columns=("Name", "Language", "Category", "Status", "Quality", "Last used"),
        extra=("Category", "Quality", "Last used"),
        row=_row,
        filters=(
            search_box(state, "Search names and texts"),
            filter_select(state, "status", "Status", state.statuses),
            filter_select(state, "category", "Category", state.categories),
            filter_select(state, "language", "Language", state.languages),
        ),
        empty=_none(),
    )


def _none() -> rx.Component:
    connect = allowed(
        Permission.CONNECTION_MANAGE, link_button("Connect", to="/connect", weight="primary")
    )
    return rx.cond(
        TemplatesState.is_connected,
        empty_state(
            "layout-template",
            "No templates at Meta yet",
            "Templates made in WhatsApp Manager appear here within the hour.",
        ),
        empty_state(
            "layout-template",
            "Templates come from WhatsApp",
            "Connect a number, and the templates Meta holds for it appear here.",
            connect,
        ),
    )


def _row(row: ObjectVar[TemplateRow]) -> rx.Component:
    return line_of(
        row,
        main_cell(row.name, line=row.body, on_open=TemplatesState.open_row(row.id)),
        cell(row.language),
        cell(row.category, extra=True),
        rx.el.td(badge(row.status, row.tone)),
        cell(rx.cond(row.quality, badge(row.quality, row.quality_tone), "–"), extra=True, title=""),
        cell(row.used, extra=True, tabular=True),
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
                    rx.el.div(view.body),
                    rx.cond(view.footer, rx.el.div(view.footer, class_name="paper-footer")),
                    class_name="paper-bubble",
                ),
                rx.foreach(view.buttons, _button),
                class_name="paper",
            ),
            rx.cond(
                view.blanks,
                rx.el.p("Variables: ", view.blanks, class_name=styles.MUTED),
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
