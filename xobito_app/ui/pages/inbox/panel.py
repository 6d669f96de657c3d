"""The right pane: who the customer is, edited in place."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import can, staged
from xobito_app.ui.components import (
    avatar,
    button,
    color_dot,
    empty_line,
    field_error,
    menu,
    menu_item,
    menu_line,
    removable,
)
from xobito_app.ui.pages.campaigns.got import got_list
from xobito_app.ui.pages.contact.rows import NoteRow, ThreadRow
from xobito_app.ui.pages.inbox.panel_rows import Choice, PanelField
from xobito_app.ui.pages.inbox.panel_state import PanelState
from xobito_app.ui.pages.inbox.people import MemberRow
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon

_EDITS = can(Permission.CONTACTS_EDIT)


def contact_panel() -> rx.Component:
    """Facts of the contact beside the open thread; a drawer where there is no room beside it."""
    return rx.el.aside(
        rx.cond(ThreadState.is_open, _body()),
        class_name="inbox-panel",
        aria_label="Contact",
        id=dom_ids.CONTACT_PANEL,
    )


def _body() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            icon("x"),
            type="button",
            aria_label="Close the contact",
            class_name=f"{styles.ICON_BUTTON} panel-close",
            data_panel_toggle="",
        ),
        staged(PanelState, _contact(), again=PanelState.load, rows=8),
        class_name="panel-body",
    )


def _contact() -> rx.Component:
    card = PanelState.card
    return rx.fragment(
        _head(),
        _labels(),
        _fold("fields", "Details", rx.el.div(rx.foreach(card.fields, _field))),
        rx.cond(
            card.is_whole,
            rx.fragment(
                _fold("notes", "Notes", _notes()),
                _fold("earlier", "Earlier chats", _earlier()),
                rx.cond(
                    can(Permission.CAMPAIGNS_VIEW),
                    _fold("campaigns", "Campaigns", got_list(PanelState.got)),
                ),
            ),
        ),
    )


def _head() -> rx.Component:
    header, card = ThreadState.header, PanelState.card
    name = rx.cond(
        card.link != "",
        ReactRouterLink.create(header.name, to=card.link, class_name="panel-link"),
        header.name,
    )
    return rx.el.div(
        avatar(header.initials, header.tone, size="large"),
        rx.el.h3(name, class_name="panel-name"),
        rx.el.p(
            card.type,
            rx.cond(card.username != "", rx.fragment(" · ", card.username)),
            rx.cond(card.since != "", rx.fragment(" · since ", card.since)),
            class_name="panel-line",
        ),
        rx.cond(
            card.opted_out != "",
            rx.el.p(icon("megaphone-off", size=14), card.opted_out, class_name="panel-warning"),
        ),
        class_name="panel-head",
    )


def _labels() -> rx.Component:
    card = PanelState.card
    return rx.el.dl(
        _row("Status", _pick("status", card.status, PanelState.statuses, "No status", _marked)),
        _row("Source", _pick("source", card.source, PanelState.sources, "No source", _marked)),
        rx.cond(
            card.is_whole,
            rx.fragment(
                _row("Owner", _pick("owner", card.owner, ThreadState.members, "Nobody", _named)),
                _row("Groups", _groups()),
            ),
        ),
        class_name="facts",
    )


def _row(label: str, value: rx.Component) -> rx.Component:
    return rx.fragment(rx.el.dt(label), rx.el.dd(value))


def _mark(choice: ObjectVar[Choice] | Any, none: str) -> rx.Component:
    return rx.fragment(
        color_dot(choice.color),
        rx.cond(choice.name != "", choice.name, rx.el.span(none, class_name=styles.MUTED)),
    )


def _marked(row: ObjectVar[Choice]) -> rx.Component:
    return _mark(row, "")


def _named(row: ObjectVar[MemberRow]) -> rx.Component:
    return rx.fragment(row.name)


def _pick(name: str, chosen: Any, choices: Any, none: str, words: Any) -> rx.Component:
    """Return what is chosen; a menu for those who may choose otherwise."""

    def choice(row: Any) -> rx.Component:
        return menu_item(words(row), on_select=PanelState.choose(name, row.id), key=row.id)

    # A contact may belong to nobody; a status and a source it always has.
    nobody = [menu_item(none, on_select=PanelState.choose(name, "")), menu_line()]
    return rx.cond(
        PanelState.card.is_whole & _EDITS,
        menu(
            [_mark(chosen, none), icon("chevron-down", size=13)],
            *(nobody if name == "owner" else []),
            rx.foreach(choices, choice),
            label=f"Change the {name}",
            class_name="panel-pick",
            align="start",
        ),
        rx.el.span(_mark(chosen, none), class_name=styles.LINE),
    )


def _groups() -> rx.Component:
    return rx.el.div(
        rx.foreach(PanelState.card.groups, _group),
        rx.cond(
            _EDITS,
            menu(
                [icon("plus", size=13), "Add"],
                rx.foreach(
                    PanelState.groups,
                    lambda row: menu_item(
                        row.name, on_select=PanelState.toggle_group(row.id), key=row.id
                    ),
                ),
                label="Add to a group, or take out",
                class_name="panel-pick",
                align="start",
            ),
        ),
        class_name="panel-groups",
    )


def _group(row: ObjectVar[Choice]) -> rx.Component:
    return removable(
        row.name,
        on_remove=PanelState.toggle_group(row.id),
        label=rx.Var.create("Take out of ") + row.name.to(str),
        may_remove=_EDITS,
        key=row.id,
    )


def _fold(name: str, title: str, *children: rx.Component) -> rx.Component:
    """Return a section that folds; the browser remembers which are folded."""
    return rx.el.details(
        rx.el.summary(icon("chevron-right", size=14), title, class_name="panel-heading"),
        *children,
        class_name="panel-fold",
        data_fold=f"panel-{name}",
        open=True,
    )


def _field(row: ObjectVar[PanelField]) -> rx.Component:
    return rx.el.div(
        rx.el.span(row.label, class_name="inline-label"),
        rx.cond(
            _EDITS & (row.kind != "fixed"),
            rx.match(
                row.kind,
                ("area", _editor(rx.el.textarea, row, rows="2")),
                ("choice", _options(row)),
                _editor(rx.el.input, row, type="text"),
            ),
            rx.el.span(rx.cond(row.value != "", row.value, "–"), class_name="inline-value"),
        ),
        field_error(PanelState.errors, row.name),
        class_name="inline-field",
        key=row.name,
    )


def _editor(element: Any, row: ObjectVar[PanelField], **props: Any) -> rx.Component:
    return element(
        default_value=row.value,
        key=PanelState.card.id.to(str) + row.value.to(str),
        placeholder="Add",
        aria_label=row.label,
        aria_invalid=rx.cond(PanelState.errors.contains(row.name), "true", "false"),
        auto_complete="off",
        on_blur=PanelState.change(row.name),
        class_name="inline-value",
        data_inline="",
        **props,
    )


def _options(row: ObjectVar[PanelField]) -> rx.Component:
    return menu(
        [
            rx.cond(row.value != "", row.value, rx.el.span("Choose", class_name=styles.MUTED)),
            icon("chevron-down", size=13),
        ],
        menu_item("None", on_select=PanelState.change(row.name, "")),
        menu_line(),
        rx.foreach(
            row.options,
            lambda option: menu_item(
                option, on_select=PanelState.change(row.name, option), key=option
            ),
        ),
        label="Choose",
        class_name="panel-pick",
        align="start",
    )


def _notes() -> rx.Component:
    state = PanelState
    return rx.fragment(
        rx.cond(
            _EDITS,
            rx.el.form(
                rx.el.textarea(
                    name="body",
                    rows="2",
                    placeholder="Write a note for colleagues",
                    aria_label="Note on this contact",
                    key=state.card.id.to(str) + state.notes_written.to_string(),
                    class_name=styles.INPUT,
                ),
                field_error(state.errors, "note"),
                button("Add note", compact=True, type="submit"),
                on_submit=state.add_note,
                class_name="panel-note-form",
            ),
        ),
        rx.foreach(state.notes, _note),
        rx.cond(
            state.has_more_notes,
            ReactRouterLink.create("All notes", to=state.card.link, class_name=styles.LINK),
        ),
        rx.cond(
            (state.notes.length() == 0) & ~_EDITS,
            empty_line("No notes yet."),
        ),
    )


def _note(row: ObjectVar[NoteRow]) -> rx.Component:
    return rx.el.article(
        rx.el.p(row.body, class_name="panel-text"),
        rx.el.span(row.author, ", ", row.when, class_name="panel-line"),
        class_name="panel-note",
        key=row.id,
    )


def _earlier() -> rx.Component:
    return rx.cond(
        PanelState.earlier.length() > 0,
        rx.fragment(rx.foreach(PanelState.earlier, _chat)),
        empty_line("This is the only conversation with them."),
    )


def _chat(row: ObjectVar[ThreadRow]) -> rx.Component:
    return rx.el.button(
        rx.el.span(row.preview, class_name=styles.TRUNCATE),
        rx.el.span(row.line, ", ", row.when, class_name="panel-line"),
        type="button",
        on_click=ThreadState.open_conversation(row.id),
        class_name="panel-chat",
        key=row.id,
    )
