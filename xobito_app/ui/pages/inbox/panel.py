"""The right pane: who the customer is."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.pages.inbox.panel_state import PanelState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.theme import icon


def contact_panel() -> rx.Component:
    """Facts of the contact beside the open thread."""
    return rx.el.aside(
        rx.cond(ThreadState.is_open, _facts(), rx.fragment()),
        class_name="inbox-panel",
        aria_label="Contact",
    )


def _facts() -> rx.Component:
    facts = PanelState.facts
    return rx.el.div(
        rx.el.div(
            rx.el.span(
                ThreadState.header.initials,
                class_name=ThreadState.header.large_avatar,
                aria_hidden="true",
            ),
            rx.el.h3(ThreadState.header.name, class_name="panel-name"),
            rx.el.span(facts.type, class_name="chip"),
            rx.cond(
                facts.opted_out != "",
                rx.el.p(
                    icon("megaphone-off", size=14), facts.opted_out, class_name="panel-warning"
                ),
            ),
            class_name="panel-head",
        ),
        rx.el.dl(
            _fact("Phone", facts.phone),
            _fact("Username", facts.username),
            _fact("E-mail", facts.email),
            _fact("Company", facts.company),
            _fact("Status", facts.status),
            _fact("Source", facts.source),
            _fact("Groups", facts.groups),
            _fact("First seen", facts.since),
            class_name="facts",
        ),
        rx.cond(
            facts.description != "",
            rx.el.div(
                rx.el.h4("About", class_name="panel-heading"),
                rx.el.p(facts.description, class_name="panel-text"),
            ),
        ),
        class_name="panel-body",
    )


def _fact(label: str, value: rx.Var[str]) -> rx.Component:
    return rx.cond(value != "", rx.fragment(rx.el.dt(label), rx.el.dd(value)), rx.fragment())
