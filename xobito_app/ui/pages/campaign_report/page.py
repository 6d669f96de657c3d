"""The report of a campaign: how it stands, what came of it, and everybody in it."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import (
    allowed,
    cell,
    confirm,
    filter_select,
    line_of,
    list_view,
    loaded,
    person_cell,
    search_box,
)
from xobito_app.ui.components import (
    badge,
    button,
    card,
    card_head,
    column_chart,
    download_button,
    empty_line,
    empty_state,
    funnel,
    link_button,
    note,
    page_body,
    stacked_bar,
)
from xobito_app.ui.pages.campaign_report import cards
from xobito_app.ui.pages.campaign_report.rows import RecipientRow
from xobito_app.ui.pages.campaign_report.state import RecipientsState, ReportState
from xobito_app.ui.pages.campaigns.page import cancel_question
from xobito_app.ui.pages.campaigns.words import STATE_WORDS
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon

_STATES = [
    *((state, words) for state, words in STATE_WORDS.items() if state != "claimed"),
    ("any_sent", "Sent and further"),
    ("any_delivered", "Delivered and further"),
    ("any_failed", "Failed or no news"),
    ("replied", "Replied"),
    ("tapped", "Pressed a quick reply"),
    ("opted_out", "Opted out"),
]


def report() -> rx.Component:
    """Return the whole page."""
    gone = empty_state(
        "megaphone",
        "This campaign no longer exists",
        "It was deleted, or the address is wrong.",
        link_button("All campaigns", to="/campaigns"),
    )
    return page_body(
        loaded(ReportState, _content(), ("missing", gone), rows=8),
        cancel_question(ReportState),
        confirm(
            ReportState,
            "split",
            title="Spread them over the days to come?",
            line=ReportState.split_line,
            verb="Try them again",
            on_confirm=ReportState.retry_split,
            weight="primary",
        ),
    )


def _content() -> rx.Component:
    view = ReportState.card
    return rx.fragment(
        ReactRouterLink.create(
            icon("chevron-left"), "Campaigns", to="/campaigns", class_name="back"
        ),
        _head(),
        rx.cond(view.is_undoable, _undo()),
        rx.cond(view.reason, _reason()),
        rx.cond(
            view.is_begun,
            rx.fragment(_progress(), _figures(), _people()),
            empty_state(
                "megaphone",
                "Not launched yet",
                "What came of it stands here once it has begun.",
                allowed(
                    Permission.CAMPAIGNS_EDIT,
                    link_button("Go on with it", to=view.edit_link, weight="primary"),
                ),
            ),
        ),
    )


def _head() -> rx.Component:
    view = ReportState.card
    ways = view.ways
    return rx.el.header(
        rx.el.div(
            rx.el.div(
                rx.el.h1(view.name, class_name=styles.PAGE_TITLE),
                badge(view.status_words, view.tone),
                class_name=styles.LINE,
            ),
            rx.el.p(view.line, class_name=styles.PAGE_LINE),
        ),
        rx.el.div(
            allowed(
                Permission.CAMPAIGNS_LAUNCH,
                rx.cond(
                    ways.may_cancel,
                    button(
                        "Cancel",
                        weight="ghost",
                        on_click=ReportState.ask("cancel", view.id, view.name),
                    ),
                ),
                rx.cond(view.may_retry, button(view.retry_words, on_click=ReportState.retry)),
                rx.cond(
                    ways.may_pause,
                    button("Pause", icon_name="pause", on_click=ReportState.pause),
                ),
                rx.cond(
                    ways.may_resume,
                    button(
                        "Resume", weight="primary", icon_name="play", on_click=ReportState.resume
                    ),
                ),
            ),
            allowed(
                Permission.CAMPAIGNS_EDIT,
                rx.cond(ways.may_edit, link_button("Edit", to=view.edit_link, icon_name="pencil")),
            ),
            class_name=f"{styles.LINE} report-ways",
        ),
        class_name=styles.PAGE_HEAD,
    )


def _undo() -> rx.Component:
    undo = button(
        "Undo", compact=True, icon_name="undo-2", id=dom_ids.UNDO_LAUNCH, on_click=ReportState.undo
    )
    return note(
        "Launched. The first message leaves in a few seconds.",
        "info",
        allowed(Permission.CAMPAIGNS_LAUNCH, undo),
        icon_name="rocket",
        role="status",
    )


def _reason() -> rx.Component:
    view = ReportState.card
    return note(
        view.reason,
        "warning",
        icon_name="triangle-alert",
        role="status",
    )


def _progress() -> rx.Component:
    view = ReportState.card
    progress = view.progress
    return rx.el.div(
        stacked_bar(
            ("accent", progress.read),
            ("success", progress.delivered),
            ("info", progress.sent),
            ("danger", progress.failed),
            words=progress.line,
        ),
        rx.el.p(view.counts_line, class_name=f"{styles.MUTED} {styles.TABULAR}"),
        class_name="report-progress",
    )


def _figures() -> rx.Component:
    body = ReportState.body
    return rx.el.div(
        card(
            card_head(
                "What came of it",
                link_button(
                    "Replies", to=ReportState.card.replies_link, icon_name="inbox", compact=True
                ),
            ),
            rx.el.div(
                funnel(
                    body.steps,
                    label="How far the messages came",
                    on_choose=cards.show_people,
                ),
                class_name=styles.CARD_BODY,
            ),
        ),
        card(
            card_head("Course"),
            rx.el.div(
                rx.cond(
                    body.band,
                    column_chart(body.band, label=body.band_line, heads=("From", "Messages")),
                    empty_line("Nothing has left yet."),
                ),
                class_name=styles.CARD_BODY,
            ),
        ),
        cards.reasons(),
        cards.cost(),
        rx.cond(body.taps.length() + body.clicks.length() > 0, cards.pressed()),
        rx.cond(body.comparison.sentence, cards.comparison()),
        class_name="report-cards",
    )


def _people() -> rx.Component:
    state = RecipientsState
    return rx.el.section(
        rx.el.header(
            rx.el.h2("Recipients", class_name=styles.SECTION_TITLE),
            allowed(
                Permission.CONTACTS_EXPORT,
                download_button("Export", href=ReportState.card.export_link, compact=True),
            ),
            class_name=f"{styles.LINE} report-people",
        ),
        list_view(
            state,
            columns=("Name", "Number", "State", "Why", "Replied", "Changed", ""),
            extra=("Number", "Why", "Replied"),
            row=_recipient,
            filters=(
                search_box(state, "Search names and numbers"),
                filter_select(state, "state", "State", _STATES),
            ),
            empty=empty_line("Nobody is in this campaign."),
        ),
        id=dom_ids.RECIPIENTS,
    )


def _recipient(row: ObjectVar[RecipientRow]) -> rx.Component:
    return line_of(
        row,
        rx.cond(row.link, person_cell(row, to=row.link), person_cell(row)),
        cell(row.phone, extra=True, tabular=True),
        rx.el.td(badge(row.state_words, row.state_tone)),
        cell(row.reason, extra=True, wrap=True),
        cell(row.replied, extra=True, tabular=True),
        cell(row.when, muted=True, tabular=True, title=row.when_full),
        rx.el.td(
            rx.cond(
                row.thread_link,
                link_button(
                    "Chat",
                    to=row.thread_link,
                    icon_name="message-square",
                    weight="ghost",
                    compact=True,
                ),
            ),
            class_name=styles.CELL_END,
        ),
    )
