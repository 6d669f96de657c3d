"""The dialog with the form of one contact."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.features.contacts.records.catalogue import ContactField
from xobito_app.ui import styles
from xobito_app.ui.blocks import Choices, Fields, choice_options, form_dialog
from xobito_app.ui.components import check_field, field
from xobito_app.ui.components.fields import field_error
from xobito_app.ui.forms import COUNTRIES
from xobito_app.ui.pages.contacts import asked
from xobito_app.ui.pages.contacts.address import TYPES
from xobito_app.ui.pages.contacts.form_state import ContactFormState, OwnField

_LABELS = {"address": "Street"}
"""Beside its city and country an address is no more than that."""
_KINDS: dict[str, Literal["tel", "email", "url"]] = {
    "phone": "tel",
    "email": "email",
    "website": "url",
}
"""Which keyboard a phone shows."""


def contact_form() -> rx.Component:
    """Return the dialog; it opens for a new contact and for a known one."""
    return form_dialog(
        ContactFormState,
        *map(_row, asked.MAIN),
        rx.foreach(ContactFormState.own, _own_field),
        rx.el.details(
            rx.el.summary("Address, language, description"),
            rx.el.div(*map(_row, asked.MORE), class_name=styles.FORM),
            class_name="more-fields",
        ),
        new="New contact",
        edit="Edit contact",
        wide=True,
    )


def _row(row: asked.Row) -> rx.Component:
    controls = [_control(one) for one in row]
    return rx.el.div(*controls, class_name=styles.FORM_ROW) if len(controls) > 1 else controls[0]


def _control(one: ContactField) -> rx.Component:
    fields, label, name = Fields(ContactFormState), _LABELS.get(one.name, one.label), one.draft_key
    if one.name in _CHOICES:
        choices, empty = _CHOICES[one.name]
        return fields.select(label, name, choices, empty=empty, help=one.help)
    if one.is_long:
        return fields.area(label, name, help=one.help)
    more: dict[str, Any] = {"auto_focus": True} if one is asked.ASKED[0] else {}
    return fields.text(label, name, kind=_KINDS.get(one.name, "text"), help=one.help, **more)


_CHOICES: dict[str, tuple[Choices, str]] = {
    "status": (ContactFormState.statuses, ""),
    "source": (ContactFormState.sources, "–"),
    "assignee": (ContactFormState.people, "Nobody"),
    "type": (tuple(TYPES.items()), ""),
    "country": (COUNTRIES, "–"),
}
"""What there is to choose from, and the word for none."""


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
