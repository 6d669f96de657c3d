"""One template: how it looks, what came of it, what became of it."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed, cell, confirm
from xobito_app.ui.components import (
    badge,
    button,
    card_head,
    dialog,
    dialog_close,
    dialog_foot,
    error_state,
    link_button,
    list_card,
    menu_item,
    note,
    padded_card,
    page_body,
    row_menu,
    select_field,
    skeleton_rows,
    table,
)
from xobito_app.ui.pages.template.rows import FigureRow, HistoryRow, LanguageRow, UseRow
from xobito_app.ui.pages.template.state import TemplateState
from xobito_app.ui.pages.templates.clicks import clicks_list
from xobito_app.ui.pages.templates.paper import paper
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon


def template() -> rx.Component:
    """Return the whole page."""
    state = TemplateState
    return page_body(
        ReactRouterLink.create(
            icon("chevron-left"), "Templates", to="/templates", class_name="back"
        ),
        rx.match(
            state.stage,
            ("ready", _content()),
            ("loading", skeleton_rows(8)),
            error_state(state.problem, state.load),
        ),
        _copy_dialog(),
        confirm(
            state,
            "count",
            title="Have Meta count clicks?",
            line="Meta counts for all templates of this account, and cannot be told to stop.",
            verb="Count clicks",
            on_confirm=state.count_clicks,
        ),
        confirm(
            state,
            "one",
            title="Delete this language?",
            line="Meta keeps the name of an approved template for 30 days.",
            verb="Delete",
            on_confirm=state.delete,
        ),
        confirm(
            state,
            "all",
            title="Delete the template in all languages?",
            line="Meta keeps the name of an approved template for 30 days.",
            verb="Delete all",
            on_confirm=state.delete_all,
        ),
    )


def _content() -> rx.Component:
    view = TemplateState.card
    return rx.fragment(
        _head(),
        rx.cond(view.rejection, note(view.rejection, "danger", icon_name="circle-x")),
        rx.cond(view.advice, note(view.advice, "info", icon_name="lightbulb")),
        rx.cond(view.notice, note(view.notice, "warning", icon_name="triangle-alert")),
        rx.el.div(
            rx.el.div(
                paper(TemplateState.paper),
                rx.cond(view.blanks, rx.el.p("Variables: ", view.blanks, class_name=styles.MUTED)),
                class_name=styles.STACK,
            ),
            rx.el.div(
                _results(), _clicks(), _uses(), _languages(), _history(), class_name=styles.STACK
            ),
            class_name="template-columns",
        ),
    )


def _head() -> rx.Component:
    view, state = TemplateState.card, TemplateState
    edit = rx.cond(
        view.why_not_edit,
        button("Edit", icon_name="pencil", disabled=True, title=view.why_not_edit),
        link_button("Edit", to=view.edit_path, icon_name="pencil", weight="primary"),
    )
    unpause = button(
        "Unpause", icon_name="play", busy=state.is_busy, on_click=state.unpause, weight="primary"
    )
    return rx.el.header(
        rx.el.div(
            rx.el.h1(view.name, class_name=styles.PAGE_TITLE),
            rx.el.p(view.facts, class_name=styles.PAGE_LINE),
            rx.el.div(
                badge(view.status, view.tone),
                rx.cond(view.quality, badge(view.quality, view.quality_tone)),
                rx.cond(view.has_draft, badge("New version in work", "info")),
                class_name=styles.LINE,
            ),
        ),
        rx.el.div(
            rx.cond(view.can_unpause, allowed(Permission.TEMPLATES_EDIT, unpause)),
            allowed(Permission.TEMPLATES_EDIT, edit),
            _menu(),
            class_name=styles.LINE,
        ),
        class_name=styles.PAGE_HEAD,
    )


def _menu() -> rx.Component:
    view, state = TemplateState.card, TemplateState
    return row_menu(
        allowed(
            Permission.TEMPLATES_CREATE,
            menu_item(
                "Duplicate to a language", icon_name="copy", on_select=state.set_copying(True)
            ),
        ),
        allowed(
            Permission.TEMPLATES_DELETE,
            rx.cond(
                view.why_not_delete,
                rx.fragment(),
                rx.fragment(
                    menu_item(
                        "Delete this language",
                        icon_name="trash-2",
                        danger=True,
                        on_select=state.ask("one", view.id, view.name),
                    ),
                    menu_item(
                        "Delete all languages",
                        icon_name="trash-2",
                        danger=True,
                        on_select=state.ask("all", view.id, view.name),
                    ),
                ),
            ),
        ),
    )


def _copy_dialog() -> rx.Component:
    state = TemplateState
    return dialog(
        "Duplicate to a language",
        rx.el.form(
            select_field(
                "Language",
                rx.foreach(state.free_languages, lambda one: rx.el.option(one[1], value=one[0])),
                name="language",
                help="A draft with the same parts begins; translate it and submit it.",
            ),
            dialog_foot(dialog_close(), button("Duplicate", weight="primary", type="submit")),
            on_submit=state.copy_to,
            class_name=styles.FORM,
        ),
        open=state.is_copying,
        on_open_change=state.set_copying,
    )


def _results() -> rx.Component:
    return padded_card(
        card_head("What came of it", note=TemplateState.card.used),
        rx.el.dl(rx.foreach(TemplateState.figures, _figure), class_name="figures"),
    )


def _figure(row: ObjectVar[FigureRow]) -> rx.Component:
    return rx.el.div(rx.el.dt(row.label), rx.el.dd(row.value), title=row.meaning, key=row.id)


def _clicks() -> rx.Component:
    card, state = TemplateState.clicks, TemplateState
    switch_on = allowed(
        Permission.CONNECTION_MANAGE,
        rx.cond(
            card.is_off,
            button("Have Meta count", compact=True, on_click=state.ask("count", card.id, "")),
        ),
    )
    return rx.cond(
        card.is_shown,
        padded_card(
            card_head("Clicks", note="By Meta, in the last 30 days (UTC)."),
            clicks_list(card, switch_on),
        ),
    )


def _uses() -> rx.Component:
    return list_card("Campaigns that send it", TemplateState.uses, _use, note="The newest ten.")


def _use(row: ObjectVar[UseRow]) -> rx.Component:
    return rx.el.li(ReactRouterLink.create(row.name, to=row.path), key=row.id)


def _languages() -> rx.Component:
    return list_card("Other languages", TemplateState.languages, _language)


def _language(row: ObjectVar[LanguageRow]) -> rx.Component:
    return rx.el.li(
        ReactRouterLink.create(row.language, to=row.path),
        " ",
        badge(row.status, row.tone),
        key=row.id,
    )


def _history() -> rx.Component:
    return padded_card(
        card_head("History", note="Status, quality and category over time."),
        rx.cond(
            TemplateState.history,
            table(
                ("When", "What", "Change", "Why", "By"),
                rx.foreach(TemplateState.history, _event),
                extra=("Why", "By"),
            ),
            rx.el.p("Nothing has changed since it was first seen here.", class_name=styles.MUTED),
        ),
    )


def _event(row: ObjectVar[HistoryRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.when, tabular=True),
        cell(row.what),
        rx.el.td(rx.cond(row.change, badge(row.change, row.tone))),
        cell(row.note, extra=True, muted=True, wrap=True),
        cell(row.by, extra=True),
        key=row.id,
    )
