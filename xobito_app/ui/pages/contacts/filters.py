"""What narrows the list: segments, search, the filter box, chips; and which columns it has."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ArrayVar
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.components import (
    button,
    check_field,
    chip,
    link_button,
    popover,
    search_field,
    select_field,
    text_field,
)
from xobito_app.ui.forms import COUNTRIES
from xobito_app.ui.pages.contacts.address import TYPES
from xobito_app.ui.pages.contacts.rows import Chip, Column, SegmentRow
from xobito_app.ui.pages.contacts.segment_state import SegmentState
from xobito_app.ui.pages.contacts.state import ContactsState
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.shell.state import ShellState
from xobito_app.ui.theme import icon

_YES_NO = (("", "Either"), ("yes", "Yes"), ("no", "No"))


def segment_bar() -> rx.Component:
    """Return the saved filters with their counts; nothing while there are none."""
    state = ContactsState
    return rx.cond(
        state.segments,
        rx.el.nav(
            ReactRouterLink.create(
                "Everybody",
                rx.el.span(state.everybody, class_name="segment-count"),
                to="/contacts",
                class_name="chip",
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
            rx.el.span("changed", class_name="segment-count"),
            rx.el.span(row.count, class_name="segment-count"),
        ),
        to=row.link,
        class_name="chip",
        aria_current=rx.cond(row.is_open, "page", "false"),
        key=row.id,
    )


def filter_bar() -> rx.Component:
    """Return search and the box with all filters."""
    state = ContactsState
    return rx.el.div(
        search_field(
            "Search name, number, e-mail, company",
            id="page-search",
            default_value=state.query.get("q", "").to(str),
            key=state.search_key.to_string(),
            on_change=state.search.debounce(250),
            max_length=100,
        ),
        popover(
            [icon("list-filter"), "Filter"],
            _filter_form(),
            label="Filter",
            class_name="button button-secondary button-compact",
            open=state.is_filtering,
            on_open_change=state.set_filtering,
        ),
        rx.cond(
            (state.chips | state.query.get("q", "").to(bool)).bool()
            & ShellState.can[Permission.CONTACTS_EDIT.value],
            button(
                rx.cond(
                    state.is_segment_changed,
                    "Save changes…",
                    rx.cond(state.segment_id, "Segment…", "Save as segment"),
                ),
                compact=True,
                weight="ghost",
                icon_name="bookmark",
                on_click=SegmentState.begin,
            ),
        ),
        class_name=styles.TOOLBAR,
    )


def _filter_form() -> rx.Component:
    state = ContactsState
    return rx.el.form(
        _one("Status", "status", rx.foreach(state.statuses, _option)),
        _one("Source", "source", rx.foreach(state.sources, _option)),
        _one("Group", "group", rx.foreach(state.groups, _option)),
        _one(
            "Assigned to",
            "assignee",
            rx.fragment(rx.el.option("Nobody", value="nobody"), rx.foreach(state.people, _option)),
        ),
        _one(
            "Type",
            "type",
            rx.fragment(*(rx.el.option(word, value=name) for name, word in TYPES.items())),
        ),
        _one(
            "Country",
            "country",
            rx.fragment(*(rx.el.option(name, value=code) for code, name in COUNTRIES)),
        ),
        rx.el.div(
            _answer("Opted out", "opted_out"),
            _answer("Has a number", "phone"),
            class_name=styles.FORM_ROW,
        ),
        rx.el.div(
            _date("Created from", "since"), _date("until", "until"), class_name=styles.FORM_ROW
        ),
        rx.foreach(state.own_fields, _own),
        rx.el.div(
            link_button("Clear", to="/contacts", weight="ghost", compact=True),
            button("Show", weight="primary", type="submit", compact=True),
            class_name="dialog-foot",
        ),
        on_submit=state.narrow_more,
        class_name=f"{styles.FORM} filter-form",
    )


def _value(name: str) -> rx.Var[str]:
    return ContactsState.query.get(name, "").to(str)


def _one(label: str, name: str, choices: rx.Component) -> rx.Component:
    return select_field(
        label,
        rx.fragment(
            rx.el.option("Any", value=""),
            rx.cond(
                ContactsState.unlisted.contains(name),
                rx.el.option(ContactsState.unlisted.get(name, "").to(str), value=_value(name)),
            ),
            choices,
        ),
        name=name,
        default_value=_value(name),
    )


def _answer(label: str, name: str) -> rx.Component:
    return select_field(label, _YES_NO, name=name, default_value=_value(name))


def _date(label: str, name: str) -> rx.Component:
    return text_field(label, name=name, kind="date", default_value=_value(name))


def _own(own: ArrayVar[tuple[str, str]]) -> rx.Component:
    return rx.el.label(
        rx.el.span(own[1], " contains", class_name=styles.FIELD_LABEL),
        rx.el.input(
            name=own[0],
            default_value=ContactsState.query.get(own[0], "").to(str),
            class_name=styles.INPUT,
        ),
        class_name=styles.FIELD,
        key=own[0],
    )


def _option(choice: ArrayVar[tuple[str, str]]) -> rx.Component:
    return rx.el.option(choice[1], value=choice[0], key=choice[0])


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
            link_button("Clear", to="/contacts", weight="ghost", compact=True),
            rx.el.span(state.total_words, " fit", class_name=f"{styles.MUTED} {styles.TABULAR}"),
            class_name=styles.TOOLBAR,
        ),
    )


def _chip(row: ObjectVar[Chip]) -> rx.Component:
    return chip(
        row.text,
        icon("x", size=12),
        on_click=ContactsState.narrow(row.name, ""),
        aria_label=rx.Var.create("Take away: ") + row.text.to(str),
        key=row.name,
    )


def columns_menu() -> rx.Component:
    """Return the button that chooses columns."""
    return popover(
        [icon("columns-3")],
        rx.el.div(
            rx.foreach(ContactsState.columns, _column_choice),
            class_name=f"{styles.STACK} column-choice",
        ),
        label="Choose columns",
        class_name="button button-ghost button-icon button-compact",
        align="end",
    )


def _column_choice(column: ObjectVar[Column]) -> rx.Component:
    return check_field(
        column.title,
        checked=column.is_shown,
        on_change=ContactsState.toggle_column(column.id),
        key=column.id,
    )
