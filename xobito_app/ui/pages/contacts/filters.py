"""What narrows the list: segments, search, the filter box, chips; and which columns it has."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed, filter_in_force, search_box
from xobito_app.ui.components import (
    button,
    check_field,
    count,
    link_button,
    popover,
)
from xobito_app.ui.pages.contacts.filter_form import filter_form
from xobito_app.ui.pages.contacts.rows import Chip, Column, SegmentRow
from xobito_app.ui.pages.contacts.segment_state import SegmentState
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon


def segment_bar() -> rx.Component:
    """Return the saved filters with their counts; nothing while there are none."""
    state = ContactsState
    return rx.cond(
        state.segments,
        rx.el.nav(
            ReactRouterLink.create(
                "All",
                count(state.everybody, quiet=True),
                to="/contacts",
                class_name=styles.CHIP,
                aria_current=rx.cond((state.segment_id == "") & ~state.chips, "page", "false"),
            ),
            rx.foreach(state.segments, _segment),
            class_name=f"{styles.LINE} segment-bar",
            aria_label="Segments",
        ),
    )


def _segment(row: ObjectVar[SegmentRow]) -> rx.Component:
    return ReactRouterLink.create(
        row.name,
        rx.cond(
            row.is_open & ContactsState.is_segment_changed,
            count("changed", quiet=True),
            count(row.count, quiet=True),
        ),
        to=row.link,
        class_name=styles.CHIP,
        aria_current=rx.cond(row.is_open, "page", "false"),
        key=row.id,
    )


def filter_bar() -> rx.Component:
    """Return search and the box with all filters."""
    state = ContactsState
    return rx.el.div(
        search_box(state, "Search name, number, e-mail, company", id="page-search"),
        popover(
            [icon("list-filter"), "Filter"],
            filter_form(
                state,
                link_button("Clear", to="/contacts", weight="ghost", compact=True),
                verb="Show",
            ),
            label="Filter",
            class_name=styles.BUTTON_COMPACT,
            open=state.is_filtering,
            on_open_change=state.set_filtering,
        ),
        rx.cond(
            state.query.length() > 0,
            allowed(
                Permission.CONTACTS_EDIT,
                button(
                    rx.cond(
                        state.is_segment_changed,
                        "Save changes…",
                        rx.cond(state.segment_id, "Segment…", "Save as segment"),
                    ),
                    compact=True,
                    weight="ghost",
                    icon_name="bookmark",
                    on_click=SegmentState.write_new,
                ),
            ),
        ),
        class_name=styles.TOOLBAR,
    )


def chips() -> rx.Component:
    """Return the filters in force; each goes with one press."""
    state = ContactsState
    return rx.cond(
        state.chips,
        rx.el.div(
            rx.foreach(state.chips, _chip),
            rx.cond(
                state.is_segment_changed,
                button(
                    "Discard changes",
                    weight="ghost",
                    compact=True,
                    on_click=state.reopen_segment,
                ),
            ),
            button("Clear", weight="ghost", compact=True, on_click=state.clear_filters),
            rx.el.span(state.total, " found", class_name=f"{styles.MUTED} {styles.TABULAR}"),
            class_name=styles.TOOLBAR,
        ),
    )


def _chip(row: ObjectVar[Chip]) -> rx.Component:
    lift = ContactsState.narrow(row.name, "")
    return filter_in_force(row.text, on_remove=lift, key=row.name)


def columns_menu() -> rx.Component:
    """Return the button that chooses columns."""
    return popover(
        [icon("columns-3")],
        rx.el.div(
            rx.foreach(ContactsState.columns, _column_choice),
            class_name=f"{styles.STACK} column-choice",
        ),
        label="Choose columns",
        class_name=styles.ICON_BUTTON_COMPACT,
        align="end",
    )


def _column_choice(column: ObjectVar[Column]) -> rx.Component:
    return check_field(
        column.title,
        checked=column.is_shown,
        on_change=ContactsState.toggle_column(column.id),
        key=column.id,
    )
