"""The Campaigns page: what was sent to many, what is being sent, and what is in the making."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    cell,
    filter_chips,
    line_of,
    list_page,
    main_cell,
    search_box,
)
from xobito_app.ui.components import badge, empty_state, stacked_bar
from xobito_app.ui.pages.campaigns.rows import CampaignRow
from xobito_app.ui.pages.campaigns.state import CampaignsState
from xobito_app.ui.pages.campaigns.words import STATUSES

_FIGURES = ("Audience", "Sent", "Read", "Replied")


def campaigns() -> rx.Component:
    """Return the whole page."""
    state = CampaignsState
    return list_page(
        state,
        title="Campaigns",
        line="One template to many people, at the pace Meta allows, never twice to anyone.",
        columns=("Campaign", "Status", "Audience", "Progress", "Sent", "Read", "Replied", "When"),
        extra=(*_FIGURES, "Progress"),
        row=_row,
        filters=(
            search_box(state, "Search names and templates"),
            *filter_chips(state, "status", (("", "All"), *STATUSES)),
        ),
        empty=empty_state(
            "megaphone",
            "No campaigns yet",
            "Choose a template and the people who get it, look at every message before it leaves,"
            " and see who read and answered it.",
        ),
    )


def _row(row: ObjectVar[CampaignRow]) -> rx.Component:
    return line_of(
        row,
        main_cell(row.name, to=row.link, line=row.line),
        rx.el.td(badge(row.status_words, row.tone)),
        cell(row.audience, extra=True, tabular=True),
        rx.el.td(_progress(row), class_name=styles.CELL_EXTRA),
        cell(row.sent, extra=True, tabular=True),
        cell(row.read, extra=True, tabular=True),
        cell(row.replied, extra=True, tabular=True),
        cell(row.when, muted=True, tabular=True, title=row.when_full),
    )


def _progress(row: ObjectVar[CampaignRow]) -> rx.Component:
    progress = row.progress
    return rx.cond(
        progress.line,
        stacked_bar(
            ("accent", progress.read),
            ("success", progress.delivered),
            ("info", progress.sent),
            ("danger", progress.failed),
            words=progress.line,
        ),
        "–",
    )
