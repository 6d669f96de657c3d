"""The bolt in the composer, and the list that opens after a slash."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import dom_ids
from xobito_app.ui.components import popover
from xobito_app.ui.pages.inbox.people import MemberRow
from xobito_app.ui.pages.inbox.shortcut_state import ShortcutRow, ShortcutState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.shell import ShellState
from xobito_app.ui.theme import icon


def shortcut_button() -> rx.Component:
    """Find a prepared answer or a macro."""
    return popover(
        [icon("zap")],
        rx.el.input(
            type="search",
            placeholder="Find a canned reply or macro",
            aria_label="Find a canned reply or macro",
            on_change=ShortcutState.find.debounce(120),
            class_name="input input-compact",
        ),
        rx.cond(
            ShortcutState.rows.length() > 0,
            rx.el.ul(rx.foreach(ShortcutState.rows, _line), class_name="picker-list"),
            rx.el.p("Nothing fits.", class_name="empty-text"),
        ),
        label="Canned replies and macros",
        class_name="button button-ghost button-icon button-compact",
        open=ShortcutState.is_open,
        on_open_change=ShortcutState.set_open,
    )


def slash_list() -> rx.Component:
    """What fits the letters after a slash; the script shows it and moves through it."""
    return rx.fragment(
        rx.cond(ShellState.can["canned_replies.view"], _slash()),
        rx.el.div(rx.foreach(ThreadState.members, _name), id=dom_ids.MENTION_NAMES, hidden=True),
        rx.el.input(
            type="hidden", id=dom_ids.COMPOSER_FILL, value=ShortcutState.fill, read_only=True
        ),
    )


def _slash() -> rx.Component:
    return rx.fragment(
        rx.el.input(
            id=dom_ids.SLASH_QUERY,
            default_value="",
            on_change=ShortcutState.find,
            tab_index=-1,
            aria_hidden="true",
            class_name="sr-only",
        ),
        rx.el.div(
            rx.cond(
                ShortcutState.rows.length() > 0,
                rx.el.ul(rx.foreach(ShortcutState.rows, _line), class_name="picker-list"),
                rx.el.p("No canned reply or macro fits.", class_name="empty-text"),
            ),
            id=dom_ids.SLASH_LIST,
            class_name="slash-list",
        ),
    )


def _line(row: ObjectVar[ShortcutRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.strong(rx.cond(row.is_macro, icon("wand-sparkles", size=12)), row.label),
            rx.el.span(row.preview),
            type="button",
            on_click=rx.cond(row.is_macro, ShortcutState.run(row.id), ShortcutState.use(row.id)),
            class_name="picker-line",
        ),
        key=row.id,
    )


def _name(member: ObjectVar[MemberRow]) -> rx.Component:
    return rx.el.span(member.name, key=member.id)
