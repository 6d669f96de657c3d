"""The person's own account."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.style import set_color_mode
from reflex.vars.object import ObjectVar

from xobito_app.ui import dom_ids, forms, styles
from xobito_app.ui.blocks import loaded, page_form
from xobito_app.ui.components import (
    avatar,
    badge,
    button,
    card,
    page_body,
    page_header,
    picture_field,
    section,
    select_field,
    switch_field,
    text_field,
)
from xobito_app.ui.pages.account.rows import SessionRow
from xobito_app.ui.pages.account.second_factor import second_factor
from xobito_app.ui.pages.account.state import OCCASIONS, TYPING, WAYS, AccountState
from xobito_app.ui.shell import ShellState
from xobito_app.ui.shell.rail import SIGN_OUT
from xobito_app.ui.theme import icon


def account_page() -> rx.Component:
    """Return profile, password, second factor, switches and sessions, one under the other."""
    return page_body(
        page_header("Your account"),
        loaded(
            AccountState,
            rx.fragment(_profile(), _password(), _factor(), _switches(), _browser(), _sessions()),
        ),
        narrow=True,
    )


def _profile() -> rx.Component:
    profile, errors, person = AccountState.profile, AccountState.errors, ShellState.person
    return section(
        "Profile",
        "How colleagues see you. Times are shown in your time zone.",
        picture_field(
            avatar(person.initials, person.tone, size="large", photo=person.photo),
            endpoint="/pictures/me",
            label="Choose a photo",
            has_picture=person.photo != "",
        ),
        page_form(
            "profile",
            text_field("Name", name="name", errors=errors, default_value=profile.name),
            text_field(
                "E-mail",
                name="email",
                value=profile.email,
                read_only=True,
                help="You sign in with it. An admin can invite you under another one.",
            ),
            rx.el.div(
                text_field("Phone", name="phone", errors=errors, default_value=profile.phone),
                select_field(
                    "Time zone",
                    forms.TIME_ZONES,
                    name="time_zone",
                    errors=errors,
                    default_value=profile.time_zone,
                ),
                class_name=styles.FORM_ROW,
            ),
            on_submit=AccountState.save_profile,
        ),
    )


def _password() -> rx.Component:
    errors = AccountState.errors
    return section(
        "Password",
        "Changing it signs out your other browsers.",
        rx.el.div(
            page_form(
                "password",
                text_field(
                    "Current password",
                    name="current",
                    kind="password",
                    errors=errors,
                    auto_complete="current-password",
                ),
                text_field(
                    "New password",
                    name="password",
                    kind="password",
                    errors=errors,
                    help="At least 8 characters.",
                    auto_complete="new-password",
                ),
                on_submit=AccountState.change_password,
                verb="Change the password",
            ),
            key=AccountState.password_round.to_string(),
        ),
    )


def _factor() -> rx.Component:
    return section(
        "Second factor",
        "A code from an app on your phone, asked for after the password.",
        second_factor(),
    )


def _switches() -> rx.Component:
    return section(
        "Notifications and typing",
        "For you alone, in every workspace. Never for the chat you are looking at.",
        _switch("sound", WAYS["sound"], rx.call_script("xobito.tryAlert('sound')")),
        _switch(
            "browser_notifications",
            WAYS["browser_notifications"],
            rx.call_script("xobito.tryAlert('browser')"),
        ),
        rx.el.p(id=dom_ids.ALERT_PERMISSION, class_name=styles.FIELD_HELP, role="status"),
        rx.cond(
            AccountState.switches["sound"] | AccountState.switches["browser_notifications"],
            rx.el.div(
                rx.el.div("Notify me about", class_name=styles.FIELD_LABEL),
                *(_switch(name, words) for name, words in OCCASIONS.items()),
                class_name=styles.STACK,
            ),
        ),
        *(_switch(name, words) for name, words in TYPING.items()),
    )


def _switch(name: str, words: str, *also: Any) -> rx.Component:
    def changed(is_on: rx.Var[bool]) -> list[Any]:
        return [AccountState.set_switch(name, is_on), *also]

    return switch_field(words, checked=AccountState.switches[name], on_checked_change=changed)


def _browser() -> rx.Component:
    return section(
        "This browser",
        "Light or dark is remembered in this browser only.",
        rx.el.div(
            button("Light", icon_name="sun", on_click=set_color_mode("light")),
            button("Dark", icon_name="moon", on_click=set_color_mode("dark")),
            button("Same as the system", icon_name="monitor", on_click=set_color_mode("system")),
            rx.el.div(class_name=styles.GROW),
            button("Sign out", icon_name="log-out", on_click=rx.call_script(SIGN_OUT)),
            class_name=styles.TOOLBAR,
        ),
    )


def _sessions() -> rx.Component:
    return section(
        "Where you are signed in",
        "A browser not used for 30 days is signed out.",
        card(rx.foreach(AccountState.sessions, _session)),
    )


def _session(row: ObjectVar[SessionRow]) -> rx.Component:
    return rx.el.div(
        rx.cond(row.is_phone, icon("smartphone", size=18), icon("monitor", size=18)),
        rx.el.div(
            rx.el.div(row.browser, class_name=styles.ROW_TITLE),
            rx.el.div(row.line, class_name=styles.ROW_LINE),
            class_name=styles.GROW,
        ),
        rx.cond(
            row.is_current,
            badge("This browser", "success"),
            button("Sign out", compact=True, on_click=AccountState.revoke(row.id)),
        ),
        class_name=styles.LIST_ROW,
        key=row.id,
    )
