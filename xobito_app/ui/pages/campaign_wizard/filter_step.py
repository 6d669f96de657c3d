"""Meaning all who fit a filter, on the screen: search, the box with all filters, and chips."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import filter_in_force, loaded
from xobito_app.ui.components import popover, search_field
from xobito_app.ui.pages.campaign_wizard.filter_state import AudienceFilterState
from xobito_app.ui.pages.contacts.filter_form import filter_form
from xobito_app.ui.pages.contacts.rows import Chip
from xobito_app.ui.theme import icon


def filtered() -> rx.Component:
    """Return the way to say who is meant by what is known of them."""
    state = AudienceFilterState
    return loaded(
        state,
        rx.el.div(
            rx.el.div(
                search_field(
                    "Name, number, e-mail or company",
                    default_value=state.query.get("q", "").to(str),
                    on_change=lambda text: state.narrow("q", text).debounce(400),
                ),
                popover(
                    [icon("list-filter"), "Filter"],
                    filter_form(state, verb="Use"),
                    label="Filter",
                    class_name=styles.BUTTON_COMPACT,
                    open=state.is_filtering,
                    on_open_change=state.set_filtering,
                ),
                class_name=styles.TOOLBAR,
            ),
            rx.cond(
                state.chips, rx.el.div(rx.foreach(state.chips, _chip), class_name=styles.TOOLBAR)
            ),
            rx.el.p(
                rx.cond(
                    state.count_words,
                    state.count_words,
                    "Choose at least one filter. Whoever fits it when you launch is meant.",
                ),
                class_name=f"{styles.MUTED} {styles.TABULAR}",
                role="status",
            ),
            class_name=styles.STACK,
        ),
        rows=2,
    )


def _chip(row: ObjectVar[Chip]) -> rx.Component:
    lift = AudienceFilterState.narrow(row.name, "")
    return filter_in_force(row.text, on_remove=lift, key=row.name)
