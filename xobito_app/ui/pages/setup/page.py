"""The first page of an installation, and the choice that follows it."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import problem, text_field
from xobito_app.ui.pages.gate.forms import gate_form, gate_page, hidden_field
from xobito_app.ui.pages.gate.state import GateState
from xobito_app.ui.pages.setup.state import WelcomeState
from xobito_app.ui.theme import icon


def set_up_page() -> rx.Component:
    """Return the form that makes the owner and the workspace, once and for all."""
    return gate_page(
        "Set up Xobito",
        "You become the owner. Colleagues are invited later.",
        gate_form(
            "/auth/set-up",
            "Create the workspace",
            text_field(
                "Workspace",
                name="workspace_name",
                errors=GateState.errors,
                help="Your company or team, as your colleagues know it.",
                placeholder="Acme",
                auto_complete="organization",
                max_length=60,
                auto_focus=True,
            ),
            text_field(
                "Your name", name="owner_name", errors=GateState.errors, auto_complete="name"
            ),
            text_field(
                "E-mail",
                name="email",
                kind="email",
                errors=GateState.errors,
                auto_complete="username",
            ),
            text_field(
                "Password",
                name="password",
                kind="password",
                errors=GateState.errors,
                help="At least 8 characters.",
                auto_complete="new-password",
            ),
            rx.cond(GateState.needs_setup_code, _code_field()),
            hidden_field("time_zone"),
        ),
    )


def _code_field() -> rx.Component:
    return text_field(
        "Set-up code",
        name="code",
        errors=GateState.errors,
        help="The twelve characters printed where Xobito was started.",
        placeholder="XXXX-XXXX-XXXX",
        auto_complete="off",
    )


def welcome_page() -> rx.Component:
    """Return the choice between the simulator and a real number."""
    return gate_page(
        "How would you like to start?",
        "You can switch at any time.",
        rx.el.div(
            _choice(
                "smartphone",
                "Try it with the simulator",
                "A stand-in for WhatsApp on this machine. Play the customer, answer in the inbox.",
                WelcomeState.try_simulator,
            ),
            _choice(
                "plug",
                "Connect WhatsApp",
                "You need a WhatsApp Business Account, a number and a system-user token.",
                WelcomeState.connect_number,
            ),
            class_name=styles.CHOICES,
        ),
        rx.cond(
            WelcomeState.is_busy,
            rx.el.p("Connecting the simulator…", class_name=styles.CARD_NOTE, role="status"),
        ),
        problem(WelcomeState.problem),
    )


def _choice(
    icon_name: str, title: str, line: str, on_click: rx.event.EventCallback
) -> rx.Component:
    return rx.el.button(
        icon(icon_name, size=22),
        rx.el.span(
            rx.el.span(title, class_name=styles.CARD_TITLE),
            rx.el.br(),
            rx.el.span(line, class_name=styles.CARD_NOTE),
        ),
        type="button",
        class_name=styles.CHOICE,
        disabled=WelcomeState.is_busy,
        on_click=on_click,
    )
