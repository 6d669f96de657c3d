"""The Connect page: simulator, by hand, or Login with Facebook."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import form
from xobito_app.ui.components import (
    button,
    card,
    copyable,
    field,
    link_button,
    note,
    page_body,
    page_header,
    problem,
    text_field,
)
from xobito_app.ui.pages.connect.signup import signup_script
from xobito_app.ui.pages.connect.state import ConnectState, StepRow
from xobito_app.ui.theme import icon

_HELP = {
    "waba_id": "Meta Business Suite → WhatsApp accounts → your account → Account id.",
    "phone_number_id": "App dashboard → WhatsApp → API setup → below “From”. Not the number.",
    "app_id": "App dashboard, at the top of every page.",
    "app_secret": "App dashboard → App settings → Basic → App secret → Show.",
    "access_token": "Business settings → System users → Generate token, never expiring, with "
    "whatsapp_business_messaging and whatsapp_business_management.",
    "verify_token": "Any word. Left empty, one is generated and registered with Meta.",
}


def connect() -> rx.Component:
    """Return the whole page."""
    return page_body(
        page_header(
            "Connect WhatsApp",
            link_button("Numbers", to="/numbers", icon_name="smartphone"),
            line="Either way, the token is checked, webhooks are registered, "
            "numbers and templates are synced.",
        ),
        rx.el.div(
            _way("simulator", "flask-conical", "Simulator", "Try everything on this machine."),
            _way("manual", "key-round", "By hand", "With the ids and secrets of your own app."),
            rx.cond(
                ConnectState.has_facebook,
                _way("facebook", "log-in", "Login with Facebook", "Meta guides you through it."),
            ),
            class_name="ways",
            role="group",
            aria_label="Ways to connect",
        ),
        rx.cond(
            ConnectState.connected,
            _done(),
            rx.match(
                ConnectState.way,
                ("manual", _manual()),
                ("facebook", _facebook()),
                _simulator(),
            ),
        ),
        narrow=True,
    )


def _way(name: str, icon_name: str, title: str, line: str) -> rx.Component:
    return rx.el.button(
        icon(icon_name, size=20),
        rx.el.span(
            rx.el.span(title, class_name=styles.CARD_TITLE),
            rx.el.span(line, class_name=styles.CARD_NOTE),
            class_name="way-words",
        ),
        type="button",
        class_name="way",
        aria_pressed=rx.cond(ConnectState.way == name, "true", "false"),
        disabled=ConnectState.is_busy,
        on_click=ConnectState.choose_way(name),
    )


def _done() -> rx.Component:
    return card(
        rx.el.div(
            _progress(),
            note(
                rx.Var.create("Connected: ") + ConnectState.connected,
                "success",
                icon_name="circle-check",
                role="status",
            ),
            rx.el.div(
                link_button("Open the inbox", to="/inbox", weight="primary"),
                link_button("View numbers", to="/numbers"),
                class_name=styles.LINE,
            ),
            class_name=styles.CARD_BODY + " " + styles.STACK,
        )
    )


def _simulator() -> rx.Component:
    return card(
        rx.el.div(
            rx.el.p(
                "A stand-in for Meta that runs beside Xobito: you play the customers on a phone "
                "in the browser, nothing leaves this machine."
            ),
            rx.cond(ConnectState.refusal, note(ConnectState.refusal, "warning", icon_name="lock")),
            problem(ConnectState.problem),
            _progress(),
            rx.el.div(
                button(
                    "Start the simulator",
                    weight="primary",
                    icon_name="play",
                    busy=ConnectState.is_busy,
                    disabled=ConnectState.refusal != "",
                    on_click=ConnectState.connect_simulator,
                )
            ),
            class_name=styles.CARD_BODY + " " + styles.STACK,
        )
    )


def _manual() -> rx.Component:
    return card(rx.el.div(_credentials(), class_name=styles.CARD_BODY))


def _credentials() -> rx.Component:
    return form(
        rx.el.div(
            _text("WhatsApp Business Account id", "waba_id"),
            _text("Phone number id", "phone_number_id"),
            class_name=styles.FORM_ROW,
        ),
        rx.el.div(
            _text("App id", "app_id"),
            _secret("App secret", "app_secret"),
            class_name=styles.FORM_ROW,
        ),
        _secret("System-user token", "access_token"),
        _secret("Verify token (optional)", "verify_token"),
        field(
            copyable(ConnectState.callback, label="Callback address"),
            "Webhooks arrive at",
            name="callback",
            help="Registered automatically. It must be reachable over https from the internet.",
        ),
        problem(ConnectState.problem),
        _progress(),
        rx.el.div(
            button(
                "Connect",
                weight="primary",
                icon_name="plug",
                busy=ConnectState.is_busy,
                type="submit",
            ),
            class_name=styles.FORM_FOOT,
        ),
        on_submit=ConnectState.connect_manually,
    )


def _text(label: str, name: str) -> rx.Component:
    return text_field(
        label,
        name=name,
        errors=ConnectState.errors,
        help=_HELP[name],
        auto_complete="off",
        spell_check=False,
        max_length=64,
    )


def _secret(label: str, name: str) -> rx.Component:
    return text_field(
        label,
        name=name,
        kind="password",
        errors=ConnectState.errors,
        help=_HELP[name],
        auto_complete="off",
        max_length=2000,
    )


def _facebook() -> rx.Component:
    return card(
        rx.el.div(
            rx.el.p(
                "A Facebook window opens. Choose or create your business, account and number "
                "there; the rest happens automatically."
            ),
            problem(ConnectState.problem),
            _progress(),
            rx.el.div(
                button(
                    "Login with Facebook",
                    weight="primary",
                    icon_name="log-in",
                    busy=ConnectState.is_busy,
                    on_click=rx.call_script(
                        signup_script(
                            ConnectState.facebook_app,
                            ConnectState.facebook_config,
                            ConnectState.graph_version,
                        ),
                        callback=ConnectState.connect_code,
                    ),
                )
            ),
            class_name=styles.CARD_BODY + " " + styles.STACK,
        )
    )


def _progress() -> rx.Component:
    return rx.cond(
        ConnectState.steps,
        rx.el.ol(rx.foreach(ConnectState.steps, _step), class_name="steps", aria_live="polite"),
    )


def _step(row: ObjectVar[StepRow]) -> rx.Component:
    return rx.el.li(
        rx.match(
            row.state,
            ("done", icon("circle-check")),
            ("failed", icon("circle-x")),
            ("running", rx.el.span(class_name="spinner", aria_hidden="true")),
            icon("circle"),
        ),
        rx.el.span(row.title),
        class_name=rx.Var.create("step step-") + row.state.to(str),
        key=row.title,
    )
