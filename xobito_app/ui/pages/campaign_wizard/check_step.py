"""Step four on the screen: what a launch would do, as a sentence whose numbers are lists."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed, cell, line_of, list_view, loaded, main_cell
from xobito_app.ui.components import (
    button,
    card,
    card_head,
    chip,
    download_button,
    empty_line,
    link_button,
    note,
    select_field,
    switch_field,
    table,
)
from xobito_app.ui.pages.campaign_wizard.check_rows import ExclusionRow, LeftOutRow
from xobito_app.ui.pages.campaign_wizard.check_state import CheckState
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.feet import foot
from xobito_app.ui.pages.campaign_wizard.rows import SKIPS


def check_step() -> rx.Component:
    """Return the step."""
    state = CheckState
    outcome = rx.cond(
        state.missing,
        note(state.missing, "warning", icon_name="triangle-alert"),
        _outcome(),
    )
    return rx.fragment(
        loaded(state, outcome, ("empty", outcome), ("filtered_empty", outcome), rows=4),
        select_field(
            "Skip who got a campaign lately",
            SKIPS,
            name="skip",
            value=DraftState.card.skip,
            on_change=state.skip,
        ),
        foot("launch", "Launch"),
    )


def _outcome() -> rx.Component:
    found = CheckState.card
    return rx.el.div(
        rx.el.p(found.sentence, class_name="campaign-sentence", role="status"),
        rx.el.p(found.time_line, " ", found.headroom_line, class_name=styles.MUTED),
        rx.cond(found.is_over, _days()),
        _estimate(),
        rx.cond(found.excluded, _left_out()),
        class_name=styles.STACK,
    )


def _days() -> rx.Component:
    found = CheckState.card
    return rx.el.div(
        switch_field(
            "Split over days",
            help="Who is over Meta's limit of today gets it on a later day.",
            checked=DraftState.card.splits_days,
            on_checked_change=CheckState.split,
        ),
        rx.el.ul(
            rx.foreach(found.days, lambda day: rx.el.li(day[0], ": ", day[1], key=day[0].to(str))),
            class_name=styles.TABULAR,
        ),
        class_name=f"{styles.CARD} campaign-blank",
    )


def _estimate() -> rx.Component:
    found = CheckState.card
    return card(
        card_head(
            found.estimate,
            rx.cond(
                found.has_rates,
                rx.fragment(),
                link_button("Keep rates", to="/settings/rates", compact=True),
            ),
            note=found.estimate_line,
        ),
        rx.cond(
            found.countries,
            table(
                ("Country", "People", "Estimate"),
                rx.foreach(
                    found.countries,
                    lambda line: rx.el.tr(
                        rx.el.td(line[0]),
                        rx.el.td(line[1], class_name=styles.TABULAR),
                        rx.el.td(line[2], class_name=styles.TABULAR),
                        key=line[0].to(str),
                    ),
                ),
            ),
        ),
    )


def _left_out() -> rx.Component:
    state = CheckState
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Who will not get it", class_name=f"{styles.SECTION_TITLE} {styles.GROW}"),
            allowed(
                Permission.CONTACTS_EXPORT,
                download_button("Download", href=DraftState.card.excluded_link, compact=True),
            ),
            class_name=styles.LINE,
        ),
        rx.el.div(
            rx.foreach(state.card.excluded, _reason),
            rx.cond(
                state.query.length() > 0,
                button("Clear", weight="ghost", compact=True, on_click=state.clear_filters),
            ),
            class_name=f"{styles.LINE} campaign-ways",
        ),
        list_view(
            state,
            columns=("Name", "Number", "Why"),
            extra=("Number",),
            row=_person,
            empty=empty_line("Nobody is left out."),
        ),
        class_name=styles.STACK,
    )


def _reason(row: ObjectVar[ExclusionRow]) -> rx.Component:
    return chip(
        rx.el.strong(row.count, class_name=styles.TABULAR),
        " ",
        row.words,
        on_click=CheckState.narrow("reason", row.id),
        aria_pressed=rx.cond(CheckState.query.get("reason", "") == row.id, "true", "false"),
        key=row.id,
    )


def _person(row: ObjectVar[LeftOutRow]) -> rx.Component:
    return line_of(
        row,
        rx.cond(row.link, main_cell(row.name, to=row.link), main_cell(row.name)),
        cell(row.phone, extra=True, tabular=True),
        cell(row.reason, wrap=True),
    )
