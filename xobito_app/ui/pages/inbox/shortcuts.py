"""The bolt in the composer, and the list that opens after a slash."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import allowed, staged
from xobito_app.ui.components import picker_line, picker_list, popover, search_field
from xobito_app.ui.pages.inbox.people import MemberRow
from xobito_app.ui.pages.inbox.shortcut_state import ShortcutRow, ShortcutState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def shortcut_button() -> rx.Component:
    """Find a prepared answer or a macro."""
    return popover(
        [icon("zap")],
        search_field("Find a canned reply or macro", on_change=ShortcutState.find.debounce(120)),
        _fitting(),
        label="Canned replies and macros",
        class_name=styles.ICON_BUTTON_COMPACT,
        open=ShortcutState.is_open,
        on_open_change=ShortcutState.set_open,
    )


def slash_list() -> rx.Component:
    """What fits the letters after a slash; the script shows it and moves through it."""
    return rx.fragment(
        allowed(Permission.CANNED_REPLIES_VIEW, _slash()),
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
            class_name=styles.SR_ONLY,
        ),
        rx.el.div(
            _fitting(),
            id=dom_ids.SLASH_LIST,
            class_name="slash-list",
        ),
    )


def _fitting() -> rx.Component:
    return staged(
        ShortcutState,
        picker_list(ShortcutState.rows, _line, empty="No canned reply or macro fits."),
        again=ShortcutState.find(""),
    )


def _line(row: ObjectVar[ShortcutRow]) -> rx.Component:
    return picker_line(
        rx.fragment(rx.cond(row.is_macro, icon("wand-sparkles", size=12)), row.label),
        rx.el.span(row.preview),
        on_click=rx.cond(row.is_macro, ShortcutState.run(row.id), ShortcutState.use(row.id)),
        key=row.id,
    )


def _name(member: ObjectVar[MemberRow]) -> rx.Component:
    return rx.el.span(member.name, key=member.id)
