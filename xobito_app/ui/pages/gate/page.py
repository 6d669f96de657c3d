"""Sign-in, and the pages behind an invitation or a reset link."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import button, empty_state, link_button, skeleton_rows, text_field
from xobito_app.ui.pages.gate.forms import gate_form, gate_page, hidden_field
from xobito_app.ui.pages.gate.state import GateState, LinkState


def sign_in_page() -> rx.Component:
    """Return the sign-in page; the second factor is asked for once the password is right."""
    hides_when_asked = {"display": rx.cond(GateState.needs_code, "none", "flex")}
    return gate_page(
        rx.cond(GateState.needs_code, "One more step", "Sign in"),
        rx.cond(
            GateState.needs_code,
            "Open your authenticator and type the six digits it shows.",
            "Good to see you again.",
        ),
        gate_form(
            "/auth/login",
            rx.cond(GateState.needs_code, "Continue", "Sign in"),
            rx.el.div(
                text_field(
                    "E-mail",
                    name="email",
                    kind="email",
                    auto_complete="username",
                    auto_focus=True,
                ),
                text_field(
                    "Password",
                    name="password",
                    kind="password",
                    auto_complete="current-password",
                ),
                class_name=styles.FORM,
                style=hides_when_asked,
            ),
            rx.cond(GateState.needs_code, _code_field()),
            hidden_field("next"),
        ),
        rx.cond(
            GateState.sends_mail,
            link_button("Forgot your password?", to="/forgot", weight="ghost"),
            rx.el.p(
                "Forgot your password? Ask an admin of your workspace for a reset link; they make"
                " one on the Team page.",
                class_name=styles.FIELD_HELP,
            ),
        ),
    )


def forgot_page() -> rx.Component:
    """Return the page that asks for a link by mail."""
    return gate_page(
        "Forgot your password?",
        "Enter your e-mail address, and we send you a link to set a new one.",
        rx.cond(
            GateState.sends_mail,
            gate_form(
                "/auth/forgot",
                "Send the link",
                text_field(
                    "E-mail",
                    name="email",
                    kind="email",
                    errors=GateState.errors,
                    auto_complete="username",
                    auto_focus=True,
                ),
            ),
            rx.el.p(
                "This installation sends no mail. Ask an admin of your workspace for a reset"
                " link; they make one on the Team page.",
                class_name=styles.FIELD_HELP,
            ),
        ),
        link_button("Back to sign-in", to="/sign-in"),
    )


def _code_field() -> rx.Component:
    return text_field(
        "Code",
        name="code",
        help="No phone at hand? One of your recovery codes works too.",
        auto_complete="one-time-code",
        input_mode="text",
        auto_focus=True,
    )


def join_page() -> rx.Component:
    """Return the page behind an invitation."""
    known = LinkState.has_account
    return gate_page(
        "Join the team",
        rx.cond(
            LinkState.stage == "open",
            rx.Var.create("You are invited to ")
            + LinkState.workspace
            + " as "
            + LinkState.role
            + ".",
            "",
        ),
        rx.match(
            LinkState.stage,
            (
                "open",
                gate_form(
                    "/auth/join",
                    "Join",
                    _own_email(),
                    rx.cond(
                        known,
                        rx.fragment(),
                        text_field(
                            "Your name",
                            name="name",
                            errors=GateState.errors,
                            auto_complete="name",
                            auto_focus=True,
                        ),
                    ),
                    text_field(
                        "Password",
                        name="password",
                        kind="password",
                        errors=GateState.errors,
                        help=rx.cond(
                            known,
                            "You already have an account: use its password.",
                            "At least 8 characters.",
                        ),
                        auto_complete="current-password",
                    ),
                    hidden_field("token"),
                    hidden_field("time_zone"),
                ),
            ),
            ("dead", _dead_link("Ask whoever invited you for a new one.")),
            skeleton_rows(3),
        ),
    )


def reset_page() -> rx.Component:
    """Return the page behind a reset link."""
    return gate_page(
        "Choose a new password",
        "This signs you out everywhere.",
        rx.match(
            LinkState.stage,
            (
                "open",
                gate_form(
                    "/auth/reset",
                    "Set the password",
                    _own_email(),
                    _new_password(),
                    hidden_field("token"),
                ),
            ),
            ("dead", _dead_link("Ask an admin of your workspace for a new one.")),
            skeleton_rows(3),
        ),
    )


def _new_password() -> rx.Component:
    return text_field(
        "New password",
        name="password",
        kind="password",
        errors=GateState.errors,
        help="At least 8 characters.",
        auto_complete="new-password",
        auto_focus=True,
    )


def choose_page() -> rx.Component:
    """Return the page for those whose password somebody else may know."""
    return gate_page(
        "Choose a password of your own",
        "Somebody else set the password you signed in with.",
        gate_form(
            "/auth/choose",
            "Set the password",
            _new_password(),
        ),
        rx.el.form(
            button("Sign out", weight="ghost", type="submit"), method="post", action="/auth/logout"
        ),
    )


def _own_email() -> rx.Component:
    return text_field(
        "E-mail",
        name="email",
        kind="email",
        value=LinkState.email,
        read_only=True,
        auto_complete="username",
    )


def _dead_link(line: str) -> rx.Component:
    return empty_state(
        "link-2-off",
        "This link no longer works",
        f"It has been used already, or has expired. {line}",
        link_button("Back to sign-in", to="/sign-in"),
    )
