"""The Doctor page: what the link to WhatsApp depends on, one check a line with cause and fix."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import loaded
from xobito_app.ui.components import (
    badge,
    button,
    card,
    link_button,
    page_body,
    page_header,
)
from xobito_app.ui.pages.doctor.state import CheckRow, DoctorState
from xobito_app.ui.theme import icon

_ICON_NAMES = ("circle-check", "triangle-alert", "circle-x", "circle-minus")


def doctor() -> rx.Component:
    """Return the whole page."""
    return page_body(
        page_header(
            "Doctor",
            link_button("Event journal", to="/journal", icon_name="scroll-text"),
            button(
                "Check again",
                weight="primary",
                icon_name="refresh-cw",
                busy=DoctorState.is_busy,
                on_click=DoctorState.load,
            ),
            line="Everything the link to WhatsApp depends on, with the cause and what to do.",
        ),
        loaded(DoctorState, _checks(), rows=8),
        narrow=True,
    )


def _checks() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            DoctorState.summary,
            " · checked ",
            DoctorState.checked_at,
            class_name=styles.MUTED,
            role="status",
        ),
        card(rx.el.ul(rx.foreach(DoctorState.checks, _check), class_name="checks")),
        class_name=styles.STACK,
    )


def _check(row: ObjectVar[CheckRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.match(
                row.icon,
                *((name, icon(name)) for name in _ICON_NAMES),
                icon("circle-minus"),
            ),
            class_name=rx.Var.create("check-mark check-mark-") + row.tone.to(str),
        ),
        rx.el.div(
            rx.el.div(row.title, class_name="check-title"),
            rx.el.p(row.line, class_name="check-line"),
            rx.cond(row.fix, rx.el.p(row.fix, class_name="check-fix")),
            class_name=styles.GROW,
        ),
        badge(row.verdict, row.tone),
        class_name="check-row",
        key=row.name,
    )
