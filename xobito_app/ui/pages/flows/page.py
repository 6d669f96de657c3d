"""The Flows page: the answers that are drawn."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui.blocks import (
    Fields,
    actions_cell,
    allowed,
    cell,
    confirm_delete,
    edit_items,
    form_dialog,
    line_of,
    list_page,
    main_cell,
    search_box,
)
from xobito_app.ui.components import badge, button, empty_state, menu, menu_item
from xobito_app.ui.pages.flows.rows import FlowRow
from xobito_app.ui.pages.flows.state import FlowFormState, FlowsState
from xobito_app.ui.theme import icon

_EXTRA = ("Talks in 30 days", "Changed")


def flow_list() -> rx.Component:
    """Return the whole page."""
    state, fields = FlowsState, Fields(FlowFormState)
    return list_page(
        state,
        form_dialog(
            FlowFormState,
            fields.text("Name", "name"),
            rx.cond(
                FlowFormState.row_id == "",
                fields.area("The exported flow, pasted here", "file", rows=6),
            ),
            new="Import a flow",
            edit="Rename the flow",
        ),
        confirm_delete(FlowFormState, "flow"),
        title="Flows",
        line="Draw the answers to what everybody asks, try them on the spot, let them answer.",
        primary=_new(),
        columns=("Flow", "Status", *_EXTRA, ""),
        extra=_EXTRA,
        row=_row,
        filters=(search_box(state, "Search flows"),),
        empty=empty_state(
            "workflow",
            "No flows yet",
            "Begin with one of these and make it yours.",
            allowed(Permission.FLOWS_CREATE, _starters()),
        ),
    )


def _new() -> rx.Component:
    state = FlowsState
    return allowed(
        Permission.FLOWS_CREATE,
        menu(
            [icon("plus"), "New flow"],
            menu_item("Empty", icon_name="square", on_select=state.start("empty")),
            menu_item("Menu", icon_name="list", on_select=state.start("menu")),
            menu_item("Take an order", icon_name="shopping-bag", on_select=state.start("order")),
            menu_item("Away and handover", icon_name="moon", on_select=state.start("away")),
            menu_item("Import", icon_name="upload", on_select=FlowFormState.write_new),
            label="New flow",
            class_name="button button-primary",
        ),
    )


def _starters() -> rx.Component:
    state = FlowsState
    return rx.el.div(
        button("Menu with hours and address", on_click=state.start("menu")),
        button("Take an order", on_click=state.start("order")),
        button("Away message and handover", on_click=state.start("away")),
        class_name="flow-starters",
    )


def _row(row: ObjectVar[FlowRow]) -> rx.Component:
    state = FlowsState
    return line_of(
        row,
        main_cell(row.name, to=row.link, line=row.line),
        rx.el.td(badge(row.status, row.tone)),
        cell(row.talks, extra=True, tabular=True),
        cell(row.when, extra=True, muted=True, tabular=True, title=row.when_full),
        actions_cell(
            allowed(
                Permission.FLOWS_PUBLISH,
                rx.cond(
                    row.is_on,
                    menu_item("Switch off", icon_name="power", on_select=state.switch_off(row.id)),
                ),
            ),
            *edit_items(FlowFormState, row, row.name),
            needs=(Permission.FLOWS_EDIT, Permission.FLOWS_PUBLISH),
        ),
    )
