"""Where one answers: reply or note, files, voice, canned replies, templates."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui.components import button, dialog, dialog_foot, popover
from xobito_app.ui.pages.inbox.composer_state import (
    CannedRow,
    ComposerState,
    TemplateRow,
    VariableRow,
)
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def composer() -> rx.Component:
    """The foot of the thread: the form, or the reason why there is none."""
    header = ThreadState.header
    return rx.el.footer(
        rx.cond(
            header.can_reply,
            rx.fragment(
                _modes(),
                rx.cond(
                    header.has_window | (ComposerState.mode == "note"),
                    _form(),
                    _window_closed(),
                ),
            ),
            rx.el.p(icon("lock", size=14), header.why_not, class_name="composer-why"),
        ),
        _picker(),
        rx.el.input(type="hidden", id="composer-fill", value=ComposerState.fill, read_only=True),
        rx.el.button(id="thread-seen", type="button", hidden=True, on_click=ThreadState.seen),
        rx.el.button(id="thread-here", type="button", hidden=True, on_click=ThreadState.be_here),
        rx.el.button(
            id="composer-typing", type="button", hidden=True, on_click=ThreadState.type_here
        ),
        class_name="composer",
        data_mode=ComposerState.mode,
    )


def _modes() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            "Reply",
            id="composer-reply",
            type="button",
            aria_pressed=ComposerState.mode == "reply",
            on_click=ComposerState.write_reply,
            class_name="composer-mode",
        ),
        rx.el.button(
            icon("lock", size=12),
            "Note",
            id="composer-note",
            type="button",
            aria_pressed=ComposerState.mode == "note",
            on_click=ComposerState.write_note,
            class_name="composer-mode",
        ),
        class_name="composer-modes",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.cond(
            ComposerState.quoted_id != "",
            rx.el.div(
                icon("reply", size=13),
                rx.el.span(ComposerState.quoted_text, class_name="grow quote-text"),
                rx.el.button(
                    icon("x", size=13),
                    type="button",
                    aria_label="Do not answer this message",
                    on_click=ComposerState.drop_quote,
                    class_name="button button-ghost button-icon button-compact",
                ),
                class_name="composer-quote",
            ),
        ),
        rx.el.div(id="composer-file-list", class_name="file-list"),
        rx.el.textarea(
            id="composer-text",
            name="text",
            rows=1,
            max_length=4096,
            placeholder=rx.cond(
                ComposerState.mode == "note",
                "Write a note for the team",
                "Write a reply. Enter sends, Shift + Enter breaks the line",
            ),
            aria_label="Message",
            class_name="composer-text",
        ),
        rx.el.input(type="hidden", name="key", id="composer-key", default_value=""),
        rx.el.input(type="hidden", name="files", id="composer-files", default_value=""),
        rx.cond(
            ComposerState.problem != "",
            rx.el.p(ComposerState.problem, class_name="field-error", role="alert"),
        ),
        rx.el.div(
            _tools(),
            rx.el.span(class_name="grow"),
            rx.el.button(
                rx.cond(ComposerState.mode == "note", "Add note", "Send"),
                icon("send-horizontal", size=14),
                type="submit",
                class_name="button button-primary button-compact",
            ),
            class_name="composer-tools",
        ),
        on_submit=ComposerState.submit,
        id="composer-form",
        class_name="composer-form",
    )


def _tools() -> rx.Component:
    return rx.fragment(
        rx.el.label(
            icon("paperclip", size=16),
            rx.el.input(
                type="file",
                name="picker",
                id="composer-picker",
                multiple=True,
                class_name="sr-only",
            ),
            class_name="button button-ghost button-icon button-compact",
            title="Attach files",
            aria_label="Attach files",
        ),
        rx.el.button(
            icon("mic", size=16),
            type="button",
            id="composer-voice",
            title="Record a voice note",
            aria_label="Record a voice note",
            class_name="button button-ghost button-icon button-compact",
        ),
        _canned(),
        rx.el.button(
            icon("layout-template", size=16),
            type="button",
            title="Send a template",
            aria_label="Send a template",
            on_click=ComposerState.open_picker,
            class_name="button button-ghost button-icon button-compact",
        ),
    )


def _canned() -> rx.Component:
    return popover(
        [icon("zap")],
        rx.el.input(
            type="search",
            placeholder="Find a canned reply",
            aria_label="Find a canned reply",
            on_change=ComposerState.find_canned.debounce(120),
            class_name="input input-compact",
        ),
        rx.cond(
            ComposerState.canned.length() > 0,
            rx.el.ul(rx.foreach(ComposerState.canned, _canned_line), class_name="picker-list"),
            rx.el.p("No canned reply fits.", class_name="empty-text"),
        ),
        label="Canned replies",
        class_name="button button-ghost button-icon button-compact",
        open=ComposerState.canned_open,
        on_open_change=ComposerState.set_canned,
    )


def _canned_line(reply: ObjectVar[CannedRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.strong(reply.label),
            rx.el.span(reply.preview),
            type="button",
            on_click=ComposerState.use_canned(reply.id),
            class_name="picker-line",
        ),
        key=reply.id,
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
        rx.el.button(
            icon("layout-template", size=14),
            "Choose a template",
            type="button",
            on_click=ComposerState.open_picker,
            class_name="button button-primary button-compact",
        ),
        class_name="window-closed",
    )


def _picker() -> rx.Component:
    return dialog(
        "Send a template",
        rx.cond(ComposerState.chosen.id != "", _fill_in(), _choose()),
        line="Templates approved by WhatsApp may be sent at any time.",
        open=ComposerState.picker_open,
        on_open_change=ComposerState.set_picker,
    )


def _choose() -> rx.Component:
    return rx.el.div(
        rx.el.input(
            type="search",
            placeholder="Find a template",
            aria_label="Find a template",
            on_change=ComposerState.find_template.debounce(150),
            class_name="input",
        ),
        rx.cond(
            ComposerState.templates.length() > 0,
            rx.el.ul(rx.foreach(ComposerState.templates, _template), class_name="picker-list"),
            rx.el.p("No approved template fits.", class_name="empty-text"),
        ),
    )


def _template(template: ObjectVar[TemplateRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.strong(template.name),
                rx.el.span(template.language, class_name="badge"),
                rx.el.span(template.category, class_name="badge"),
                class_name="picker-top",
            ),
            rx.el.span(template.preview),
            type="button",
            on_click=ComposerState.choose(template.id),
            class_name="picker-line",
        ),
        key=template.id,
    )


def _fill_in() -> rx.Component:
    chosen = ComposerState.chosen
    return rx.el.form(
        rx.el.div(
            rx.el.div(
                rx.cond(chosen.header != "", rx.el.p(chosen.header, class_name="bubble-header")),
                rx.el.p(chosen.body, class_name="bubble-text"),
                rx.cond(chosen.footer != "", rx.el.p(chosen.footer, class_name="bubble-footer")),
                _chosen_buttons(),
                class_name="bubble",
            ),
            class_name="template-preview",
            data_side="out",
        ),
        rx.foreach(ComposerState.variables, _variable),
        rx.cond(
            ComposerState.problem != "",
            rx.el.p(ComposerState.problem, class_name="field-error", role="alert"),
        ),
        dialog_foot(
            button("Back", weight="secondary", on_click=ComposerState.open_picker),
            button("Send template", weight="primary", type="submit"),
        ),
        on_submit=ComposerState.send_template,
        class_name="form",
    )


def _chosen_buttons() -> rx.Component:
    titles = ComposerState.chosen_buttons
    return rx.cond(
        titles.length() > 0,
        rx.el.div(
            rx.foreach(titles, lambda title: rx.el.div(title, class_name="bubble-button")),
            class_name="bubble-buttons",
        ),
    )


def _variable(variable: ObjectVar[VariableRow]) -> rx.Component:
    return rx.el.label(
        rx.el.span(variable.label, class_name="field-label"),
        rx.el.input(
            name=variable.key,
            default_value=variable.value,
            placeholder=variable.example,
            max_length=1024,
            required=True,
            class_name="input",
        ),
        key=variable.key,
        class_name="field",
    )
