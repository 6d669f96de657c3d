"""The middle pane: who it is with, what was said, and where one answers."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import Fields, can, form_dialog, staged
from xobito_app.ui.components import (
    avatar,
    button,
    dot,
    empty_state,
    icon_button,
    menu,
    menu_item,
    menu_label,
    menu_line,
    row_menu,
    skeleton_rows,
)
from xobito_app.ui.pages.inbox.bubbles import entry_line
from xobito_app.ui.pages.inbox.composer import composer
from xobito_app.ui.pages.inbox.composer_state import ComposerState
from xobito_app.ui.pages.inbox.entries import EntryRow
from xobito_app.ui.pages.inbox.people import MemberRow
from xobito_app.ui.pages.inbox.preset_rows import PresetRow
from xobito_app.ui.pages.inbox.schedule_state import ScheduledFormState, ScheduleState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.pages.inbox.work_state import SnoozeFormState, WorkState
from xobito_app.ui.theme import icon

REPLIES = can(Permission.INBOX_REPLY)
ASSIGNS = can(Permission.INBOX_ASSIGN)


def thread() -> rx.Component:
    """The open thread, or a word about why there is none."""
    return rx.el.section(
        rx.cond(
            ThreadState.is_open,
            rx.fragment(
                _head(), _entries(), composer(), _hidden_keys(), rx.cond(REPLIES, _snooze_dialog())
            ),
            rx.fragment(
                rx.cond(ThreadState.stage != "ready", _back()),
                staged(
                    ThreadState, _none(), ("lost", _lost()), again=ThreadState.open_again, rows=8
                ),
            ),
        ),
        rx.cond(REPLIES, _hidden_key(dom_ids.UNDO_WORK, "Undo", WorkState.undo)),
        rx.el.div(
            skeleton_rows(8), id=dom_ids.THREAD_OPENING, class_name="thread-opening", hidden=True
        ),
        class_name="inbox-thread",
        aria_label="Conversation",
        data_open=ThreadState.is_open,
        data_conversation=ThreadState.header.id,
        data_can_reply=ThreadState.header.can_reply,
    )


def _none() -> rx.Component:
    return empty_state(
        "messages-square",
        "Choose a conversation",
        "J and K move through the list, Enter opens.",
    )


def _lost() -> rx.Component:
    return empty_state(
        "eye-off",
        "This conversation is not on your screen any more",
        ThreadState.problem,
        role="status",
    )


def _head() -> rx.Component:
    header = ThreadState.header
    return rx.el.header(
        _back(),
        avatar(header.initials, header.tone),
        rx.el.div(
            rx.el.h2(header.name, class_name="thread-name"),
            rx.el.div(
                rx.cond(header.phone != "", rx.el.span(header.phone)),
                rx.cond(
                    header.snoozed != "",
                    rx.el.span(header.snoozed, class_name="snoozed-mark"),
                    _window(),
                ),
                rx.cond(
                    ThreadState.presence != "",
                    rx.el.span(ThreadState.presence, class_name="presence", role="status"),
                ),
                class_name="thread-meta",
            ),
            class_name="thread-title",
        ),
        rx.el.button(
            icon("panel-right"),
            type="button",
            aria_label="Show the contact",
            title="Show the contact (C)",
            class_name=f"{styles.ICON_BUTTON} panel-open",
            data_panel_toggle="",
        ),
        _assignee(),
        _more(),
        rx.cond(REPLIES, _close()),
        class_name="thread-head",
    )


def _back() -> rx.Component:
    """Return the way to the list, where only one of the two is seen."""
    leave = icon_button("arrow-left", "Back to the list", on_click=ThreadState.close_pane)
    return rx.el.div(leave, class_name="thread-back")


def _close() -> rx.Component:
    return rx.cond(
        ThreadState.header.is_open,
        _put("Close", "check", WorkState.close, dom_ids.CLOSE_THREAD),
        _put("Reopen", "rotate-ccw", WorkState.reopen, dom_ids.REOPEN_THREAD),
    )


def _put(verb: str, icon_name: str, on_click: Any, element_id: str) -> rx.Component:
    return button(
        rx.el.span(verb, class_name="wide-only"),
        icon_name=icon_name,
        compact=True,
        on_click=on_click,
        aria_label=f"{verb} this conversation",
        id=element_id,
    )


def _window() -> rx.Component:
    """Show how long free-form replies are still allowed; the browser counts down."""
    header = ThreadState.header
    return rx.el.span(
        dot(header.window_tone),
        rx.cond(
            header.has_window,
            rx.el.span(
                "Window ", rx.el.span("…", class_name="countdown", data_until=header.window_until)
            ),
            rx.el.span("Window closed"),
        ),
        class_name="window-mark",
        title="Free replies are allowed for 24 hours after the customer's last message.",
    )


def _assignee() -> rx.Component:
    header = ThreadState.header
    shown = [
        icon("user", size=14),
        rx.el.span(
            rx.cond(header.assignee != "", header.assignee, "Unassigned"), class_name="wide-only"
        ),
    ]
    return rx.cond(
        ASSIGNS,
        menu(
            shown,
            menu_item("Take it myself", on_select=ThreadState.take),
            menu_item("Nobody", on_select=ThreadState.assign("")),
            menu_line(),
            rx.foreach(ThreadState.members, _member),
            label="Assign this conversation",
            class_name=styles.BUTTON_COMPACT,
            id=dom_ids.ASSIGN_THREAD,
        ),
        rx.el.span(*shown, class_name="thread-assignee", title=header.assignee),
    )


def _member(member: ObjectVar[MemberRow]) -> rx.Component:
    return menu_item(member.name, on_select=ThreadState.assign(member.id), key=member.id)


def _more() -> rx.Component:
    return row_menu(
        rx.cond(
            REPLIES,
            rx.fragment(
                menu_label("Snooze"),
                rx.foreach(ThreadState.snoozes, _snooze),
                menu_item("Another time…", icon_name="clock", on_select=SnoozeFormState.write_new),
                menu_line(),
            ),
        ),
        menu_item("Mark as unread", icon_name="mail", on_select=ThreadState.mark_unread),
        menu_line(),
        menu_item("Save as a page", icon_name="file-down", on_select=_save_as("html")),
        menu_item("Save as a table", icon_name="sheet", on_select=_save_as("csv")),
    )


def _snooze(row: ObjectVar[PresetRow]) -> rx.Component:
    return menu_item(
        rx.fragment(row.label, rx.el.span(row.when, class_name="menu-hint")),
        on_select=WorkState.snooze(row.value),
        key=row.value,
    )


def _save_as(kind: str) -> Any:
    """Download the thread; the browser stays where it is, as the answer is an attachment."""
    address = rx.Var.create("/exports/conversations/") + ThreadState.header.id.to(str) + f".{kind}"
    return rx.call_script(rx.Var.create("window.location.assign('") + address + "')")


def _hidden_keys() -> rx.Component:
    """What single keys do beside pressing the buttons one sees."""
    return rx.fragment(
        rx.cond(
            REPLIES,
            _hidden_key(
                dom_ids.SNOOZE_THREAD, "Snooze until tomorrow", WorkState.snooze_until_tomorrow
            ),
        ),
        rx.cond(ASSIGNS, _hidden_key(dom_ids.TAKE_THREAD, "Take it myself", ThreadState.take)),
        _hidden_key(dom_ids.UNREAD_THREAD, "Mark as unread", ThreadState.mark_unread),
    )


def _snooze_dialog() -> rx.Component:
    """Ask until when the thread is put aside."""
    state, fields = SnoozeFormState, Fields(SnoozeFormState)
    return form_dialog(
        state,
        fields.text("Day and time", "due_at", kind="datetime-local", help=state.zone),
        new="Snooze until",
        line="It comes back then, or as soon as the customer writes.",
        verb="Snooze",
    )


def _hidden_key(element_id: str, label: str, on_click: Any) -> rx.Component:
    return rx.el.button(
        id=element_id, type="button", aria_label=label, hidden=True, on_click=on_click
    )


def _entries() -> rx.Component:
    return rx.el.div(
        rx.cond(
            ThreadState.cursor != "",
            button(
                "Show earlier messages",
                weight="ghost",
                compact=True,
                wide=True,
                on_click=ThreadState.load_older,
                id=dom_ids.LOAD_OLDER,
            ),
        ),
        rx.cond(
            ThreadState.older.length() > 0,
            rx.el.ol(rx.foreach(ThreadState.older, _line), class_name="entries"),
        ),
        rx.el.ol(
            rx.foreach(ThreadState.entries, _line),
            class_name="entries",
            aria_live="polite",
            id="entries",
        ),
        class_name="thread-scroll",
        id=dom_ids.THREAD_SCROLL,
        data_focus=ThreadState.focus_id,
    )


def _line(row: ObjectVar[EntryRow]) -> rx.Component:
    return entry_line(
        row,
        on_reply=ComposerState.quote(row.id),
        on_resend=ComposerState.resend(row.id),
        on_arrived=ComposerState.settle(row.id, True),
        on_lost=ComposerState.settle(row.id, False),
        on_change=ScheduledFormState.edit(row.id),
        on_cancel=ScheduleState.cancel(row.id),
        on_fetch=ThreadState.fetch_again(row.id),
    )
