"""The left pane: lists with counts, search, filters, and the window of threads."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import loaded
from xobito_app.ui.components import (
    avatar,
    button,
    chip,
    count,
    empty_state,
    person_button,
    search_field,
    tab_name,
    tab_strip,
)
from xobito_app.ui.components.pickers import person_words
from xobito_app.ui.pages.inbox.bubbles import tick
from xobito_app.ui.pages.inbox.filters import chips_in_force, filter_button, is_narrowed
from xobito_app.ui.pages.inbox.hit_line import hit_line
from xobito_app.ui.pages.inbox.mention_list import mention_list, mention_tab
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.rows import KIND_ICONS, ThreadRow
from xobito_app.ui.pages.inbox.state import HitRow, InboxListState, Words
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def conversation_list() -> rx.Component:
    """Everything that stands left of the open thread."""
    return rx.el.section(
        _tabs(),
        _tools(),
        rx.cond(
            MentionState.is_open & ~InboxListState.is_searching,
            mention_list(),
            rx.cond(InboxListState.is_searching, _results(), _threads()),
        ),
        class_name="inbox-list",
        aria_label="Conversations",
    )


def _tab(label: str, view: str, number: rx.Var[str]) -> rx.Component:
    return tab_name(
        label,
        number=count(number, quiet=True),
        is_selected=(InboxListState.view == view) & ~MentionState.is_open,
        on_click=[MentionState.leave, InboxListState.show_view(view)],
    )


def _tabs() -> rx.Component:
    counts = InboxListState.counts
    return tab_strip(
        _tab("Mine", "mine", counts.mine),
        _tab("Unassigned", "unassigned", counts.unassigned),
        _tab("Team", "team", counts.team),
        _tab("All", "all", counts.all),
        mention_tab(),
        label="Lists",
    )


def _tools() -> rx.Component:
    state = InboxListState
    return rx.el.div(
        rx.el.div(
            search_field(
                "Search messages and people",
                id=dom_ids.INBOX_SEARCH,
                default_value=state.query,
                on_change=state.search.debounce(180),
                auto_complete="off",
            ),
            filter_button(),
            class_name=styles.LINE,
        ),
        rx.el.div(
            _status("Open", "open"),
            _status("Snoozed", "snoozed"),
            _status("Closed", "closed"),
            chip("Unread", aria_pressed=state.unread_only, on_click=state.toggle_unread),
            chip(
                "Closing soon", aria_pressed=state.closing_soon, on_click=state.toggle_closing_soon
            ),
            class_name="inbox-filters",
        ),
        chips_in_force(),
        class_name="inbox-tools",
    )


def _status(label: str, status: str) -> rx.Component:
    return chip(
        label,
        aria_pressed=InboxListState.status == status,
        on_click=InboxListState.show_status(status),
    )


def _threads() -> rx.Component:
    state = InboxListState
    older = button("Show older", weight="ghost", compact=True, wide=True, on_click=state.load_more)
    return loaded(
        state,
        rx.cond(
            state.rows.length() > 0,
            rx.el.ul(
                rx.foreach(state.rows, _line),
                rx.cond(state.cursor != "", rx.el.li(older)),
                class_name=styles.PEOPLE,
                id=dom_ids.THREAD_ROWS,
            ),
            _empty(),
        ),
        rows=8,
    )


def _empty() -> rx.Component:
    return empty_state(
        "inbox",
        "Nothing here",
        rx.cond(
            is_narrowed(),
            "No chat fits these filters.",
            rx.match(
                InboxListState.status,
                ("closed", "Closed chats are kept here."),
                ("snoozed", "Chats you put aside wait here."),
                "New messages from customers appear here by themselves.",
            ),
        ).to(str),
    )


def _line(row: ObjectVar[ThreadRow]) -> rx.Component:
    return thread_row(row=row, on_open=ThreadState.open_conversation(row.id), key=row.key)


@rx.memo
def thread_row(
    rest: rx.RestProp, *, row: rx.Var[ThreadRow], on_open: rx.EventHandler
) -> rx.Component:
    """One thread of the list."""
    line = row.to(ThreadRow)
    return rx.el.li(
        person_button(
            avatar(line.initials, line.tone, size="medium"),
            line.name,
            rx.cond(line.is_ours, tick(line.tick)),
            rx.match(
                line.icon, *((name, icon(name, size=13)) for name in KIND_ICONS), rx.fragment()
            ),
            person_words(line.preview),
            rx.cond(line.has_assignee, _assignee(line)),
            count(line.unread),
            when=line.when,
            on_click=on_open,
            aria_current=line.is_selected,
        ),
        rest,
        class_name="thread-row",
        data_window=line.window,
        data_unread=line.has_unread,
        data_id=line.id,
    )


def _assignee(line: ObjectVar[ThreadRow]) -> rx.Component:
    return rx.fragment(
        avatar(
            line.assignee_initials,
            6,
            size="small",
            photo=line.assignee_photo,
            title=line.assignee,
        ),
        rx.el.span("Assigned to ", line.assignee, class_name=styles.SR_ONLY),
    )


def _results() -> rx.Component:
    return rx.cond(
        InboxListState.hits.length() > 0,
        rx.el.ul(rx.foreach(InboxListState.hits, _hit), class_name=styles.PEOPLE),
        empty_state("search-x", "Nothing found", "Try fewer or other words."),
    )


def _hit(hit: ObjectVar[HitRow]) -> rx.Component:
    return hit_line(
        key=hit.key,
        initials=hit.initials,
        tone=hit.tone,
        name=rx.fragment(rx.foreach(hit.name, _words)),
        when=hit.when,
        words=rx.fragment(rx.foreach(hit.excerpt, _words)),
        on_click=ThreadState.open_hit(hit.conversation_id, hit.message_id),
    )


def _words(piece: ObjectVar[Words]) -> rx.Component:
    return rx.cond(piece.is_hit, rx.el.mark(piece.text), rx.fragment(piece.text))
