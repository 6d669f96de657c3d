"""The list of contacts: segments, filters, the table, and what is done with a selection."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    allowed,
    line_of,
    list_foot,
    loaded,
    new_button,
    person_cell,
    progress_line,
    selection_bar,
    tick,
)
from xobito_app.ui.components import (
    badge,
    button,
    color_dot,
    download_button,
    empty_state,
    icon_button,
    link_button,
    menu,
    menu_item,
    menu_line,
    page_body,
    page_header,
)
from xobito_app.ui.pages.contacts.bulk_state import BulkState
from xobito_app.ui.pages.contacts.dialogs import bulk_dialog, segment_dialog
from xobito_app.ui.pages.contacts.filters import chips, columns_menu, filter_bar, segment_bar
from xobito_app.ui.pages.contacts.form import contact_form
from xobito_app.ui.pages.contacts.form_state import ContactFormState
from xobito_app.ui.pages.contacts.rows import Cell, Column, ContactRow
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.theme import icon

# Who can do something with what is selected.
_SELECTS = (Permission.CONTACTS_EDIT, Permission.CONTACTS_DELETE, Permission.CONTACTS_EXPORT)


def contacts() -> rx.Component:
    """Return the whole page."""
    state = ContactsState
    return page_body(
        page_header(
            "Contacts",
            _more(),
            new_button("New contact", ContactFormState, Permission.CONTACTS_CREATE),
            line=rx.cond(state.everybody != "", state.everybody + " in the address book", ""),
        ),
        segment_bar(),
        filter_bar(),
        chips(),
        rx.foreach(state.jobs, lambda row: progress_line(row, BulkState.stop(row.id))),
        loaded(
            state,
            rx.fragment(_table(), list_foot(state)),
            ("empty", _nobody()),
            ("filtered_empty", _no_match()),
            rows=10,
        ),
        _selection(),
        contact_form(),
        bulk_dialog(),
        segment_dialog(),
    )


def _more() -> rx.Component:
    state = ContactsState
    to_file = rx.redirect(state.export_link, is_external=True)
    to_labels = rx.redirect("/contacts/labels")
    return menu(
        [icon("ellipsis")],
        allowed(
            Permission.CONTACTS_IMPORT,
            menu_item(
                "Import a file", icon_name="upload", on_select=rx.redirect("/contacts/import")
            ),
        ),
        allowed(
            Permission.CONTACTS_EXPORT,
            menu_item("Export this list", icon_name="download", on_select=to_file),
        ),
        menu_item(
            "Find duplicates", icon_name="copy", on_select=rx.redirect("/contacts/duplicates")
        ),
        menu_item("Statuses, sources, groups, fields", icon_name="tags", on_select=to_labels),
        label="More about contacts",
    )


def _nobody() -> rx.Component:
    return empty_state(
        "contact",
        "No contacts yet",
        "Everybody who writes to you is added here. You can also add people by hand, or import "
        "a file with thousands of them.",
        allowed(
            Permission.CONTACTS_IMPORT,
            link_button("Import a file", to="/contacts/import", icon_name="upload"),
        ),
    )


def _no_match() -> rx.Component:
    return empty_state(
        "search-x",
        "No contact matches",
        "Change the search, or remove a filter.",
        link_button("Show all contacts", to="/contacts"),
    )


def _selection() -> rx.Component:
    state = ContactsState
    change = menu(
        ["Change", icon("chevron-down")],
        _action("add_group", "Add to a group", "folder-plus"),
        _action("remove_group", "Remove from a group", "folder-minus"),
        _action("set_status", "Set the status", "circle-dot"),
        _action("set_source", "Set the source", "signpost"),
        _action("assign", "Assign", "user-check"),
        menu_line(),
        _action("opt_out", "Opt out", "bell-off"),
        _action("opt_in", "Opt in again", "bell"),
        label="Change the selected contacts",
        class_name=styles.BUTTON_COMPACT,
    )
    delete = button(
        rx.Var.create("Delete ") + state.selected_things,
        weight="danger",
        compact=True,
        on_click=BulkState.begin("delete"),
    )
    return selection_bar(
        state,
        allowed(Permission.CONTACTS_EDIT, change),
        allowed(Permission.CONTACTS_EXPORT, _export_selected()),
        allowed(Permission.CONTACTS_DELETE, delete),
    )


def _action(kind: str, label: str, icon_name: str) -> rx.Component:
    return menu_item(label, icon_name=icon_name, on_select=BulkState.begin(kind))


def _export_selected() -> rx.Component:
    state = ContactsState
    return rx.cond(
        state.is_all_selected,
        download_button("Export", href=state.export_link, icon_name="", compact=True),
        rx.el.form(
            rx.el.input(type="hidden", name="filter", value=state.export_filter),
            button("Export", compact=True, type="submit"),
            action="/exports/contacts.csv",
            method="post",
        ),
    )


def _table() -> rx.Component:
    state = ContactsState
    box = tick(state.is_page_selected, "Select this page", state.toggle_page)
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    allowed(_SELECTS, rx.el.th(box, scope="col", class_name="cell-check")),
                    _head("Name", "name"),
                    rx.foreach(state.columns, _column_head),
                    rx.el.th(columns_menu(), scope="col", class_name=styles.CELL_END),
                )
            ),
            rx.el.tbody(rx.foreach(state.rows, _row)),
            class_name=styles.TABLE,
        ),
        class_name=f"{styles.TABLE_FRAME} table-frame-wide",
        tab_index=0,
        role="group",
        aria_label="Table of contacts",
    )


def _head(title: str | rx.Var[str], by: str | rx.Var[str], class_name: str = "") -> rx.Component:
    sort = ContactsState.sort
    falling = rx.Var.create("-") + rx.Var.create(by).to(str)
    return rx.el.th(
        rx.el.button(
            title,
            rx.cond(sort == by, icon("arrow-up", size=12)),
            rx.cond(sort == falling, icon("arrow-down", size=12)),
            type="button",
            class_name="sort",
            on_click=ContactsState.sort_by(by),
        ),
        scope="col",
        class_name=class_name,
    )


def _column_head(column: ObjectVar[Column]) -> rx.Component:
    return rx.cond(
        column.is_shown,
        rx.cond(
            column.sort,
            _head(column.title, column.sort, class_name=styles.CELL_EXTRA),
            rx.el.th(column.title, scope="col", class_name=styles.CELL_EXTRA),
        ),
    )


def _row(row: ObjectVar[ContactRow]) -> rx.Component:
    box = tick(row.is_selected, "Select", ContactsState.toggle(row.id))
    edit = icon_button("pencil", "Edit", compact=True, on_click=ContactFormState.edit(row.id))
    return line_of(
        row,
        allowed(_SELECTS, rx.el.td(box, class_name="cell-check")),
        person_cell(
            row,
            rx.cond(row.is_opted_out, badge("Opted out", "warning")),
            rx.cond(row.is_disabled, badge("Disabled", "neutral")),
            to=row.link,
            line=rx.el.span(row.line, class_name=styles.ONLY_PHONE),
        ),
        rx.foreach(row.cells, _cell),
        rx.el.td(
            allowed(Permission.CONTACTS_EDIT, edit),
            class_name=f"{styles.CELL_END} row-actions",
        ),
    )


def _cell(cell: ObjectVar[Cell]) -> rx.Component:
    return rx.el.td(
        color_dot(cell.color),
        " ",
        cell.text,
        title=cell.text,
        class_name=f"{styles.CELL_EXTRA} {styles.TRUNCATE}",
        key=cell.id,
    )
