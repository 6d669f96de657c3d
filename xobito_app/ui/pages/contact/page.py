"""One contact: facts at the left, what happened at the right."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks import allowed, confirm, delete_title, form, loaded
from xobito_app.ui.components import (
    avatar,
    badge,
    button,
    card,
    card_head,
    chip,
    color_dot,
    empty_state,
    field_error,
    link_button,
    menu,
    menu_item,
    menu_line,
    note,
    page_body,
    row_menu,
    tabs,
)
from xobito_app.ui.pages.campaigns.got import got_list
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
from xobito_app.ui.theme import icon


def contact() -> rx.Component:
    """Return the whole page."""
    state = ContactState
    gone = empty_state(
        "user-x",
        "This contact no longer exists",
        "It was deleted, merged, or the address is wrong.",
        link_button("All contacts", to="/contacts"),
    )
    return page_body(
        loaded(state, _content(), ("missing", gone), rows=8),
        contact_form(),
        confirm(
            state,
            "delete",
            title=delete_title(state),
            line="The contact, the conversations and the notes go. This cannot be undone.",
            verb="Delete",
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
                ("campaigns", "Campaigns", card(got_list(state.got))),
                ("notes", "Notes", _notes()),
                value=state.tab,
                on_change=state.show_tab,
            ),
            class_name="contact-columns",
        ),
    )


def _head() -> rx.Component:
    view = ContactState.card
    return rx.el.header(
        avatar(view.initials, view.tone, size="large"),
        rx.el.div(
            rx.el.h1(view.name, class_name=styles.PAGE_TITLE),
            rx.el.p(view.line, class_name=styles.PAGE_LINE),
            rx.el.div(
                rx.cond(view.status, chip(color_dot(view.color), view.status)),
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
            allowed(
                Permission.CONTACTS_EDIT,
                button("Change", icon_name="pencil", on_click=ContactFormState.edit(view.id)),
            ),
            allowed((Permission.CONTACTS_EDIT, Permission.CONTACTS_DELETE), _menu()),
            class_name=styles.LINE,
        ),
        class_name="contact-head",
    )


def _menu() -> rx.Component:
    view = ContactState.card
    opt_in = menu_item(
        "Opt in again", icon_name="bell", on_select=ContactState.set_opted_out(False)
    )
    opt_out = menu_item("Opt out", icon_name="bell-off", on_select=ContactState.set_opted_out(True))
    merge = menu_item(
        "Merge with another contact",
        icon_name="copy",
        on_select=rx.redirect(rx.Var.create("/contacts/duplicates?keep=") + view.id.to(str)),
    )
    delete = menu_item(
        "Delete",
        icon_name="trash-2",
        danger=True,
        on_select=ContactState.ask("delete", view.id, view.name),
    )
    return menu(
        [icon("ellipsis")],
        allowed(Permission.CONTACTS_EDIT, rx.cond(view.is_opted_out, opt_in, opt_out), merge),
        allowed(Permission.CONTACTS_DELETE, menu_line(), delete),
        label="More actions",
    )


def _merge(row: ObjectVar[MergeRow]) -> rx.Component:
    undo = button("Undo", compact=True, on_click=ContactState.undo_merge(row.id))
    return note(
        row.line, "info", allowed(Permission.CONTACTS_EDIT, undo), icon_name="copy", key=row.id
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
    return rx.cond(
        ContactState.events,
        rx.el.ol(rx.foreach(ContactState.events, _event), class_name="timeline"),
        empty_state("history", "Nothing happened yet", "Messages, changes and notes stand here."),
    )


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
        allowed(Permission.CONTACTS_EDIT, _note_form()),
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
    return form(
        rx.el.textarea(
            name="body",
            rows="3",
            placeholder="Write a note for colleagues",
            aria_label="Note",
            default_value=state.note_text,
            key=state.editing_note + state.notes.length().to_string(),
            class_name=styles.INPUT,
        ),
        field_error(state.errors, "body"),
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
