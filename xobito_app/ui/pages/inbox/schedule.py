"""The clock beside Send, and the messages of the thread that wait for their time."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.ui.components import (
    button,
    dialog,
    dialog_close,
    dialog_foot,
    popover,
    text_area,
    text_field,
)
from xobito_app.ui.pages.inbox.draft_state import DraftState
from xobito_app.ui.pages.inbox.entries import ScheduledRow
from xobito_app.ui.pages.inbox.preset_rows import PresetRow
from xobito_app.ui.pages.inbox.schedule_state import ScheduleState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def schedule_button() -> rx.Component:
    """Choose when the message goes out."""
    return popover(
        [icon("clock")],
        rx.el.p("Send later", class_name="popover-title"),
        rx.el.ul(rx.foreach(ScheduleState.presets, _preset), class_name="picker-list"),
        # No form: its submission would rise to the composer's, inside which this box stands.
        rx.el.div(
            rx.el.input(
                type="datetime-local",
                aria_label="Day and time",
                on_change=ScheduleState.note_own,
                class_name="input input-compact",
            ),
            button("Set", compact=True, on_click=ScheduleState.choose_own),
            class_name="inline-form",
        ),
        rx.el.p("Time zone: ", ScheduleState.zone, class_name="field-help"),
        rx.cond(
            ScheduleState.problem != "",
            rx.el.p(ScheduleState.problem, class_name="field-error", role="alert"),
        ),
        label="Send later",
        class_name="button button-ghost button-icon button-compact",
        align="end",
        open=ScheduleState.is_open,
        on_open_change=ScheduleState.set_open,
    )


def _preset(preset: ObjectVar[PresetRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.strong(preset.label),
            rx.el.span(preset.when),
            type="button",
            on_click=ScheduleState.choose(preset.value),
            class_name="picker-line picker-line-wide",
        ),
        key=preset.value,
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
                class_name="grow",
            ),
            rx.el.button(
                icon("x", size=13),
                type="button",
                aria_label="Send at once instead",
                on_click=DraftState.send_now,
                class_name="button button-ghost button-icon button-compact",
            ),
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
        rx.el.button(
            "Change",
            type="button",
            on_click=ScheduleState.change(row.id),
            class_name="link-button",
        ),
        rx.el.button(
            "Cancel",
            type="button",
            aria_label="Cancel this message",
            on_click=ScheduleState.cancel(row.id),
            class_name="link-button",
        ),
        key=row.id,
    )


def change_dialog() -> rx.Component:
    """Change the time, and of a plain text the words, of a scheduled message."""
    errors = ScheduleState.errors
    return dialog(
        "Scheduled message",
        rx.el.form(
            rx.cond(
                ScheduleState.has_body,
                text_area(
                    "Text",
                    name="body",
                    errors=errors,
                    default_value=ScheduleState.body,
                    max_length=5000,
                ),
            ),
            text_field(
                "Day and time",
                name="due_at",
                kind="datetime-local",
                errors=errors,
                default_value=ScheduleState.local,
                help=ScheduleState.zone,
            ),
            rx.cond(
                errors["form"] != "",
                rx.el.p(errors["form"], class_name="field-error", role="alert"),
            ),
            dialog_foot(dialog_close(), button("Save", weight="primary", type="submit")),
            on_submit=ScheduleState.save,
            class_name="form",
        ),
        open=ScheduleState.changing_id != "",
        on_open_change=ScheduleState.set_changing,
    )
