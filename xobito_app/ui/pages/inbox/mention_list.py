"""The list of notes that call the person by name."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui.pages.inbox.hit_line import hit_line, hit_lines, pane_empty
from xobito_app.ui.pages.inbox.mention_state import MentionRow, MentionState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def mention_tab() -> rx.Component:
    """The tab with an at sign, and how many mentions are new."""
    return rx.el.button(
        icon("at-sign", size=14),
        rx.cond(
            MentionState.count != "", rx.el.span(MentionState.count, class_name="unread-badge")
        ),
        type="button",
        role="tab",
        title="Mentions",
        aria_label="Mentions",
        aria_selected=MentionState.is_open,
        on_click=MentionState.show,
        class_name="inbox-tab",
        id="mentions-tab",
    )


def mention_list() -> rx.Component:
    """What stands in place of the threads while mentions are shown."""
    return hit_lines(
        MentionState.rows,
        _line,
        empty=pane_empty(
            "at-sign", "Nobody called you yet.", "Notes with @ and your name are listed here."
        ),
    )


def _line(row: ObjectVar[MentionRow]) -> rx.Component:
    return hit_line(
        key=row.id,
        initials=row.initials,
        tone=rx.Var.create("tone-6"),
        name=row.name,
        when=row.when,
        words=row.words,
        mark=rx.cond(row.is_new, rx.el.span("@", class_name="unread-badge")),
        on_click=ThreadState.open_hit(row.conversation_id, row.id),
        data_unread=row.is_new,
    )
