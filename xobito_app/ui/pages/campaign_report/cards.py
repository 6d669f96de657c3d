"""Cards of a campaign's report: reasons, cost, buttons, and the two templates of a test."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import (
    cell,
)
from xobito_app.ui.components import (
    badge,
    button,
    card,
    card_head,
    empty_line,
    table,
)
from xobito_app.ui.pages.campaign_report.rows import ReasonRow, TapRow, VariantRow
from xobito_app.ui.pages.campaign_report.state import RecipientsState, ReportState
from xobito_app.ui.pages.templates.clicks import clicks_list
from xobito_app.ui.reflex_parts import ReactRouterLink


def show_people(state: str | rx.Var[str]) -> list[Any]:
    """Return what narrows the people below to a state, and leads the eye there."""
    there = f"document.getElementById('{dom_ids.RECIPIENTS}').scrollIntoView()"
    return [RecipientsState.narrow("state", state), rx.call_script(there)]


def reasons() -> rx.Component:
    """Return why some got nothing, the most frequent reason first."""
    body = ReportState.body
    return card(
        card_head("Who did not get it, and why"),
        rx.cond(
            body.reasons,
            rx.el.ul(rx.foreach(body.reasons, _reason_line), class_name="report-reasons"),
            rx.el.div(empty_line("Nobody so far."), class_name=styles.CARD_BODY),
        ),
    )


def _reason_line(row: ObjectVar[ReasonRow]) -> rx.Component:
    return rx.el.li(
        rx.el.strong(row.count, class_name=styles.TABULAR),
        rx.el.span(row.words, class_name=styles.GROW),
        badge(row.state_words, row.tone),
        key=row.id,
    )


def cost() -> rx.Component:
    """Return what it cost, and the facts about it."""
    cost = ReportState.body.cost
    return card(
        card_head("Cost", note="By your own rates, for what Meta priced"),
        rx.el.div(
            rx.cond(
                cost.is_known,
                rx.fragment(
                    rx.el.strong(cost.total, class_name=f"report-sum {styles.TABULAR}"),
                    rx.el.p(cost.line, class_name=styles.MUTED),
                    rx.cond(
                        ~cost.has_rates,
                        rx.el.p(
                            "There are no rates to count with. ",
                            ReactRouterLink.create(
                                "Keep rates", to="/settings/rates", class_name=styles.LINK
                            ),
                        ),
                    ),
                ),
                empty_line("Meta has priced nothing yet."),
            ),
            rx.el.dl(
                rx.foreach(
                    ReportState.card.facts,
                    lambda fact: rx.el.div(rx.el.dt(fact[0]), rx.el.dd(fact[1]), key=fact[0]),
                ),
                class_name="report-facts",
            ),
            class_name=styles.CARD_BODY,
        ),
    )


def pressed() -> rx.Component:
    """Return which buttons were pressed: of this campaign, and of its templates by Meta."""
    body = ReportState.body
    return card(
        card_head(
            "Buttons",
            rx.cond(
                body.taps,
                button(
                    "Show them",
                    compact=True,
                    icon_name="list-filter",
                    on_click=show_people("tapped"),
                ),
            ),
            note="Quick replies of this campaign, each by how many people",
        ),
        rx.el.div(
            rx.cond(
                body.taps,
                rx.el.ul(rx.foreach(body.taps, _tap), class_name="click-lines"),
                empty_line("Nobody has pressed a quick reply yet."),
            ),
            rx.foreach(
                body.clicks,
                lambda found: rx.el.section(
                    rx.el.h3("Meta's count of ", found.name, class_name=styles.CARD_TITLE),
                    rx.el.p(
                        "For the template in these days (UTC), whoever sent it.",
                        class_name=styles.CARD_NOTE,
                    ),
                    clicks_list(found),
                    key=found.id,
                    class_name="click-section",
                ),
            ),
            class_name=styles.CARD_BODY,
        ),
    )


def _tap(row: ObjectVar[TapRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.id, class_name=styles.GROW),
        rx.el.strong(row.count, class_name=styles.TABULAR),
        key=row.id,
    )


def comparison() -> rx.Component:
    """Return what an A/B test says."""
    found = ReportState.body.comparison
    return card(
        card_head("A and B", note=found.sentence),
        table(
            ("Template", "Delivered", "Read", "Replied", "Rate (95 %)"),
            rx.foreach(found.variants, _variant),
        ),
    )


def _variant(row: ObjectVar[VariantRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.name, rx.cond(row.is_winner, badge("Better", "success"))),
        cell(row.delivered, tabular=True),
        cell(row.read, tabular=True),
        cell(row.replied, tabular=True),
        cell(row.rate, tabular=True),
        key=row.id,
    )
