"""Step five on the screen: when, how carefully, and the button."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed, can, form
from xobito_app.ui.components import button, chip, link_button, note, problem, text_field
from xobito_app.ui.pages.campaign_wizard.check_state import CheckState
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.launch_state import LaunchState


def launch_step() -> rx.Component:
    """Return the step."""
    state, found, draft = LaunchState, CheckState.card, DraftState.card
    return rx.fragment(
        rx.cond(
            CheckState.missing,
            note(CheckState.missing, "warning", icon_name="triangle-alert"),
            rx.el.p(found.sentence, class_name="campaign-sentence", role="status"),
        ),
        rx.el.div(
            _time("now", "At once", ~state.is_later),
            _time("later", "At a time", state.is_later),
            class_name=styles.LINE,
            role="group",
            aria_label="When",
        ),
        rx.cond(
            state.is_later,
            _kept(
                "Begin",
                "scheduled_at",
                draft.scheduled,
                kind="datetime-local",
                help=DraftState.zone_words,
            ),
        ),
        _kept(
            "First to a few",
            "canary",
            draft.canary,
            input_mode="numeric",
            help="So many get it first; the rest waits until theirs arrived well. Empty: all at"
            " once.",
        ),
        _kept(
            "Spend cap",
            "spend_cap",
            draft.cap,
            input_mode="decimal",
            help="Sending pauses when this much is spent, in the currency of your rates. Empty:"
            " no cap.",
        ),
        allowed(Permission.CAMPAIGNS_LAUNCH, rx.cond(draft.is_scheduled, _scheduled(), _launch())),
        rx.cond(
            can(Permission.CAMPAIGNS_LAUNCH),
            rx.fragment(),
            note("Your role prepares campaigns; somebody who may launch them sends it.", "info"),
        ),
    )


def _time(when: str, words: str, is_on: Any) -> rx.Component:
    return chip(
        words,
        on_click=LaunchState.choose_time(when),
        aria_pressed=rx.cond(is_on, "true", "false"),
    )


def _kept(label: str, name: str, value: Any, **props: Any) -> rx.Component:
    """Return a field that is kept as soon as it is written."""
    return text_field(
        label,
        name=name,
        errors=LaunchState.errors,
        default_value=value,
        on_change=lambda text: LaunchState.keep(name, text).debounce(600),
        auto_complete="off",
        **props,
    )


def _scheduled() -> rx.Component:
    """Return the way back to the report: there is nothing more to press."""
    return rx.el.div(
        link_button(
            "See its report",
            to=rx.Var.create("/campaigns/") + DraftState.card.id.to(str),
            weight="primary",
        ),
        class_name=styles.FORM_FOOT,
    )


def _launch() -> rx.Component:
    state, found = LaunchState, CheckState.card
    count = found.will_send.to_string()
    return form(
        rx.cond(
            found.needs_count,
            text_field(
                "Type the number of people to confirm",
                name="confirm",
                help=rx.Var.create("It goes to ") + count + " people.",
                errors=state.errors,
                input_mode="numeric",
                auto_complete="off",
            ),
        ),
        problem(state.errors.get("form", "").to(str)),
        rx.el.div(
            button(
                rx.cond(state.is_later, "Schedule", "Launch").to(str),
                weight="primary",
                icon_name="rocket",
                type="submit",
                busy=state.is_busy,
                disabled=(CheckState.missing != "") | (found.will_send == 0),
            ),
            class_name=styles.FORM_FOOT,
        ),
        on_submit=state.launch,
    )
