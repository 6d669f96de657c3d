"""The box behind the funnel, and the chips that say how the list is narrowed."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import choice_options, filter_in_force, staged
from xobito_app.ui.components import popover, select_field, text_button
from xobito_app.ui.pages.inbox.filter_state import FilterChip, FilterState
from xobito_app.ui.pages.inbox.state import NARROWED, InboxListState
from xobito_app.ui.theme import icon


def filter_button() -> rx.Component:
    """Choose what the list is narrowed by; all wishes count together."""
    return popover(
        [icon("list-filter", size=14)],
        staged(
            FilterState,
            rx.el.div(
                *(_choice(part, name) for part, name in NARROWED.items()),
                class_name=styles.FORM,
            ),
            again=FilterState.set_open(True),
        ),
        label="Narrow the list",
        class_name=styles.ICON_BUTTON_COMPACT,
        align="end",
        open=FilterState.is_open,
        on_open_change=FilterState.set_open,
    )


def _choice(part: str, name: str) -> rx.Component:
    return select_field(
        name,
        choice_options(FilterState.choices[part], f"Any {name.lower()}"),
        name=part,
        value=InboxListState.narrowed[part],
        on_change=lambda value: FilterState.choose(part, value),
    )


def is_narrowed() -> rx.Var[bool]:
    """Tell whether the list shows less than its tab and status promise."""
    toggles = InboxListState.unread_only | InboxListState.closing_soon
    return (FilterState.chips.length() > 0) | toggles


def chips_in_force() -> rx.Component:
    """What narrows the list now, each to be lifted alone or all at once."""
    return rx.cond(
        is_narrowed(),
        rx.el.div(
            rx.foreach(FilterState.chips, _chip),
            text_button("Clear all", on_click=FilterState.clear),
            class_name="inbox-filters",
        ),
    )


def _chip(row: ObjectVar[FilterChip]) -> rx.Component:
    lift = FilterState.choose(row.part, "")
    return filter_in_force(row.words, on_remove=lift, key=row.part)
