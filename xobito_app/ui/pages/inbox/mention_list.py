"""The list of notes that call the person by name."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import loaded
from xobito_app.ui.components import count, empty_state, tab_name
from xobito_app.ui.pages.inbox.hit_line import hit_line
from xobito_app.ui.pages.inbox.mention_state import MentionRow, MentionState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def mention_tab() -> rx.Component:
    """The tab with an at sign, and how many mentions are new."""
    return tab_name(
        icon("at-sign", size=14),
        number=count(MentionState.count),
        title="Mentions",
        aria_label="Mentions",
        is_selected=MentionState.is_open,
        on_click=MentionState.show,
        id="mentions-tab",
    )


def mention_list() -> rx.Component:
    """What stands in place of the threads while mentions are shown."""
    return loaded(
        MentionState,
        rx.el.ul(rx.foreach(MentionState.rows, _line), class_name=styles.PEOPLE),
        (
            "empty",
            empty_state(
                "at-sign", "Nobody called you yet", "Notes with @ and your name are listed here."
            ),
        ),
        rows=8,
    )


def _line(row: ObjectVar[MentionRow]) -> rx.Component:
    return hit_line(
        key=row.id,
        initials=row.initials,
        tone=row.tone,
        name=row.name,
        when=row.when,
        words=row.words,
        mark=rx.cond(row.is_new, count("@")),
        on_click=ThreadState.open_hit(row.conversation_id, row.id),
        data_unread=row.is_new,
    )
