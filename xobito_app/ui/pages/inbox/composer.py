"""Where one answers: reply or note, files, voice, canned replies, templates."""

from __future__ import annotations

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import allowed
from xobito_app.ui.components import button, chip, dot, icon_button, problem
from xobito_app.ui.pages.inbox.attach import attach_dialog, attach_menu
from xobito_app.ui.pages.inbox.composer_state import ComposerState
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.schedule import (
    change_dialog,
    due_line,
    schedule_button,
    scheduled_strip,
)
from xobito_app.ui.pages.inbox.shortcuts import shortcut_button, slash_list
from xobito_app.ui.pages.inbox.template_picker import template_picker
from xobito_app.ui.pages.inbox.template_state import PickerState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def composer() -> rx.Component:
    """The foot of the thread: the form, or the reason why there is none."""
    header = ThreadState.header
    return rx.el.footer(
        rx.cond(
            header.can_reply,
            rx.fragment(
                scheduled_strip(),
                _modes(),
                rx.cond(
                    header.has_window | (DraftState.mode == "note"),
                    _form(),
                    _window_closed(),
                ),
            ),
            rx.el.p(icon("lock", size=14), header.why_not, class_name="composer-why"),
        ),
        template_picker(),
        attach_dialog(),
        change_dialog(),
        _hidden_forms(),
        *(
            rx.el.button(id=element_id, type="button", hidden=True, on_click=handler)
            for element_id, handler in (
                (dom_ids.THREAD_SEEN, ThreadState.seen),
                (dom_ids.THREAD_HERE, ThreadState.be_here),
                (dom_ids.COMPOSER_TYPING, ThreadState.type_here),
            )
        ),
        class_name="composer",
        data_mode=DraftState.mode,
        id=dom_ids.COMPOSER,
    )


def _modes() -> rx.Component:
    return rx.el.div(
        chip(
            "Reply",
            id=dom_ids.COMPOSER_REPLY,
            aria_pressed=DraftState.mode == "reply",
            on_click=DraftState.write_reply,
        ),
        chip(
            icon("lock", size=12),
            "Note",
            id=dom_ids.COMPOSER_NOTE,
            aria_pressed=DraftState.mode == "note",
            on_click=DraftState.write_note,
        ),
        class_name="composer-modes",
    )


def _form() -> rx.Component:
    return rx.el.form(
        _quote(),
        rx.el.div(id=dom_ids.COMPOSER_FILE_LIST, class_name="file-list"),
        slash_list(),
        rx.el.textarea(
            id=dom_ids.COMPOSER_TEXT,
            name="text",
            rows=1,
            placeholder=rx.cond(
                DraftState.mode == "note",
                "Write a note for the team",
                rx.cond(
                    ThreadState.enter_sends,
                    "Write a reply. Enter sends, Shift + Enter breaks the line",
                    "Write a reply. Ctrl + Enter sends",
                ),
            ),
            aria_label="Message",
            class_name="composer-text",
            data_enter=rx.cond(ThreadState.enter_sends, "sends", "breaks"),
        ),
        rx.el.input(type="hidden", name="key", id=dom_ids.COMPOSER_KEY, default_value=""),
        rx.el.input(type="hidden", name="files", id=dom_ids.COMPOSER_FILES, default_value=""),
        problem(ComposerState.problem),
        due_line(),
        _voice_bar(),
        rx.el.div(
            _tools(),
            rx.el.span(class_name=styles.GROW),
            rx.el.span(id=dom_ids.COMPOSER_COUNT, class_name="composer-count", role="status"),
            rx.cond(DraftState.mode == "note", rx.fragment(), schedule_button()),
            button(
                rx.cond(
                    DraftState.mode == "note",
                    "Add note",
                    rx.cond(DraftState.due != "", "Schedule", "Send"),
                ).to(str),
                weight="primary",
                icon_name="send-horizontal",
                compact=True,
                type="submit",
            ),
            class_name="composer-tools",
        ),
        on_submit=ComposerState.submit,
        id=dom_ids.COMPOSER_FORM,
        class_name="composer-form",
    )


def _quote() -> rx.Component:
    return rx.cond(
        DraftState.quoted_id != "",
        rx.el.div(
            icon("reply", size=13),
            rx.el.span(DraftState.quoted_text, class_name=f"{styles.GROW} quote-text"),
            icon_button(
                "x", "Do not answer this message", compact=True, on_click=DraftState.drop_quote
            ),
            class_name="composer-quote",
        ),
    )


def _tools() -> rx.Component:
    return rx.fragment(
        rx.el.input(
            type="file",
            name="picker",
            id=dom_ids.COMPOSER_PICKER,
            multiple=True,
            tab_index=-1,
            aria_label="Files to attach",
            class_name=styles.SR_ONLY,
        ),
        rx.cond(DraftState.mode == "note", rx.fragment(), attach_menu()),
        icon_button("smile", "Emoji", compact=True, id=dom_ids.COMPOSER_EMOJI),
        rx.cond(
            DraftState.mode == "note",
            rx.fragment(),
            icon_button("mic", "Record a voice message", compact=True, id=dom_ids.COMPOSER_VOICE),
        ),
        allowed(Permission.CANNED_REPLIES_VIEW, shortcut_button()),
        icon_button(
            "layout-template",
            "Send a template",
            compact=True,
            on_click=PickerState.open_picker,
        ),
    )


def _voice_bar() -> rx.Component:
    """What takes the place of the tools while a voice message is recorded; the script fills it."""
    return rx.el.div(
        dot("danger"),
        rx.el.span("0:00", id=dom_ids.VOICE_TIME, class_name=styles.TABULAR, role="timer"),
        rx.el.span("Recording", id=dom_ids.VOICE_WORDS, class_name=styles.GROW),
        icon_button("trash-2", "Throw the recording away", compact=True, id=dom_ids.VOICE_CANCEL),
        button(
            "Send",
            weight="primary",
            icon_name="send-horizontal",
            compact=True,
            id=dom_ids.VOICE_SEND,
        ),
        id="voice-bar",
        class_name="voice-bar",
    )


def _hidden_forms() -> rx.Component:
    """What the script fills in and submits: a voice message, a reaction."""
    return rx.fragment(
        rx.el.form(
            rx.el.input(type="hidden", name="media_id", default_value=""),
            rx.el.input(type="hidden", name="key", default_value=""),
            on_submit=ComposerState.send_voice,
            id=dom_ids.VOICE_FORM,
            hidden=True,
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="message_id", default_value=""),
            rx.el.input(type="hidden", name="emoji", default_value=""),
            rx.el.input(type="hidden", name="key", default_value=""),
            on_submit=ComposerState.react,
            id=dom_ids.REACTION_FORM,
            hidden=True,
        ),
    )


def _window_closed() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            icon("clock-alert", size=16),
            rx.el.span(
                ThreadState.header.wrote_ago,
                " Send a template to start again.",
            ),
        ),
        button(
            "Choose a template",
            weight="primary",
            icon_name="layout-template",
            compact=True,
            on_click=PickerState.open_picker,
        ),
        class_name="window-closed",
    )
