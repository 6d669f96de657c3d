"""The box behind the funnel, and the chips that say how the list is narrowed."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar

from xobito_app.ui.components import popover
from xobito_app.ui.pages.inbox.filter_state import FilterChip, FilterState, OptionRow
from xobito_app.ui.pages.inbox.state import NARROWED, InboxListState
from xobito_app.ui.theme import icon


def filter_button() -> rx.Component:
    """Choose what the list is narrowed by; all wishes count together."""
    return popover(
        [icon("list-filter", size=14)],
        _choice("number", "Any number", FilterState.numbers),
        _choice("group", "Any group", FilterState.groups),
        _choice("status", "Any status", FilterState.statuses),
        _choice("source", "Any source", FilterState.sources),
        label="Narrow the list",
        class_name="button button-ghost button-icon button-compact",
        align="end",
        open=FilterState.is_open,
        on_open_change=FilterState.set_open,
    )


def _choice(part: str, anything: str, options: ArrayVar[Sequence[OptionRow]]) -> rx.Component:
    return rx.el.label(
        rx.el.span(NARROWED[part], class_name="field-label"),
        rx.el.select(
            rx.el.option(anything, value=""),
            rx.foreach(options, _option),
            value=InboxListState.narrowed[part],
            on_change=lambda value: FilterState.choose(part, value),
            class_name="input input-compact",
        ),
        class_name="field",
    )


def _option(option: ObjectVar[OptionRow]) -> rx.Component:
    return rx.el.option(option.name, value=option.id, key=option.id)


def is_narrowed() -> rx.Var[bool]:
    """Tell whether the list shows less than its tab and status promise."""
    toggles = InboxListState.unread_only | InboxListState.closing_soon
    return (FilterState.chips.length() > 0) | toggles


def filter_chips() -> rx.Component:
    """What narrows the list now, each to be lifted alone or all at once."""
    return rx.cond(
        is_narrowed(),
        rx.el.div(
            rx.foreach(FilterState.chips, _chip),
            rx.el.button(
                "Clear all", type="button", on_click=FilterState.clear, class_name="link-button"
            ),
            class_name="inbox-filters",
        ),
    )


def _chip(chip: ObjectVar[FilterChip]) -> rx.Component:
    return rx.el.button(
        chip.words,
        icon("x", size=11),
        type="button",
        title="Lift this filter",
        aria_pressed=True,
        on_click=FilterState.choose(chip.part, ""),
        key=chip.part,
        class_name="chip",
    )
