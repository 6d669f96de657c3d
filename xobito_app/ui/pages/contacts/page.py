"""The list of contacts: segments, filters, the table, and what is done with a selection."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.components import (
    avatar,
    badge,
    button,
    empty_state,
    error_state,
    icon_button,
    link_button,
    menu,
    menu_item,
    menu_line,
    page_body,
    page_header,
    skeleton_rows,
)
from xobito_app.ui.pages.contacts.bulk_state import BulkState
from xobito_app.ui.pages.contacts.dialogs import bulk_dialog, segment_dialog
from xobito_app.ui.pages.contacts.filters import chips, columns_menu, filter_bar, segment_bar
from xobito_app.ui.pages.contacts.form import contact_form
from xobito_app.ui.pages.contacts.form_state import ContactFormState
from xobito_app.ui.pages.contacts.rows import Cell, Column, ContactRow, JobRow
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.shell.state import ShellState
from xobito_app.ui.theme import icon


def contacts() -> rx.Component:
    """Return the whole page."""
    state = ContactsState
    return page_body(
        page_header("Contacts", _more(), _new_button(), line=_line()),
        rx.match(
            state.stage,
            ("ready", _content()),
            ("failed", error_state(state.problem, state.load)),
            skeleton_rows(10),
        ),
        contact_form(),
        bulk_dialog(),
        segment_dialog(),
    )


def _line() -> rx.Var[str]:
    return rx.cond(
        ContactsState.stage == "ready", ContactsState.everybody + " in the address book", ""
    ).to(str)


def _new_button() -> rx.Component:
    return rx.cond(
        ShellState.can[Permission.CONTACTS_CREATE.value],
        button(
            "New contact",
            weight="primary",
            icon_name="plus",
            on_click=ContactFormState.write_new,
        ),
    )


def _more() -> rx.Component:
    can = ShellState.can
    return menu(
        [icon("ellipsis")],
        rx.cond(
            can[Permission.CONTACTS_IMPORT.value],
            menu_item(
                "Import a file", icon_name="upload", on_select=rx.redirect("/contacts/import")
            ),
        ),
        rx.cond(
            can[Permission.CONTACTS_EXPORT.value],
            menu_item(
                "Export this list",
                icon_name="download",
                on_select=rx.redirect(ContactsState.export_link, is_external=True),
            ),
        ),
        menu_item(
            "Find duplicates", icon_name="copy", on_select=rx.redirect("/contacts/duplicates")
        ),
        menu_item(
            "Statuses, sources, groups, fields",
            icon_name="tags",
            on_select=rx.redirect("/contacts/labels"),
        ),
        label="More about contacts",
    )


def _content() -> rx.Component:
    state = ContactsState
    return rx.el.div(
        segment_bar(),
        filter_bar(),
        chips(),
        rx.foreach(state.jobs, _job),
        rx.cond(state.selection_words, _selection()),
        rx.cond(
            state.rows,
            rx.fragment(_table(), _foot()),
            rx.cond(
                state.everybody == "0",
                empty_state(
                    "contact",
                    "Everybody who writes to you comes here by themselves",
                    "You can also add people by hand, or bring a file with thousands of them.",
                    rx.cond(
                        ShellState.can[Permission.CONTACTS_IMPORT.value],
                        link_button("Import a file", to="/contacts/import", icon_name="upload"),
                    ),
                ),
                empty_state(
                    "search-x",
                    "Nobody fits",
                    "Change the search, or take a filter away.",
                    link_button("Show everybody", to="/contacts"),
                ),
            ),
        ),
    )


def _job(row: ObjectVar[JobRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.strong(row.title),
            rx.el.span(row.line, class_name=f"{styles.MUTED} {styles.TABULAR}"),
            class_name=f"{styles.LINE} {styles.GROW}",
        ),
        rx.el.progress(value=row.percent.to(str), max="100", aria_label=row.title),
        rx.cond(row.is_open, button("Stop", compact=True, on_click=BulkState.stop(row.id))),
        class_name="job-line",
        role="status",
        key=row.id,
    )


def _selection() -> rx.Component:
    state, can = ContactsState, ShellState.can
    edits = can[Permission.CONTACTS_EDIT.value]
    return rx.el.div(
        rx.el.strong(state.selection_words, class_name=styles.TABULAR),
        rx.cond(
            state.is_page_selected & ~state.is_all_selected & (state.total > state.rows.length()),
            rx.el.button(
                "Select all ",
                state.total_words,
                type="button",
                class_name=styles.LINK,
                on_click=state.select_all,
            ),
        ),
        rx.el.span(class_name=styles.GROW),
        rx.cond(
            edits,
            menu(
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
                class_name="button button-secondary button-compact",
            ),
        ),
        rx.cond(can[Permission.CONTACTS_EXPORT.value], _export_selected()),
        rx.cond(
            can[Permission.CONTACTS_DELETE.value],
            button("Delete", weight="danger", compact=True, on_click=BulkState.ask("delete")),
        ),
        icon_button("x", "Select nothing", compact=True, on_click=state.select_none),
        class_name="selection-bar",
        role="region",
        aria_label="Selected contacts",
    )


def _action(kind: str, label: str, icon_name: str) -> rx.Component:
    return menu_item(label, icon_name=icon_name, on_select=BulkState.ask(kind))


def _export_selected() -> rx.Component:
    state = ContactsState
    return rx.cond(
        state.is_all_selected,
        rx.el.a(
            "Export",
            href=state.export_link,
            download="",
            class_name="button button-secondary button-compact",
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="filter", value=state.export_filter),
            button("Export", compact=True, type="submit"),
            action="/exports/contacts.csv",
            method="post",
        ),
    )


def _table() -> rx.Component:
    state = ContactsState
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(
                        _box(state.is_page_selected, "Select this page", state.toggle_page),
                        scope="col",
                        class_name="cell-check",
                    ),
                    _head("Name", "name"),
                    rx.foreach(state.columns, _column_head),
                    rx.el.th(columns_menu(), scope="col", class_name=styles.CELL_END),
                )
            ),
            rx.el.tbody(rx.foreach(state.rows, _row)),
            class_name=styles.TABLE,
        ),
        class_name=f"{styles.TABLE_FRAME} contacts-table",
    )


def _box(checked: rx.Var[bool], label: str, on_change: Any) -> rx.Component:
    return rx.el.input(
        type="checkbox", checked=checked, aria_label=label, on_change=rx.noop(), on_click=on_change
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
    return rx.el.tr(
        rx.el.td(
            _box(row.is_selected, "Select", ContactsState.toggle(row.id)), class_name="cell-check"
        ),
        rx.el.td(
            rx.el.div(
                avatar(row.initials, row.tone, size="small"),
                rx.el.div(
                    ReactRouterLink.create(row.name, to=row.link, class_name=styles.CELL_MAIN),
                    rx.el.div(row.line, class_name=f"{styles.ROW_LINE} {styles.ONLY_PHONE}"),
                ),
                rx.cond(row.is_opted_out, badge("Opted out", "warning")),
                rx.cond(row.is_disabled, badge("Off", "neutral")),
                class_name=styles.CELL_PERSON,
            )
        ),
        rx.foreach(row.cells, _cell),
        rx.el.td(
            rx.cond(
                ShellState.can[Permission.CONTACTS_EDIT.value],
                icon_button(
                    "pencil", "Change", compact=True, on_click=ContactFormState.edit(row.id)
                ),
            ),
            class_name=f"{styles.CELL_END} row-actions",
        ),
        key=row.id,
        aria_selected=row.is_selected,
    )


def _cell(cell: ObjectVar[Cell]) -> rx.Component:
    return rx.el.td(
        rx.cond(
            cell.color,
            rx.el.span(class_name="status-dot", style={"background": cell.color}),
        ),
        cell.text,
        class_name=f"{styles.CELL_EXTRA} {styles.TRUNCATE} contact-cell",
        key=cell.id,
    )


def _foot() -> rx.Component:
    state = ContactsState
    return rx.el.div(
        rx.el.span(state.range, class_name=f"{styles.MUTED} {styles.TABULAR} {styles.GROW}"),
        button(
            "Previous",
            compact=True,
            icon_name="chevron-left",
            disabled=~state.has_newer,
            on_click=state.newer,
        ),
        button(
            "Next",
            compact=True,
            icon_name="chevron-right",
            disabled=~state.has_older,
            on_click=state.older,
        ),
        class_name=styles.TABLE_FOOT,
    )
