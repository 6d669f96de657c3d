"""How a form looks: the dialog around it, its fields, the question before something is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from xobito_app.core.permissions import Permission
from xobito_app.ui import styles
from xobito_app.ui.blocks.form_state import FormState, QuestionState, RowFormState
from xobito_app.ui.blocks.list_view import Choices, choice_options
from xobito_app.ui.blocks.rights import allowed
from xobito_app.ui.components import (
    button,
    check_field,
    confirm_dialog,
    dialog,
    dialog_close,
    dialog_foot,
    problem,
    secrets,
    select_field,
    switch_field,
    text_area,
    text_field,
)
from xobito_app.ui.components.buttons import Weight
from xobito_app.ui.components.fields import field_error


def form(*content: Any, on_submit: Any, **props: Any) -> rx.Component:
    """Return a form that says itself what is wrong; the browser's own bubbles stay away."""
    return rx.el.form(
        *content, on_submit=on_submit, no_validate=True, class_name=styles.FORM, **props
    )


def page_form(form_id: str, *fields: Any, on_submit: Any, verb: str = "Save") -> rx.Component:
    """Return a form that stands on a page, says whether it is saved and asks before it is left."""
    state = [rx.el.span(class_name=styles.SAVE_STATE)] if verb == "Save" else []
    foot = rx.el.div(
        button(verb, weight="primary", type="submit"), *state, class_name=styles.FORM_FOOT
    )
    return form(*fields, foot, on_submit=on_submit, id=form_id, data_guard="")


class Fields:
    """The fields of one form, each with its value and its error."""

    def __init__(self, state: type[FormState]) -> None:
        self._state = state

    def value(self, name: str) -> rx.Var[str]:
        """Return what stands in a field at first."""
        return self._state.values.get(name, "").to(str)

    def _bound(self, name: str, props: dict[str, Any]) -> dict[str, Any]:
        if "value" not in props:
            props.setdefault("default_value", self.value(name))
        return {"name": name, "errors": self._state.errors, **props}

    def text(self, label: str, name: str, **props: Any) -> rx.Component:
        """Return a field of one line."""
        props.setdefault("auto_complete", "off")
        return text_field(label, **self._bound(name, props))

    def area(self, label: str, name: str, **props: Any) -> rx.Component:
        """Return a field of several lines."""
        return text_area(label, **self._bound(name, props))

    def select(
        self, label: str, name: str, choices: Choices, *, empty: str = "", **props: Any
    ) -> rx.Component:
        """Return a choice of one; `empty` is the word for none."""
        return select_field(label, choice_options(choices, empty), **self._bound(name, props))

    def error(self, name: str) -> rx.Component:
        """Return what is wrong with something that is more than one field."""
        return field_error(self._state.errors, name)

    def check(self, label: str, name: str, **props: Any) -> rx.Component:
        """Return a box to tick."""
        return check_field(label, name=name, default_checked=self.value(name) != "", **props)

    def switch(self, label: str, name: str, **props: Any) -> rx.Component:
        """Return a switch."""
        return switch_field(label, name=name, default_checked=self.value(name) != "", **props)


def form_dialog(
    state: type[FormState],
    *fields: Any,
    new: str | rx.Var[str],
    edit: str = "",
    line: str | rx.Var[str] = "",
    verb: str | rx.Var[str] = "Save",
    wide: bool = False,
    submit: rx.Component | None = None,
    beside: Sequence[rx.Component] = (),
) -> rx.Component:
    """Return a form in a dialog, for a new row and for a known one.

    Args:
        state: The form.
        fields: What is filled in, as `Fields` makes it.
        new: The title for a new row.
        edit: The title for a known one.
        line: One line below the title.
        verb: What saving is called.
        wide: More room.
        submit: A button in the place of the one that saves.
        beside: Buttons before those that close and save.
    """
    save = button(verb, weight="primary", type="submit", busy=state.is_busy)
    return dialog(
        rx.cond(state.row_id != "", edit, new).to(str) if edit else new,
        form(
            *fields,
            problem(state.errors.get("form", "").to(str)),
            dialog_foot(*beside, dialog_close(), submit or save),
            on_submit=state.save,
            key=state.opened.to_string(),
            data_guard="",
        ),
        line=line,
        open=state.is_open,
        on_open_change=state.set_open,
        wide=wide,
    )


def confirm(
    state: type[QuestionState],
    name: str,
    *,
    title: str | rx.Var[str],
    line: str | rx.Var[str],
    verb: str,
    on_confirm: Any,
    weight: Weight = "danger",
) -> rx.Component:
    """Return the question that `state.ask(name, …)` opens; `state.asked_name` is what about."""
    return confirm_dialog(
        title,
        line,
        verb=verb,
        open=state.question == name,
        on_open_change=state.dismiss,
        on_confirm=on_confirm,
        weight=weight,
    )


def delete_title(state: type[QuestionState]) -> rx.Var[str]:
    """Return the title of the question before a row is deleted, with its name."""
    return rx.Var.create("Delete “") + state.asked_name + "”?"


def confirm_delete(
    state: type[RowFormState], thing: str, line: str = "This cannot be undone."
) -> rx.Component:
    """Return the question before a row is deleted; `thing` is what one is called."""
    title = delete_title(state)
    return confirm(
        state,
        "delete",
        title=title,
        line=line,
        verb=f"Delete {thing}",
        on_confirm=state.delete,
    )


def new_button(
    words: str,
    state: type[FormState],
    needs: Permission | tuple[Permission, ...] | None = None,
    *,
    icon_name: str = "plus",
) -> rx.Component:
    """Return the button that begins a row, for those who may."""
    shown = button(words, weight="primary", icon_name=icon_name, on_click=state.write_new)
    return allowed(needs, shown) if needs else shown


def shown_once(
    name: str,
    *,
    title: str | rx.Var[str],
    label: str,
    open: rx.Var[bool],
    on_close: Any,
    line: str | rx.Var[str] = "Copy it now. It is not shown again.",
    verb: str = "Done",
) -> rx.Component:
    """Return the dialog with a secret that `reveal` sends to the page under a name."""
    return dialog(
        title,
        secrets.shown_once(name, label=label),
        dialog_foot(dialog_close(verb)),
        line=line,
        open=open,
        on_open_change=on_close,
    )
