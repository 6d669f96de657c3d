"""The form with all filters of contacts, for the list and for whoever else filters them."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import ArrayVar

from xobito_app.ui import styles
from xobito_app.ui.blocks import choice_options, form
from xobito_app.ui.blocks.list_view import Choices
from xobito_app.ui.components import button, select_field, text_field
from xobito_app.ui.forms import COUNTRIES
from xobito_app.ui.pages.contacts.address import TYPES

_YES_NO = (("", "Either"), ("yes", "Yes"), ("no", "No"))


def filter_form(state: Any, *beside: rx.Component, verb: str) -> rx.Component:
    """Return the form.

    Args:
        state: A `FilteringState` with a handler `narrow_more`.
        beside: What stands beside the button.
        verb: What the button says.
    """
    return form(
        _one(state, "Status", "status", state.statuses),
        _one(state, "Source", "source", state.sources),
        _one(state, "Group", "group", state.groups),
        _one(state, "Assigned to", "assignee", state.people, ("nobody", "Nobody")),
        _one(state, "Type", "type", tuple(TYPES.items())),
        _one(state, "Country", "country", COUNTRIES),
        rx.el.div(
            _answer(state, "Opted out", "opted_out"),
            _answer(state, "Has a number", "phone"),
            class_name=styles.FORM_ROW,
        ),
        rx.el.div(
            _date(state, "Created from", "since"),
            _date(state, "until", "until"),
            class_name=styles.FORM_ROW,
        ),
        rx.foreach(state.own_fields, lambda own: _own(state, own)),
        rx.el.div(
            *beside,
            button(verb, weight="primary", type="submit", compact=True),
            class_name="dialog-foot",
        ),
        on_submit=state.narrow_more,
        id="contact-filters",
    )


def _value(state: Any, name: str) -> rx.Var[str]:
    return state.query.get(name, "").to(str)


def _one(
    state: Any, label: str, name: str, choices: Choices, *first: tuple[str, str]
) -> rx.Component:
    value = _value(state, name)
    unlisted = rx.el.option(state.unlisted.get(name, "").to(str), value=value)
    options = rx.fragment(
        choice_options(first, "Any"),
        rx.cond(state.unlisted.contains(name), unlisted),
        choice_options(choices),
    )
    return select_field(label, options, name=name, default_value=value)


def _answer(state: Any, label: str, name: str) -> rx.Component:
    return select_field(label, _YES_NO, name=name, default_value=_value(state, name))


def _date(state: Any, label: str, name: str) -> rx.Component:
    return text_field(label, name=name, kind="date", default_value=_value(state, name))


def _own(state: Any, own: ArrayVar[tuple[str, str]]) -> rx.Component:
    return rx.el.label(
        rx.el.span(own[1], " contains", class_name=styles.FIELD_LABEL),
        rx.el.input(
            name=own[0],
            default_value=state.query.get(own[0], "").to(str),
            class_name=styles.INPUT,
        ),
        class_name=styles.FIELD,
        key=own[0],
    )
