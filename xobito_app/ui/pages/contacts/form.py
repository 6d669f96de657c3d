"""The dialog with the form of one contact."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from reflex.vars import ArrayVar
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.components import (
    button,
    check_field,
    dialog,
    dialog_close,
    dialog_foot,
    field,
    problem,
    select_field,
    text_area,
    text_field,
)
from xobito_app.ui.forms import COUNTRIES
from xobito_app.ui.pages.contacts.address import TYPES
from xobito_app.ui.pages.contacts.form_state import ContactFormState, OwnField


def contact_form() -> rx.Component:
    """Return the dialog; it opens for a new contact and for a known one."""
    state = ContactFormState
    return dialog(
        rx.cond(state.editing, "Change the contact", "New contact"),
        rx.el.form(
            problem(state.errors.get("form", "").to(str)),
            _row(
                _text("First name", "first_name", auto_focus=True), _text("Last name", "last_name")
            ),
            _row(
                _text(
                    "Phone",
                    "phone",
                    kind="tel",
                    help="Without country code, the workspace's country counts.",
                ),
                _text("E-mail", "email", kind="email"),
            ),
            _row(
                _select(
                    "Status",
                    "status_id",
                    rx.foreach(state.statuses, _option),
                ),
                _select(
                    "Source",
                    "source_id",
                    rx.fragment(rx.el.option("–", value=""), rx.foreach(state.sources, _option)),
                ),
            ),
            _row(
                _select(
                    "Type",
                    "type",
                    rx.fragment(*(rx.el.option(word, value=name) for name, word in TYPES.items())),
                ),
                _select(
                    "Assigned to",
                    "assignee_id",
                    rx.fragment(
                        rx.el.option("Nobody", value=""), rx.foreach(state.people, _option)
                    ),
                ),
            ),
            _text("Groups", "groups", help="Names with commas between; new ones are made."),
            _row(_text("Company", "company"), _text("Website", "website", kind="url")),
            rx.foreach(state.own, _own_field),
            _more_fields(),
            dialog_foot(dialog_close(), button("Save", weight="primary", type="submit")),
            on_submit=state.save,
            class_name=styles.FORM,
            key=state.editing,
        ),
        open=state.is_open,
        on_open_change=state.set_open,
        wide=True,
    )


def _more_fields() -> rx.Component:
    state = ContactFormState
    return rx.el.details(
        rx.el.summary("Address, language, description"),
        rx.el.div(
            _text("Street", "address"),
            _row(_text("Zip", "zip"), _text("City", "city")),
            _row(
                _text("State", "state"),
                _select(
                    "Country",
                    "country",
                    rx.fragment(
                        rx.el.option("–", value=""),
                        *(rx.el.option(name, value=code) for code, name in COUNTRIES),
                    ),
                ),
            ),
            _text("Language", "language", help="Like en or pt_BR."),
            text_area(
                "Description",
                name="description",
                default_value=state.values.get("description", "").to(str),
                errors=state.errors,
            ),
            class_name=styles.FORM,
        ),
        class_name="more-fields",
    )


def _row(*fields: rx.Component) -> rx.Component:
    return rx.el.div(*fields, class_name=styles.FORM_ROW)


def _option(choice: ArrayVar[tuple[str, str]]) -> rx.Component:
    return rx.el.option(choice[1], value=choice[0], key=choice[0])


def _text(
    label: str, name: str, *, kind: str = "text", help: str = "", auto_focus: bool = False
) -> rx.Component:
    return text_field(
        label,
        name=name,
        kind=kind,
        help=help,
        auto_focus=auto_focus,
        auto_complete="off",
        default_value=ContactFormState.values.get(name, "").to(str),
        errors=ContactFormState.errors,
    )


def _select(label: str, name: str, choices: rx.Component) -> rx.Component:
    return select_field(
        label,
        choices,
        name=name,
        default_value=ContactFormState.values.get(name, "").to(str),
        errors=ContactFormState.errors,
    )


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
                rx.el.option("–", value=""),
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
        rx.cond(
            ContactFormState.errors.contains(own.name),
            rx.el.span(
                ContactFormState.errors.get(own.name, "").to(str),
                class_name=styles.FIELD_ERROR,
                role="alert",
            ),
        ),
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
