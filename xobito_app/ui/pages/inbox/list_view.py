"""The left pane: lists with counts, search, filters, and the window of threads."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import dom_ids
from xobito_app.ui.components import skeleton_rows
from xobito_app.ui.pages.inbox.bubbles import tick
from xobito_app.ui.pages.inbox.filters import filter_button, filter_chips, is_narrowed
from xobito_app.ui.pages.inbox.hit_line import hit_line, hit_lines, pane_empty
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


def _tab(label: str, view: str, count: rx.Var[str]) -> rx.Component:
    return rx.el.button(
        label,
        rx.cond(count != "", rx.el.span(count, class_name="tab-count")),
        type="button",
        role="tab",
        aria_selected=(InboxListState.view == view) & ~MentionState.is_open,
        on_click=[MentionState.leave, InboxListState.show_view(view)],
        class_name="inbox-tab",
    )


def _tabs() -> rx.Component:
    counts = InboxListState.counts
    return rx.el.div(
        _tab("Mine", "mine", counts.mine),
        _tab("Unassigned", "unassigned", counts.unassigned),
        _tab("Team", "team", counts.team),
        _tab("All", "all", counts.all),
        mention_tab(),
        role="tablist",
        class_name="inbox-tabs",
    )


def _tools() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            icon("search", size=14),
            rx.el.input(
                type="search",
                id=dom_ids.INBOX_SEARCH,
                placeholder="Search messages and people",
                aria_label="Search messages and people",
                default_value=InboxListState.query,
                on_change=InboxListState.search.debounce(180),
                auto_complete="off",
                class_name="inbox-search-input",
            ),
            filter_button(),
            class_name="inbox-search",
        ),
        rx.el.div(
            _status("Open", "open"),
            _status("Snoozed", "snoozed"),
            _status("Closed", "closed"),
            _toggle("Unread", InboxListState.unread_only, InboxListState.toggle_unread),
            _toggle(
                "Closing soon", InboxListState.closing_soon, InboxListState.toggle_closing_soon
            ),
            class_name="inbox-filters",
        ),
        filter_chips(),
        class_name="inbox-tools",
    )


def _status(label: str, status: str) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        aria_pressed=InboxListState.status == status,
        on_click=InboxListState.show_status(status),
        class_name="chip",
    )


def _toggle(label: str, is_on: rx.Var[bool], on_click: Any) -> rx.Component:
    return rx.el.button(
        label, type="button", aria_pressed=is_on, on_click=on_click, class_name="chip"
    )


def _threads() -> rx.Component:
    return rx.cond(
        InboxListState.is_loaded,
        rx.cond(
            InboxListState.rows.length() > 0,
            rx.el.ul(
                rx.foreach(InboxListState.rows, _line),
                rx.cond(
                    InboxListState.cursor != "",
                    rx.el.li(
                        rx.el.button(
                            "Show older",
                            type="button",
                            on_click=InboxListState.load_more,
                            class_name="button button-ghost button-compact button-wide",
                        )
                    ),
                ),
                class_name="thread-rows",
                id=dom_ids.THREAD_ROWS,
            ),
            _empty(),
        ),
        skeleton_rows(8),
    )


def _empty() -> rx.Component:
    return pane_empty(
        "inbox",
        "Nothing here.",
        rx.cond(
            is_narrowed(),
            "No chat fits these filters.",
            rx.match(
                InboxListState.status,
                ("closed", "Closed chats are kept here."),
                ("snoozed", "Chats you put aside wait here."),
                "New messages from customers appear here by themselves.",
            ),
        ),
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
        rx.el.button(
            rx.el.span(
                line.initials, class_name="avatar row-avatar " + line.tone, aria_hidden="true"
            ),
            rx.el.span(
                rx.el.span(
                    rx.el.span(line.name, class_name="row-name"),
                    rx.el.span(line.when, class_name="row-when"),
                    class_name="row-top",
                ),
                rx.el.span(
                    rx.cond(line.is_ours, tick(line.tick)),
                    rx.match(
                        line.icon,
                        *((name, icon(name, size=13)) for name in KIND_ICONS),
                        rx.fragment(),
                    ),
                    rx.el.span(line.preview, class_name="row-preview"),
                    rx.cond(
                        line.has_assignee,
                        rx.el.span(
                            rx.cond(
                                line.assignee_photo != "",
                                rx.el.img(src=line.assignee_photo, alt="", loading="lazy"),
                                line.assignee_initials,
                            ),
                            class_name="avatar avatar-small tone-6",
                            title=line.assignee,
                        ),
                    ),
                    rx.cond(line.has_unread, rx.el.span(line.unread, class_name="unread-badge")),
                    class_name="row-bottom",
                ),
                class_name="row-text",
            ),
            type="button",
            on_click=on_open,
            class_name="thread-button",
            aria_current=line.is_selected,
        ),
        rest,
        class_name="thread-row",
        data_window=line.window,
        data_unread=line.has_unread,
        data_id=line.id,
    )


def _results() -> rx.Component:
    return hit_lines(
        InboxListState.hits,
        _hit,
        empty=pane_empty("search-x", "Nothing found.", "Try fewer or other words."),
    )


def _hit(hit: ObjectVar[HitRow]) -> rx.Component:
    return hit_line(
        key=hit.key,
        initials=hit.initials,
        tone=hit.tone.to(str),
        name=rx.fragment(rx.foreach(hit.name, _words)),
        when=hit.when,
        words=rx.fragment(rx.foreach(hit.excerpt, _words)),
        on_click=ThreadState.open_hit(hit.conversation_id, hit.message_id),
    )


def _words(piece: ObjectVar[Words]) -> rx.Component:
    return rx.cond(piece.is_hit, rx.el.mark(piece.text), rx.fragment(piece.text))
