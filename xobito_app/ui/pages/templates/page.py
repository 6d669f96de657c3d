"""The Templates page: what Meta holds for this workspace and what is being written."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui.blocks import (
    allowed,
    cell,
    filter_select,
    line_of,
    list_page,
    main_cell,
    search_box,
)
from xobito_app.ui.components import badge, button, empty_state, link_button
from xobito_app.ui.pages.templates.state import TemplateRow, TemplatesState


def templates() -> rx.Component:
    """Return the whole page."""
    state = TemplatesState
    sync = button("Sync now", icon_name="refresh-cw", busy=state.is_busy, on_click=state.sync)
    return list_page(
        state,
        title="Templates",
        line=state.stamp,
        primary=rx.cond(
            state.is_connected,
            rx.fragment(
                allowed(Permission.TEMPLATES_SYNC, sync),
                allowed(Permission.TEMPLATES_CREATE, _new()),
            ),
        ),
        columns=("Name", "Language", "Category", "Status", "Quality", "Last used"),
        extra=("Category", "Quality", "Last used"),
        row=_row,
        filters=(
            search_box(state, "Search names and texts"),
            filter_select(state, "status", "Status", state.statuses),
            filter_select(state, "category", "Category", state.categories),
            filter_select(state, "language", "Language", state.languages),
            filter_select(state, "quality", "Quality", state.qualities),
        ),
        empty=_none(),
    )


def _new() -> rx.Component:
    return link_button("New template", to="/templates/new", weight="primary", icon_name="plus")


def _none() -> rx.Component:
    connect = allowed(
        Permission.CONNECTION_MANAGE, link_button("Connect", to="/connect", weight="primary")
    )
    return rx.cond(
        TemplatesState.is_connected,
        empty_state(
            "layout-template",
            "No templates yet",
            "Templates are what WhatsApp takes at any time. Write one and submit it to Meta.",
            allowed(Permission.TEMPLATES_CREATE, _new()),
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
        main_cell(row.name, rx.cond(row.mark, badge(row.mark, "info")), line=row.body, to=row.path),
        cell(row.language),
        cell(row.category, extra=True),
        rx.el.td(badge(row.status, row.tone)),
        cell(rx.cond(row.quality, badge(row.quality, row.quality_tone), "–"), extra=True, title=""),
        cell(row.used, extra=True, tabular=True),
    )
