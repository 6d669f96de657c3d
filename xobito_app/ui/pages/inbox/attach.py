"""The plus in the composer: forms for buttons, lists, links, places and contact cards."""

from __future__ import annotations

import reflex as rx
from reflex.vars import ObjectVar, Var

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids, styles
from xobito_app.ui.blocks import allowed, form, staged
from xobito_app.ui.components import (
    button,
    dialog,
    dialog_close,
    dialog_foot,
    icon_button,
    menu,
    menu_item,
    picker_line,
    picker_list,
    problem,
    removable,
    search_field,
    text_area,
    text_field,
)
from xobito_app.ui.pages.inbox.attach_state import AttachState, PersonRow, SectionSlot
from xobito_app.ui.pages.inbox.schedule import due_line
from xobito_app.ui.theme import icon
from xobito_app.whatsapp import limits

_PICK_FILES = f"document.getElementById('{dom_ids.COMPOSER_PICKER}').click()"


def attach_menu() -> rx.Component:
    """Everything that can be sent beside words."""
    return menu(
        [icon("plus", size=16)],
        menu_item("Photos and files", icon_name="paperclip", on_select=rx.call_script(_PICK_FILES)),
        menu_item(
            "Buttons", icon_name="mouse-pointer-click", on_select=AttachState.begin("buttons")
        ),
        menu_item("List to choose from", icon_name="list", on_select=AttachState.begin("list")),
        menu_item("Link button", icon_name="external-link", on_select=AttachState.begin("link")),
        menu_item("Location", icon_name="map-pin", on_select=AttachState.begin("location")),
        menu_item("Contact card", icon_name="contact", on_select=AttachState.begin("card")),
        label="Attach",
        class_name=styles.ICON_BUTTON_COMPACT,
        align="start",
        side="top",
        id="composer-attach",
    )


def attach_dialog() -> rx.Component:
    """The form of whatever was chosen."""
    return dialog(
        AttachState.title,
        form(
            rx.match(
                AttachState.kind,
                ("buttons", _buttons()),
                ("list", _list()),
                ("link", _link()),
                ("location", _location()),
                ("card", _card()),
                rx.fragment(),
            ),
            due_line(),
            problem(AttachState.errors.get("form", "").to(str)),
            dialog_foot(dialog_close(), button("Send", weight="primary", type="submit")),
            on_submit=AttachState.send,
            data_counts="",
        ),
        open=AttachState.kind != "",
        on_open_change=AttachState.set_open,
    )


def _frame(*inside: rx.Component) -> rx.Component:
    """The texts that every message with buttons has, around what is special about one."""
    errors = AttachState.errors
    return rx.fragment(
        text_field(
            "Header (optional)", name="header", errors=errors, max_length=limits.INTERACTIVE_HEADER
        ),
        text_area("Message", name="body", errors=errors, max_length=limits.INTERACTIVE_BODY),
        text_field(
            "Footer (optional)", name="footer", errors=errors, max_length=limits.INTERACTIVE_FOOTER
        ),
        *inside,
    )


def _buttons() -> rx.Component:
    return _frame(
        *(
            text_field(
                f"Button {number}" if number == 1 else f"Button {number} (optional)",
                name=f"button-{number}",
                max_length=limits.REPLY_BUTTON_TITLE,
            )
            for number in range(1, limits.REPLY_BUTTONS + 1)
        )
    )


def _link() -> rx.Component:
    errors = AttachState.errors
    return _frame(
        text_field("Button", name="label", errors=errors, max_length=limits.CTA_LABEL),
        text_field(
            "Link",
            name="url",
            errors=errors,
            max_length=limits.CTA_URL,
            placeholder="https://",
            input_mode="url",
        ),
    )


def _list() -> rx.Component:
    return _frame(
        text_field(
            "Button that opens the list",
            name="label",
            errors=AttachState.errors,
            max_length=limits.LIST_BUTTON,
        ),
        rx.foreach(AttachState.sections, _section),
        rx.el.div(
            rx.el.span(
                AttachState.row_count, f" of {limits.LIST_ROWS} rows", class_name=styles.GROW
            ),
            button(
                "Add a section",
                icon_name="plus",
                compact=True,
                disabled=AttachState.row_count >= limits.LIST_ROWS,
                on_click=AttachState.add_section,
            ),
            class_name="rows-foot",
        ),
    )


def _section(section: ObjectVar[SectionSlot]) -> rx.Component:
    return rx.el.fieldset(
        _input(
            section.id.to(str) + "-title",
            "Section title",
            limits.LIST_SECTION_TITLE,
            placeholder="Section title (needed with several sections)",
        ),
        rx.foreach(section.rows, _row),
        button(
            "Add a row",
            icon_name="plus",
            weight="ghost",
            compact=True,
            disabled=AttachState.row_count >= limits.LIST_ROWS,
            on_click=AttachState.add_row(section.id),
        ),
        key=section.id,
        class_name="list-section",
    )


def _row(row_id: Var[str]) -> rx.Component:
    name = row_id.to(str)
    return rx.el.div(
        _input(name + "-title", "Row title", limits.LIST_ROW_TITLE),
        _input(
            name + "-detail",
            "Row description",
            limits.LIST_ROW_DESCRIPTION,
            placeholder="Description (optional)",
        ),
        icon_button(
            "x",
            "Remove this row",
            compact=True,
            disabled=AttachState.row_count == 1,
            on_click=AttachState.remove_row(name),
        ),
        key=name,
        class_name="list-line",
    )


def _input(name: Var[str], label: str, most: int, placeholder: str = "") -> rx.Component:
    return rx.el.input(
        name=name,
        placeholder=placeholder or label,
        aria_label=label,
        max_length=most,
        class_name=styles.INPUT_COMPACT,
    )


def _location() -> rx.Component:
    errors = AttachState.errors
    return rx.fragment(
        text_field(
            "Where",
            name="where",
            id=dom_ids.LOCATION_WHERE,
            errors=errors,
            max_length=2000,
            placeholder="48.2082, 16.3738",
            help="Coordinates, or a link copied from Google Maps or OpenStreetMap.",
        ),
        button(
            "Where I am now",
            icon_name="locate",
            compact=True,
            on_click=rx.call_script("xobito.locate()"),
        ),
        text_field("Name (optional)", name="name", errors=errors, max_length=200),
        text_field("Address (optional)", name="address", max_length=300),
    )


def _card() -> rx.Component:
    errors = AttachState.errors
    return rx.fragment(
        allowed(
            Permission.CONTACTS_VIEW,
            search_field(
                "Find a contact", on_change=AttachState.find.debounce(150), auto_complete="off"
            ),
            staged(
                AttachState,
                picker_list(AttachState.people, _person, empty="No contact fits."),
                again=AttachState.find(""),
            ),
        ),
        rx.cond(
            AttachState.chosen.length() > 0,
            rx.el.div(rx.foreach(AttachState.chosen, _chosen), class_name="file-list"),
        ),
        rx.el.details(
            rx.el.summary("Type one in instead"),
            text_field("Name", name="name", errors=errors, max_length=191),
            text_field("Phone", name="phone", errors=errors, max_length=40, input_mode="tel"),
            text_field("E-mail", name="email", errors=errors, max_length=191),
            text_field("Company", name="company", errors=errors, max_length=255),
            class_name="form-more",
            open=AttachState.people.length() == 0,
        ),
    )


def _person(person: ObjectVar[PersonRow]) -> rx.Component:
    take = AttachState.take(person.id)
    return picker_line(
        person.name, rx.el.span(person.phone), on_click=take, key=person.id, is_wide=True
    )


def _chosen(person: ObjectVar[PersonRow]) -> rx.Component:
    return removable(
        person.name,
        on_remove=AttachState.take(person.id),
        label=rx.Var.create("Do not share ") + person.name.to(str),
        key=person.id,
    )
