"""Switching the second factor on and off, step by step."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.blocks import form
from xobito_app.ui.components import badge, button, note, shown_once, text_field
from xobito_app.ui.pages.account.state import CODES, KEY, PICTURE, AccountState, SecondFactorState

_SAVE_CODES = """
const link = document.createElement("a");
const codes = [...document.querySelectorAll("[data-code]")].map((code) => code.textContent);
link.href = URL.createObjectURL(new Blob([codes.join("\\n") + "\\n"], { type: "text/plain" }));
link.download = "xobito-recovery-codes.txt";
link.click();
"""


def second_factor() -> rx.Component:
    """Return the step the person is at."""
    step = rx.match(
        SecondFactorState.stage,
        ("on", _on()),
        ("confirm", _confirm()),
        ("codes", _codes()),
        ("end", _end()),
        _off(),
    )
    return rx.el.div(step, on_unmount=SecondFactorState.leave, class_name=styles.STACK)


def _off() -> rx.Component:
    return rx.el.div(
        badge("Off"),
        rx.el.div(class_name=styles.GROW),
        button("Switch on", icon_name="shield-check", on_click=SecondFactorState.begin),
        class_name=styles.LINE,
    )


def _on() -> rx.Component:
    return rx.el.div(
        badge("On", "success"),
        rx.el.span(AccountState.profile.codes_left, class_name=styles.FIELD_HELP),
        rx.el.div(class_name=styles.GROW),
        button("Switch off", on_click=SecondFactorState.ask_to_end),
        class_name=styles.LINE,
    )


def _confirm() -> rx.Component:
    return form(
        rx.el.p("1. Scan this with an authenticator app, or type the key into it."),
        rx.el.img(data_once=PICTURE, alt="QR code of the secret", class_name=styles.QR),
        shown_once(KEY, label="The secret"),
        rx.el.p("2. Type the six digits the app shows now."),
        text_field(
            "Code",
            name="code",
            errors=SecondFactorState.errors,
            auto_complete="one-time-code",
            input_mode="numeric",
            max_length=10,
        ),
        rx.el.div(
            button("Switch on", weight="primary", type="submit"),
            button("Cancel", weight="ghost", on_click=SecondFactorState.finish),
            class_name=styles.FORM_FOOT,
        ),
        on_submit=SecondFactorState.confirm,
    )


def _codes() -> rx.Component:
    return rx.fragment(
        note(
            "The second factor is on. Keep these recovery codes where your phone is not: each"
            " signs you in once, and they are never shown again.",
            "warning",
            icon_name="triangle-alert",
        ),
        rx.el.div(data_once=CODES, class_name=styles.CODES),
        rx.el.div(
            button("I have saved them", weight="primary", on_click=SecondFactorState.finish),
            button("Save as a file", icon_name="download", on_click=rx.call_script(_SAVE_CODES)),
            class_name=styles.FORM_FOOT,
        ),
    )


def _end() -> rx.Component:
    return form(
        text_field(
            "Your password",
            name="password",
            kind="password",
            errors=SecondFactorState.errors,
            help="Without a second factor your password alone signs in.",
            auto_complete="current-password",
        ),
        rx.el.div(
            button("Switch off", weight="danger", type="submit"),
            button("Cancel", weight="ghost", on_click=SecondFactorState.finish),
            class_name=styles.FORM_FOOT,
        ),
        on_submit=SecondFactorState.end,
    )
