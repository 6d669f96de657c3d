"""The Campaigns page: what was sent to many, what is being sent, and what is in the making."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import (
    actions_cell,
    allowed,
    cell,
    confirm,
    delete_title,
    filter_chips,
    line_of,
    list_page,
    main_cell,
    search_box,
)
from xobito_app.ui.components import badge, empty_state, link_button, menu_item, stacked_bar
from xobito_app.ui.pages.campaigns.rows import CampaignRow
from xobito_app.ui.pages.campaigns.state import CampaignsState
from xobito_app.ui.pages.campaigns.words import STATUSES

_EXTRA = ("Audience", "Progress", "Sent", "Read", "Replied", "When")


def campaigns() -> rx.Component:
    """Return the whole page."""
    state = CampaignsState
    new = allowed(
        Permission.CAMPAIGNS_CREATE,
        link_button("New campaign", to="/campaigns/new", weight="primary", icon_name="plus"),
    )
    return list_page(
        state,
        cancel_question(state),
        delete_question(state),
        title="Campaigns",
        line="One template to many people, at the pace Meta allows, never twice to anyone.",
        primary=new,
        columns=("Campaign", "Status", *_EXTRA, ""),
        extra=_EXTRA,
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
            new,
        ),
    )


def cancel_question(state: Any) -> rx.Component:
    """Return the question before a campaign is cancelled."""
    return confirm(
        state,
        "cancel",
        title=rx.Var.create("Cancel “") + state.asked_name + "”?",
        line="Nothing more is sent. Who has the message keeps it. This cannot be undone.",
        verb="Cancel campaign",
        on_confirm=state.cancel,
    )


def delete_question(state: Any) -> rx.Component:
    """Return the question before a campaign that has not begun is deleted."""
    return confirm(
        state,
        "delete",
        title=delete_title(state),
        line="Nothing of it was sent. This cannot be undone.",
        verb="Delete campaign",
        on_confirm=state.delete,
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
        cell(row.when, extra=True, muted=True, tabular=True, title=row.when_full),
        _actions(row),
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


def _actions(row: ObjectVar[CampaignRow]) -> rx.Component:
    state, ways = CampaignsState, row.ways
    edit = menu_item("Edit", icon_name="pencil", on_select=rx.redirect(row.edit_link))
    pause = menu_item("Pause", icon_name="pause", on_select=state.pause(row.id))
    resume = menu_item("Resume", icon_name="play", on_select=state.resume(row.id))
    cancel = menu_item(
        "Cancel",
        icon_name="octagon-x",
        danger=True,
        on_select=state.ask("cancel", row.id, row.name),
    )
    duplicate = menu_item("Duplicate", icon_name="copy", on_select=state.duplicate(row.id))
    delete = menu_item(
        "Delete", icon_name="trash-2", danger=True, on_select=state.ask("delete", row.id, row.name)
    )
    return actions_cell(
        allowed(Permission.CAMPAIGNS_EDIT, rx.cond(ways.may_edit, edit)),
        allowed(
            Permission.CAMPAIGNS_LAUNCH,
            rx.cond(ways.may_pause, pause),
            rx.cond(ways.may_resume, resume),
            rx.cond(ways.may_cancel, cancel),
        ),
        allowed(Permission.CAMPAIGNS_CREATE, duplicate),
        allowed(Permission.CAMPAIGNS_DELETE, rx.cond(ways.may_edit, delete)),
        needs=(Permission.CAMPAIGNS_CREATE, Permission.CAMPAIGNS_LAUNCH),
    )
