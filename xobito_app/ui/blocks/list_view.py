"""How a list looks: its page, its filters, and what stands there while there are no rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.blocks.list_state import ListState, SelectionState
from xobito_app.ui.blocks.page_state import PageState, StagedState
from xobito_app.ui.components import (
    button,
    chip,
    empty_state,
    error_state,
    icon_button,
    menu,
    menu_item,
    page_body,
    page_header,
    search_field,
    skeleton_rows,
    table,
    text_button,
)
from xobito_app.ui.shell.frame import no_permission
from xobito_app.ui.theme import icon

Choices = Sequence[tuple[str, str]] | rx.Var[Sequence[tuple[str, str]]]
RowView = Callable[[Any], rx.Component]


def loaded(
    state: type[PageState], content: rx.Component, *more: tuple[str, rx.Component], rows: int = 6
) -> rx.Component:
    """Return a page's content, or what stands in its place; see `staged`."""
    forbidden = ("forbidden", no_permission())
    return staged(state, content, forbidden, *more, again=state.load, rows=rows)


def staged(
    state: type[StagedState],
    content: rx.Component,
    *more: tuple[str, rx.Component],
    again: Any,
    rows: int = 3,
) -> rx.Component:
    """Return the content of a page, a pane or a box, or what stands in its place.

    Args:
        state: Whose stage it is.
        content: What is shown once it is ready.
        more: Further stages and what is shown in them; also those that have a picture already.
        again: What reads it once more after it failed.
        rows: Grey lines while it loads.
    """
    pictures = {
        "ready": content,
        "failed": error_state(state.problem, again),
        "forbidden": empty_state("lock", "This is not part of your role", state.problem),
        **dict(more),
    }
    shown: Any = rx.match(state.stage, *pictures.items(), skeleton_rows(rows))
    return shown


def list_page(
    state: type[ListState],
    *dialogs: rx.Component,
    title: str,
    line: str | rx.Var[str] = "",
    primary: rx.Component | Sequence[rx.Component] = (),
    columns: Sequence[str],
    row: RowView,
    empty: rx.Component,
    filters: Sequence[rx.Component] = (),
    extra: Collection[str] = (),
    above: rx.Component | None = None,
) -> rx.Component:
    """Return a whole page around one list.

    Args:
        state: The list.
        dialogs: What opens above the page.
        title: What the page is called.
        line: What it is for.
        primary: Its actions, the most important one last.
        columns: The heads; an empty one stands over the rows' actions.
        row: Draws one row, as `line_of` makes it.
        empty: What stands there before the first row.
        filters: What narrows the list.
        extra: Columns that are left out on a phone.
        above: What stands between the title and the list.
    """
    actions = [primary] if isinstance(primary, rx.Component) else primary
    return page_body(
        page_header(title, *actions, line=line),
        *([above] if above else []),
        list_view(state, columns=columns, row=row, empty=empty, filters=filters, extra=extra),
        *dialogs,
    )


def list_view(
    state: type[ListState],
    *,
    columns: Sequence[str],
    row: RowView,
    empty: rx.Component,
    filters: Sequence[rx.Component] = (),
    extra: Collection[str] = (),
) -> rx.Component:
    """Return a list inside a page; see `list_page`."""
    return rx.el.div(
        *([toolbar(state, *filters)] if filters else []),
        loaded(
            state,
            rx.fragment(table(columns, rx.foreach(state.rows, row), extra=extra), list_foot(state)),
            ("empty", empty),
            ("filtered_empty", nothing_fits(state)),
        ),
    )


def toolbar(state: type[ListState], *filters: rx.Component) -> rx.Component:
    """Return what narrows a list, and the way back to everything."""
    return rx.cond(
        state.stage != "empty",
        rx.el.div(
            *filters,
            rx.cond(
                state.query.length() > 0,
                button("Clear", weight="ghost", compact=True, on_click=state.clear_filters),
            ),
            class_name=styles.TOOLBAR,
        ),
    )


def nothing_fits(state: type[ListState]) -> rx.Component:
    """Return what stands there when the filters let nothing through."""
    return empty_state(
        "search-x",
        "No matches",
        "Change the search, or remove a filter.",
        button("Clear filters", on_click=state.clear_filters),
    )


def list_foot(state: type[ListState]) -> rx.Component:
    """Return which rows are on the screen, and the ways to the windows beside."""
    return rx.el.div(
        rx.el.span(state.range_words, class_name=f"{styles.TABULAR} {styles.GROW}"),
        rx.cond(
            state.has_newer | state.has_older,
            rx.el.div(
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
                class_name=styles.LINE,
            ),
        ),
        class_name=styles.TABLE_FOOT,
    )


# Filters -----------------------------------------------------------------------------------


def search_box(state: type[ListState], placeholder: str, **props: Any) -> rx.Component:
    """Return the field that searches a list while one types."""
    return search_field(
        placeholder,
        default_value=state.query.get("q", "").to(str),
        key=state.search_key.to_string(),
        on_change=state.search.debounce(250),
        max_length=100,
        **props,
    )


def choice_options(choices: Choices, empty: str = "") -> rx.Component:
    """Return the options of a select; `empty` is the word for no choice."""
    first = [rx.el.option(empty, value="")] if empty else []
    if isinstance(choices, rx.Var):
        shown = [rx.foreach(choices, lambda c: rx.el.option(c[1], value=c[0], key=c[0]))]
    else:
        shown = [rx.el.option(words, value=value) for value, words in choices]
    return rx.fragment(*first, *shown)


def filter_select(state: type[ListState], name: str, label: str, choices: Choices) -> rx.Component:
    """Return a button that narrows a list by one of several values, and says by which."""
    value = state.query.get(name, "").to(str)

    def item(choice_value: Any, words: Any) -> rx.Component:
        return menu_item(
            rx.el.span(words, class_name=styles.GROW),
            rx.cond(value == choice_value, icon("check", size=14)),
            on_select=state.narrow(name, choice_value),
            key=choice_value,
        )

    if isinstance(choices, rx.Var):
        items: list[rx.Component] = [rx.foreach(choices, lambda c: item(c[0], c[1]))]
        chosen = rx.foreach(choices, lambda c: rx.cond(c[0] == value, rx.fragment(": ", c[1])))
    else:
        items = [item(key, words) for key, words in choices]
        said = [rx.cond(value == key, rx.fragment(": ", words)) for key, words in choices]
        chosen = rx.fragment(*said)
    return menu(
        [rx.el.span(label, chosen, class_name=styles.TRUNCATE), icon("chevron-down", size=14)],
        item("", "All"),
        *items,
        label=label,
        class_name=f"{styles.CHIP} chip-select",
        align="start",
        aria_pressed=rx.cond(value != "", "true", "false"),
    )


def filter_chips(
    state: type[ListState], name: str, choices: Sequence[tuple[str, str]]
) -> list[rx.Component]:
    """Return a chip for each of a few values; the first one stands for all."""
    return [
        chip(
            words,
            aria_pressed=rx.cond(state.query.get(name, "") == value, "true", "false"),
            on_click=state.narrow(name, value),
        )
        for value, words in choices
    ]


def filter_in_force(words: str | rx.Var[str], *, on_remove: Any, key: rx.Var[str]) -> rx.Component:
    """Return a chip that says by what a list is narrowed, and lifts that with one press."""
    return chip(
        words,
        icon("x", size=12),
        on_click=on_remove,
        aria_label=rx.Var.create("Remove filter: ") + rx.Var.create(words).to(str),
        aria_pressed="true",
        key=key,
    )


def filter_date(state: type[ListState], name: str, label: str) -> rx.Component:
    """Return the field that narrows a list by a day."""
    value = state.query.get(name, "").to(str)
    return rx.el.label(
        rx.el.span(label, class_name=styles.FIELD_HELP),
        rx.el.input(
            type="date",
            default_value=value,
            key=value,
            on_change=state.narrow(name).debounce(600),
            class_name=f"{styles.INPUT_COMPACT} filter",
        ),
        class_name=styles.LINE,
    )


# Selection ---------------------------------------------------------------------------------


def tick(checked: rx.Var[bool], label: str, on_change: Any, **marks: Any) -> rx.Component:
    """Return a box that shows its tick at once; `assets/lists.js` sets right what differs."""
    return rx.el.input(
        type="checkbox",
        default_checked=checked,
        aria_label=label,
        on_change=on_change,
        custom_attrs={"data-tick": checked.to_string(), **marks},
    )


def selection_bar(state: type[SelectionState], *actions: rx.Component) -> rx.Component:
    """Return what can be done with the selected rows; it floats, so the table stays where it is."""
    return rx.cond(
        state.selection_words != "",
        rx.el.div(
            rx.el.strong(state.selection_words, class_name=styles.TABULAR),
            rx.cond(
                state.is_page_selected
                & ~state.is_all_selected
                & (state.total > state.rows.length()),
                text_button(
                    rx.Var.create("Select all ") + state.total.to_string(),
                    on_click=state.select_all,
                ),
            ),
            *actions,
            icon_button("x", "Select nothing", compact=True, on_click=state.select_none),
            class_name="selection-bar",
            role="region",
            aria_label="Selection",
        ),
    )
