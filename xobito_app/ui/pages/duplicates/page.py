"""Duplicates: pairs that may be one person, compared fact by fact before they are merged."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed, loaded
from xobito_app.ui.components import (
    avatar,
    button,
    card,
    card_head,
    dialog,
    dialog_close,
    dialog_foot,
    empty_state,
    link_button,
    note,
    page_body,
    page_header,
    search_field,
    table,
)
from xobito_app.ui.pages.duplicates.state import DuplicatesState, FieldRow, PairRow, PersonRow
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon

_PATH = "/contacts/duplicates"


def duplicate_contacts() -> rx.Component:
    """Return the whole page."""
    state = DuplicatesState
    return page_body(
        page_header(
            "Duplicates",
            link_button("All contacts", to="/contacts", weight="ghost"),
            rx.cond(
                state.shows_dismissed,
                link_button("Back to duplicates", to=_PATH),
                link_button("Dismissed", to=f"{_PATH}?show=dismissed"),
            ),
            line=rx.cond(
                state.shows_dismissed,
                "Pairs that look alike but were marked as different people.",
                "Contacts that may be the same person. A merge can be undone for 30 days.",
            ),
        ),
        loaded(
            state,
            rx.el.div(
                rx.foreach(state.keeper, _partner_search),
                rx.cond(
                    state.pairs,
                    card(rx.foreach(state.pairs, _pair)),
                    rx.cond(state.keeper, rx.fragment(), _nobody()),
                ),
                class_name=styles.STACK,
            ),
        ),
        _comparison(),
    )


def _nobody() -> rx.Component:
    return rx.cond(
        DuplicatesState.shows_dismissed,
        empty_state(
            "users",
            "Nothing dismissed",
            "Pairs you mark as “Not the same person” appear here.",
        ),
        empty_state(
            "users",
            "No duplicates found",
            "Phone numbers, e-mail addresses, names and companies were compared.",
        ),
    )


def _partner_search(keeper: ObjectVar[PersonRow]) -> rx.Component:
    state = DuplicatesState
    return card(
        card_head(rx.Var.create("Who is the same person as ") + keeper.name.to(str) + "?"),
        rx.el.div(
            search_field(
                "Name, number or e-mail of the other contact",
                default_value="",
                on_change=state.find_partner.debounce(250),
                auto_focus=True,
            ),
            class_name=styles.CARD_BODY,
        ),
        rx.foreach(
            state.partners,
            lambda row: rx.el.div(
                _person(row),
                button("Compare", compact=True, on_click=state.compare(keeper.id, row.id)),
                class_name=styles.LIST_ROW,
                key=row.id,
            ),
        ),
        rx.cond(
            (state.typed != "") & ~state.partners,
            rx.el.p("No other contact matches.", class_name=f"{styles.MUTED} {styles.CARD_BODY}"),
        ),
        key=keeper.id,
    )


def _person(row: ObjectVar[PersonRow]) -> rx.Component:
    return rx.el.div(
        avatar(row.initials, row.tone, size="small"),
        rx.el.div(
            ReactRouterLink.create(row.name, to=row.link, class_name=styles.CELL_MAIN),
            rx.el.div(row.line, class_name=styles.ROW_LINE),
        ),
        class_name=f"{styles.CELL_PERSON} {styles.GROW}",
    )


def _pair(row: ObjectVar[PairRow]) -> rx.Component:
    return rx.el.div(
        _person(row.first.to(PersonRow)),
        _person(row.second.to(PersonRow)),
        rx.el.span(row.reasons, class_name=f"{styles.MUTED} pair-reasons"),
        allowed(Permission.CONTACTS_EDIT, _decisions(row)),
        class_name=f"{styles.LIST_ROW} pair",
        key=row.id,
    )


def _decisions(row: ObjectVar[PairRow]) -> rx.Component:
    state = DuplicatesState
    return rx.el.div(
        rx.cond(
            state.shows_dismissed,
            button(
                "Restore",
                compact=True,
                weight="ghost",
                on_click=state.take_back(row.first.id, row.second.id),
            ),
            button(
                "Not the same person",
                compact=True,
                weight="ghost",
                on_click=state.set_apart(row.first.id, row.second.id),
            ),
        ),
        button("Compare", compact=True, on_click=state.compare(row.first.id, row.second.id)),
        class_name=styles.LINE,
    )


def _comparison() -> rx.Component:
    state = DuplicatesState
    return dialog(
        rx.Var.create("Merge into ") + state.keep_name,
        rx.el.div(
            note(state.moving, "info", icon_name="message-square"),
            table(
                ("Field", "Kept contact", "Merged contact", "Result"),
                rx.foreach(state.facts, _fact),
            ),
            class_name=styles.STACK,
        ),
        dialog_foot(
            button(
                "Swap",
                weight="ghost",
                icon_name="arrow-left-right",
                on_click=state.compare(state.drop_id, state.keep_id),
            ),
            dialog_close(),
            button("Merge", weight="primary", busy=state.is_busy, on_click=state.merge),
        ),
        line=state.drop_name
        + " is merged into it. Empty fields are filled from the other contact; nothing is lost.",
        open=state.is_open,
        on_open_change=state.set_open,
        wide=True,
    )


def _fact(row: ObjectVar[FieldRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.label, scope="row"),
        rx.el.td(row.kept),
        rx.el.td(row.dropped),
        rx.el.td(
            rx.cond(row.is_changed, icon("arrow-right", size=12), rx.fragment()),
            " ",
            row.result,
            class_name=rx.cond(row.is_changed, styles.CELL_MAIN, ""),
        ),
        key=row.label,
    )
