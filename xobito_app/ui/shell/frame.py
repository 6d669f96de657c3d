"""The frame: what stands around the content of every page behind the sign-in."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import dom_ids, styles
from xobito_app.ui.components import empty_state, link_button, radix, skeleton_rows
from xobito_app.ui.components.layout import page_body
from xobito_app.ui.reflex_parts import ReactRouterLink, has_connection_errors
from xobito_app.ui.routes import NOWHERE, PageRoute
from xobito_app.ui.shell.alerts import alert_marks
from xobito_app.ui.shell.palette import key_help, palette
from xobito_app.ui.shell.providers import StatusLine
from xobito_app.ui.shell.rail import bottom_bar, hidden_forms, key_links, rail
from xobito_app.ui.shell.state import ShellState
from xobito_app.ui.theme import icon


def page(*content: Any, route: PageRoute) -> rx.Component:
    """Return a whole page: its content inside the frame, or why it is not shown.

    Register it with `ShellState.enter_page` as the first on_load handler.
    """
    return radix.TooltipProvider.create(
        rx.el.div(
            rx.el.div(status_lines(), class_name="shell-lines"),
            rail(route),
            rx.el.main(
                rx.match(
                    ShellState.access,
                    ("granted", rx.fragment(*content)),
                    ("denied", no_permission()),
                    # Another element than any page: what was here does not move, it goes.
                    rx.el.section(skeleton_rows(), class_name="page"),
                ),
                class_name="shell-main",
            ),
            bottom_bar(route),
            class_name="shell",
        ),
        key_links(),
        hidden_forms(),
        alert_marks(),
        palette(),
        key_help(),
        delay_duration=400,
    )


def status_lines() -> rx.Component:
    """Return the thin lines at the top: connection first, then what features report."""
    words = "Disconnected. New messages will appear when the connection is back."
    return rx.fragment(
        rx.cond(
            has_connection_errors,
            rx.el.div(
                icon("wifi-off", size=14),
                rx.el.span(words),
                id=dom_ids.CONNECTION_LOST,
                class_name="status-line status-line-danger",
                role="status",
            ),
            rx.el.div(
                icon("wifi-off", size=14),
                rx.el.span(words),
                class_name="status-line status-line-danger status-line-offline",
                role="status",
            ),
        ),
        rx.foreach(ShellState.lines, _line),
    )


def _line(line: ObjectVar[StatusLine]) -> rx.Component:
    return rx.el.div(
        rx.el.span(line.words, title=line.words),
        rx.cond(line.link, ReactRouterLink.create(line.link_words, to=line.link), rx.fragment()),
        class_name=rx.Var.create("status-line status-line-") + line.tone.to(str),
        role="status",
        key=line.words,
    )


def no_permission() -> rx.Component:
    """Return what stands in the place of a page the person's role does not open."""
    return empty_state(
        "lock",
        "This page is not part of your role",
        "Ask an admin of the workspace if you need it.",
        link_button("Back to the inbox", to="/inbox"),
    )


def _title() -> rx.Component:
    return rx.el.h1("Nothing here", class_name=styles.SR_ONLY)


def not_found_page() -> rx.Component:
    """Return the page for addresses that lead nowhere; whoever is signed in keeps the frame."""
    nothing = empty_state(
        "compass",
        "There is nothing here",
        "The address may be mistyped, or what was here is gone.",
        link_button("To the inbox", to="/inbox"),
    )
    return rx.cond(
        ShellState.access == "granted",
        page(page_body(_title(), nothing), route=NOWHERE),
        rx.el.main(_title(), nothing, class_name="shell-main"),
    )
