"""The dialog with the form of one contact."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import Fields, choice_options, form_dialog
from xobito_app.ui.components import check_field, field
from xobito_app.ui.components.fields import field_error
from xobito_app.ui.forms import COUNTRIES
from xobito_app.ui.pages.contacts.address import TYPES
from xobito_app.ui.pages.contacts.form_state import ContactFormState, OwnField


def contact_form() -> rx.Component:
    """Return the dialog; it opens for a new contact and for a known one."""
    state, fields = ContactFormState, Fields(ContactFormState)
    return form_dialog(
        state,
        _row(
            fields.text("First name", "first_name", auto_focus=True),
            fields.text("Last name", "last_name"),
        ),
        _row(
            fields.text(
                "Phone",
                "phone",
                kind="tel",
                help="Without a country code, the workspace's country is used.",
            ),
            fields.text("E-mail", "email", kind="email"),
        ),
        _row(
            fields.select("Status", "status_id", state.statuses),
            fields.select("Source", "source_id", state.sources, empty="–"),
        ),
        _row(
            fields.select("Type", "type", tuple(TYPES.items())),
            fields.select("Assigned to", "assignee_id", state.people, empty="Nobody"),
        ),
        fields.text("Groups", "groups", help="Separated by commas; new ones are created."),
        _row(fields.text("Company", "company"), fields.text("Website", "website", kind="url")),
        rx.foreach(state.own, _own_field),
        _more_fields(fields),
        new="New contact",
        edit="Edit contact",
        wide=True,
    )


def _more_fields(fields: Fields) -> rx.Component:
    return rx.el.details(
        rx.el.summary("Address, language, description"),
        rx.el.div(
            fields.text("Street", "address"),
            _row(fields.text("Zip", "zip"), fields.text("City", "city")),
            _row(
                fields.text("State", "state"),
                fields.select("Country", "country", COUNTRIES, empty="–"),
            ),
            fields.text("Language", "language", help="Like en or pt_BR."),
            fields.area("Description", "description"),
            class_name=styles.FORM,
        ),
        class_name="more-fields",
    )


def _row(*fields: rx.Component) -> rx.Component:
    return rx.el.div(*fields, class_name=styles.FORM_ROW)


def _own_field(own: ObjectVar[OwnField]) -> rx.Component:
    control = rx.match(
        own.kind,
        (
            "text_area",
            rx.el.textarea(
                rows="3",
                name=own.name,
                default_value=own.value,
                placeholder=own.placeholder,
                class_name=styles.INPUT,
            ),
        ),
        (
            "dropdown",
            rx.el.select(
                choice_options((), "–"),
                rx.foreach(own.options, lambda o: rx.el.option(o, value=o, key=o)),
                name=own.name,
                default_value=own.value,
                class_name=styles.INPUT,
            ),
        ),
        ("checkboxes", rx.el.div(rx.foreach(own.options, lambda o: _box(own, o)))),
        (
            "number",
            _input(own, "number"),
        ),
        ("date", _input(own, "date")),
        _input(own, "text"),
    )
    return rx.el.div(
        field(
            rx.fragment(control),
            own.label,
            name="own",
            help=own.help,
        ),
        field_error(ContactFormState.errors, own.name),
        class_name=styles.FIELD,
        key=own.name,
    )


def _input(own: ObjectVar[OwnField], kind: Literal["text", "number", "date"]) -> rx.Component:
    return rx.el.input(
        type=kind,
        name=own.name,
        default_value=own.value,
        placeholder=own.placeholder,
        step="any",
        class_name=styles.INPUT,
    )


def _box(own: ObjectVar[OwnField], option: rx.Var[str]) -> rx.Component:
    return check_field(
        option,
        name=own.name.to(str) + ":" + option.to(str),
        default_checked=own.ticked.contains(option),
        key=option,
    )
