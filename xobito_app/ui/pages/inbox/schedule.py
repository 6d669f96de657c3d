"""The clock beside Send, and the messages of the thread that wait for their time."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import Fields, form_dialog, staged
from xobito_app.ui.components import (
    button,
    icon_button,
    picker_line,
    popover,
    problem,
    text_button,
)
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.entries import ScheduledRow
from xobito_app.ui.pages.inbox.preset_rows import PresetRow
from xobito_app.ui.pages.inbox.schedule_state import ScheduledFormState, ScheduleState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def schedule_button() -> rx.Component:
    """Choose when the message goes out."""
    return popover(
        [icon("clock")],
        rx.el.p("Send later", class_name="popover-title"),
        staged(
            ScheduleState,
            rx.el.ul(rx.foreach(ScheduleState.presets, _preset), class_name=styles.PICKER),
            again=ScheduleState.set_open(True),
        ),
        # No form: its submission would rise to the composer's, inside which this box stands.
        rx.el.div(
            rx.el.input(
                type="datetime-local",
                aria_label="Day and time",
                on_change=ScheduleState.note_own,
                class_name=styles.INPUT_COMPACT,
            ),
            button("Set", compact=True, on_click=ScheduleState.choose_own),
            class_name="inline-form",
        ),
        rx.el.p("Time zone: ", ScheduleState.zone, class_name=styles.FIELD_HELP),
        problem(ScheduleState.refused),
        label="Send later",
        class_name=styles.ICON_BUTTON_COMPACT,
        align="end",
        open=ScheduleState.is_open,
        on_open_change=ScheduleState.set_open,
    )


def _preset(preset: ObjectVar[PresetRow]) -> rx.Component:
    choose = ScheduleState.choose(preset.value)
    return picker_line(
        preset.label, rx.el.span(preset.when), on_click=choose, key=preset.value, is_wide=True
    )


def due_line() -> rx.Component:
    """Say that the message will wait, and whether WhatsApp will take it then."""
    return rx.cond(
        DraftState.due != "",
        rx.el.div(
            icon("clock", size=13),
            rx.el.span(
                "Will be sent ",
                DraftState.due,
                rx.cond(
                    DraftState.due_warning != "",
                    rx.el.span(DraftState.due_warning, class_name="due-warning", role="alert"),
                ),
                class_name=styles.GROW,
            ),
            icon_button("x", "Send at once instead", compact=True, on_click=DraftState.send_now),
            class_name="composer-due",
        ),
    )


def scheduled_strip() -> rx.Component:
    """List what waits for its time in the open thread, above the composer."""
    return rx.cond(
        ThreadState.scheduled.length() > 0,
        rx.el.details(
            rx.el.summary(
                icon("clock", size=13),
                ThreadState.scheduled.length(),
                " scheduled",
            ),
            rx.el.ul(rx.foreach(ThreadState.scheduled, _scheduled), class_name="scheduled-list"),
            class_name="scheduled-strip",
        ),
    )


def _scheduled(row: ObjectVar[ScheduledRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.when, class_name="scheduled-when"),
        rx.el.span(row.preview, class_name="scheduled-text"),
        text_button("Change", on_click=ScheduledFormState.edit(row.id)),
        text_button(
            "Cancel", aria_label="Cancel this message", on_click=ScheduleState.cancel(row.id)
        ),
        key=row.id,
    )


def change_dialog() -> rx.Component:
    """Change the time, and of a plain text the words, of a scheduled message."""
    state, fields = ScheduledFormState, Fields(ScheduledFormState)
    return form_dialog(
        state,
        rx.cond(state.has_body, fields.area("Text", "body", max_length=5000)),
        fields.text("Day and time", "due_at", kind="datetime-local", help=state.zone),
        new="Scheduled message",
    )
