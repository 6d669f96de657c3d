"""The wizard of a campaign: steps at the left, the one at hand, and the phone at the right."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import loaded
from xobito_app.ui.components import (
    drop_script,
    empty_state,
    link_button,
    note,
    page_body,
)
from xobito_app.ui.pages.campaign_wizard.audience_step import audience_step
from xobito_app.ui.pages.campaign_wizard.check_step import check_step
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.launch_step import launch_step
from xobito_app.ui.pages.campaign_wizard.phone import phone
from xobito_app.ui.pages.campaign_wizard.rows import StepRow
from xobito_app.ui.pages.campaign_wizard.template_step import template_step
from xobito_app.ui.pages.campaign_wizard.variables_step import variables_step
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon


def wizard() -> rx.Component:
    """Return the whole page."""
    gone = empty_state(
        "megaphone",
        "This campaign no longer exists",
        "It was deleted, or the address is wrong.",
        link_button("All campaigns", to="/campaigns"),
    )
    begun = empty_state(
        "megaphone",
        "This campaign has begun",
        "What was launched is not changed any more. Duplicate it to send something else.",
        link_button(
            "See its report",
            to=rx.Var.create("/campaigns/") + DraftState.card.id.to(str),
            weight="primary",
        ),
    )
    return page_body(
        loaded(DraftState, _content(), ("missing", gone), ("begun", begun), rows=8),
        drop_script(),
    )


def _content() -> rx.Component:
    return rx.fragment(
        ReactRouterLink.create(
            icon("chevron-left"), "Campaigns", to="/campaigns", class_name="back"
        ),
        rx.el.header(
            rx.el.h1(
                rx.cond(DraftState.card.name, DraftState.card.name, "New campaign"),
                class_name=styles.PAGE_TITLE,
            ),
            rx.el.span(
                DraftState.saved, class_name=f"{styles.MUTED} {styles.TABULAR}", role="status"
            ),
            class_name=styles.PAGE_HEAD,
        ),
        rx.cond(
            DraftState.card.scheduled_words,
            note(DraftState.card.scheduled_words, "info", icon_name="calendar-clock"),
        ),
        rx.cond(
            DraftState.card.reason,
            note(DraftState.card.reason, "warning", icon_name="triangle-alert", role="status"),
        ),
        rx.el.div(
            rx.el.nav(
                rx.el.ol(rx.foreach(DraftState.steps, _step), class_name="campaign-steps"),
                aria_label="Steps",
            ),
            rx.el.div(
                rx.match(
                    DraftState.step,
                    ("audience", audience_step()),
                    ("variables", variables_step()),
                    ("check", check_step()),
                    ("launch", launch_step()),
                    template_step(),
                ),
                class_name=styles.STACK,
            ),
            phone(),
            class_name="campaign-columns",
        ),
    )


def _step(row: ObjectVar[StepRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(row.number, class_name="step-number"),
            rx.el.span(
                rx.el.span(row.words),
                rx.cond(row.problem, rx.el.span(row.problem, class_name=styles.FIELD_HELP)),
                class_name="step-words",
            ),
            type="button",
            on_click=DraftState.visit(row.id),
            aria_current=rx.cond(row.is_here, "step", "false"),
            class_name="campaign-step",
        ),
        key=row.id,
    )
