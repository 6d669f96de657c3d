"""One contact: facts at the left, what happened at the right."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.components import (
    avatar,
    badge,
    button,
    card,
    card_head,
    confirm_dialog,
    empty_state,
    error_state,
    link_button,
    menu,
    menu_item,
    menu_line,
    note,
    page_body,
    row_menu,
    skeleton_rows,
    tabs,
)
from xobito_app.ui.pages.contact.rows import (
    EVENT_ICONS,
    EventRow,
    Fact,
    MergeRow,
    NoteRow,
    ThreadRow,
)
from xobito_app.ui.pages.contact.state import ContactState
from xobito_app.ui.pages.contacts.form import contact_form
from xobito_app.ui.pages.contacts.form_state import ContactFormState
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.shell.state import ShellState
from xobito_app.ui.theme import icon


def contact() -> rx.Component:
    """Return the whole page."""
    state = ContactState
    return page_body(
        rx.match(
            state.stage,
            ("ready", _content()),
            (
                "missing",
                empty_state(
                    "user-x",
                    "This contact no longer exists",
                    "It was deleted, merged, or the address is wrong.",
                    link_button("All contacts", to="/contacts"),
                ),
            ),
            ("failed", error_state(state.problem, state.load)),
            skeleton_rows(8),
        ),
        contact_form(),
        confirm_dialog(
            rx.Var.create("Delete ") + state.card.name.to(str) + "?",
            "The contact, the conversations and the notes go. This cannot be undone.",
            verb="Delete",
            open=state.asks_to_delete,
            on_open_change=state.ask_to_delete,
            on_confirm=state.remove,
        ),
    )


def _content() -> rx.Component:
    state = ContactState
    return rx.fragment(
        ReactRouterLink.create(icon("chevron-left"), "Contacts", to="/contacts", class_name="back"),
        _head(),
        rx.cond(
            state.card.is_opted_out, note(state.card.opt_out_line, "warning", icon_name="bell-off")
        ),
        rx.cond(
            state.card.is_enabled,
            rx.fragment(),
            note("This contact is switched off: campaigns and bots leave it out.", "neutral"),
        ),
        rx.foreach(state.merges, _merge),
        rx.el.div(
            rx.el.aside(_facts(), class_name=styles.STACK),
            tabs(
                ("timeline", "Timeline", _timeline()),
                ("conversations", "Conversations", _threads()),
                ("notes", "Notes", _notes()),
                value=state.tab,
                on_change=state.show_tab,
            ),
            class_name="contact-columns",
        ),
    )


def _head() -> rx.Component:
    view, can = ContactState.card, ShellState.can
    return rx.el.header(
        avatar(view.initials, view.tone, size="large"),
        rx.el.div(
            rx.el.h1(view.name, class_name=styles.PAGE_TITLE),
            rx.el.p(view.line, class_name=styles.PAGE_LINE),
            rx.el.div(
                rx.cond(
                    view.status,
                    rx.el.span(
                        rx.el.span(class_name="status-dot", style={"background": view.color}),
                        view.status,
                        class_name="chip",
                    ),
                ),
                badge(view.type),
                rx.foreach(view.groups, lambda name: badge(name, "accent", key=name)),
                class_name=f"{styles.LINE} contact-marks",
            ),
            class_name=styles.GROW,
        ),
        rx.el.div(
            rx.cond(
                ContactState.threads,
                link_button(
                    "Open the chat",
                    to=ContactState.threads[0].link,
                    weight="primary",
                    icon_name="message-square",
                ),
            ),
            rx.cond(
                can[Permission.CONTACTS_EDIT.value],
                button("Change", icon_name="pencil", on_click=ContactFormState.edit(view.id)),
            ),
            rx.cond(
                can[Permission.CONTACTS_EDIT.value] | can[Permission.CONTACTS_DELETE.value],
                _menu(),
            ),
            class_name=styles.LINE,
        ),
        class_name="contact-head",
    )


def _menu() -> rx.Component:
    view, can = ContactState.card, ShellState.can
    edits = can[Permission.CONTACTS_EDIT.value]
    return menu(
        [icon("ellipsis")],
        rx.cond(
            edits,
            rx.cond(
                view.is_opted_out,
                menu_item(
                    "Opt in again", icon_name="bell", on_select=ContactState.set_opted_out(False)
                ),
                menu_item(
                    "Opt out", icon_name="bell-off", on_select=ContactState.set_opted_out(True)
                ),
            ),
        ),
        rx.cond(
            edits,
            menu_item(
                "Merge with another contact",
                icon_name="copy",
                on_select=rx.redirect(
                    rx.Var.create("/contacts/duplicates?keep=") + view.id.to(str)
                ),
            ),
        ),
        rx.cond(
            can[Permission.CONTACTS_DELETE.value],
            rx.fragment(
                menu_line(),
                menu_item(
                    "Delete",
                    icon_name="trash-2",
                    danger=True,
                    on_select=ContactState.ask_to_delete(True),
                ),
            ),
        ),
        label="More actions",
    )


def _merge(row: ObjectVar[MergeRow]) -> rx.Component:
    return rx.el.div(
        icon("copy"),
        rx.el.span(row.line, class_name=styles.GROW),
        rx.cond(
            ShellState.can[Permission.CONTACTS_EDIT.value],
            button("Undo", compact=True, on_click=ContactState.undo_merge(row.id)),
        ),
        class_name="note note-info",
        key=row.id,
    )


def _facts() -> rx.Component:
    view = ContactState.card
    return rx.fragment(
        card(
            card_head("Facts"),
            rx.el.dl(rx.foreach(view.facts, _fact), class_name="contact-facts"),
        ),
        rx.cond(
            view.own,
            card(
                card_head("Own fields"),
                rx.el.dl(rx.foreach(view.own, _fact), class_name="contact-facts"),
            ),
        ),
        rx.cond(
            view.description,
            card(
                card_head("Description"),
                rx.el.p(view.description, class_name=f"{styles.CARD_BODY} plain-text"),
            ),
        ),
    )


def _fact(fact: ObjectVar[Fact]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label),
        rx.el.dd(
            rx.cond(
                fact.link,
                rx.el.a(
                    fact.value,
                    href=fact.link,
                    target="_blank",
                    rel="noopener noreferrer nofollow",
                    class_name=styles.LINK,
                ),
                fact.value,
            )
        ),
        key=fact.label,
    )


def _timeline() -> rx.Component:
    return rx.el.ol(rx.foreach(ContactState.events, _event), class_name="timeline")


def _event(row: ObjectVar[EventRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.match(row.icon, *((name, icon(name)) for name in EVENT_ICONS), icon("circle")),
            class_name="timeline-icon",
        ),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    row.link,
                    ReactRouterLink.create(row.title, to=row.link, class_name=styles.LINK),
                    rx.el.span(row.title, class_name=styles.CELL_MAIN),
                ),
                rx.el.time(row.when, class_name=f"{styles.MUTED} {styles.TABULAR}"),
                class_name="timeline-head",
            ),
            rx.cond(row.text, rx.el.p(row.text, class_name="plain-text")),
        ),
        key=row.id,
    )


def _threads() -> rx.Component:
    return rx.cond(
        ContactState.threads,
        card(rx.foreach(ContactState.threads, _thread)),
        empty_state(
            "message-square",
            "No conversation that you may see",
            "When they write, or a template is sent to them, it stands here.",
        ),
    )


def _thread(row: ObjectVar[ThreadRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            ReactRouterLink.create(row.preview, to=row.link, class_name=styles.CELL_MAIN),
            rx.el.div(row.line, class_name=styles.ROW_LINE),
            class_name=styles.GROW,
        ),
        rx.el.span(row.when, class_name=f"{styles.MUTED} {styles.TABULAR}"),
        class_name=styles.LIST_ROW,
        key=row.id,
    )


def _notes() -> rx.Component:
    state = ContactState
    return rx.el.div(
        rx.cond(ShellState.can[Permission.CONTACTS_EDIT.value], _note_form()),
        rx.foreach(state.notes, _note),
        rx.cond(
            state.notes,
            rx.fragment(),
            empty_state(
                "sticky-note",
                "No notes yet",
                "What colleagues should know. Customers never see it.",
            ),
        ),
        class_name=styles.STACK,
    )


def _note_form() -> rx.Component:
    state = ContactState
    return rx.el.form(
        rx.el.textarea(
            name="body",
            rows="3",
            placeholder="Write a note for colleagues",
            aria_label="Note",
            default_value=state.note_text,
            key=state.editing_note + state.notes.length().to_string(),
            class_name=styles.INPUT,
        ),
        rx.cond(
            state.note_error,
            rx.el.span(state.note_error, class_name=styles.FIELD_ERROR, role="alert"),
        ),
        rx.el.div(
            rx.cond(
                state.editing_note,
                button("Cancel", compact=True, on_click=state.edit_note("")),
            ),
            button(
                rx.cond(state.editing_note, "Save the note", "Add the note"),
                weight="primary",
                compact=True,
                type="submit",
            ),
            class_name=styles.LINE,
        ),
        on_submit=state.save_note,
        class_name=styles.FORM,
    )


def _note(row: ObjectVar[NoteRow]) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            rx.el.strong(row.author),
            rx.el.span(row.when, class_name=f"{styles.MUTED} {styles.TABULAR} {styles.GROW}"),
            rx.cond(
                row.is_own,
                row_menu(
                    menu_item(
                        "Change", icon_name="pencil", on_select=ContactState.edit_note(row.id)
                    ),
                    menu_item(
                        "Delete",
                        icon_name="trash-2",
                        danger=True,
                        on_select=ContactState.remove_note(row.id),
                    ),
                ),
            ),
            class_name=styles.LINE,
        ),
        rx.el.p(row.body, class_name="plain-text"),
        class_name="contact-note",
        key=row.id,
    )
