"""Form fields: label above, help below, the error in place of the help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import styles
from xobito_app.ui.components import radix
from xobito_app.ui.components.buttons import icon_button
from xobito_app.ui.components.words import has_words
from xobito_app.ui.theme import icon

Errors = ObjectVar[dict[str, str]] | rx.Var[dict[str, str]]
Choice = tuple[str, str]


def field(
    control: rx.Component | rx.Var[Any],
    label: str | rx.Var[str],
    *,
    name: str,
    help: str | rx.Var[str] = "",
    errors: Errors | None = None,
) -> rx.Component:
    """Return a control between its label and its help, or the error that takes its place."""
    helped = rx.el.span(help, class_name=styles.FIELD_HELP) if has_words(help) else rx.fragment()
    return rx.el.div(
        rx.el.label(
            rx.el.span(label, class_name=styles.FIELD_LABEL), control, class_name=styles.FIELD
        ),
        helped
        if errors is None
        else rx.cond(
            _error(errors, name),
            rx.el.span(_error(errors, name), class_name=styles.FIELD_ERROR, role="alert"),
            helped,
        ),
        class_name=styles.FIELD,
    )


def field_error(errors: Errors, name: Any) -> rx.Component:
    """Return what is wrong with something that is more than one control."""
    words = _error(errors, name)
    return rx.cond(words, rx.el.span(words, class_name=styles.FIELD_ERROR, role="alert"))


def _error(errors: Errors, name: Any) -> rx.Var[str]:
    return errors.to(dict[str, str]).get(name, "").to(str)


def _marks(label: str, errors: Errors | None, name: str) -> dict[str, Any]:
    # The label around a select holds its choices too, which are no part of its name.
    marks: dict[str, Any] = {"name": name, "aria_label": label}
    if errors is not None:
        marks["aria_invalid"] = rx.cond(_error(errors, name), "true", "false")
    return marks


def text_field(
    label: str,
    *,
    name: str,
    help: str | rx.Var[str] = "",
    errors: Errors | None = None,
    kind: Any = "text",
    **props: Any,
) -> rx.Component:
    """Return a one-line field; `kind` is the type of the HTML input."""
    control = rx.el.input(
        type=kind, class_name=styles.INPUT, **_marks(label, errors, name), **_with_key(props)
    )
    return field(control, label, name=name, help=help, errors=errors)


def _with_key(props: dict[str, Any]) -> dict[str, Any]:
    """Make an uncontrolled control start anew when its first value changes."""
    for start in ("default_value", "default_checked"):
        if isinstance(props.get(start), rx.Var):
            props.setdefault("key", props[start].to_string())
    return props


def text_area(
    label: str,
    *,
    name: str,
    help: str | rx.Var[str] = "",
    errors: Errors | None = None,
    rows: int = 3,
    **props: Any,
) -> rx.Component:
    """Return a field of several lines."""
    control = rx.el.textarea(
        rows=str(rows), class_name=styles.INPUT, **_marks(label, errors, name), **_with_key(props)
    )
    return field(control, label, name=name, help=help, errors=errors)


def options(choices: Sequence[Choice]) -> list[rx.Component]:
    """Return the choices of a select, each a value and its words."""
    return [rx.el.option(words, value=value) for value, words in choices]


def select_field(
    label: str,
    choices: Sequence[Choice] | rx.Component,
    *,
    name: str,
    help: str | rx.Var[str] = "",
    errors: Errors | None = None,
    **props: Any,
) -> rx.Component:
    """Return a choice of one; `choices` may be an `rx.foreach` over options.

    The browser's own list is used: it is quick with hundreds of entries, can be searched by
    typing and is right on phones.
    """
    children = [choices] if isinstance(choices, rx.Component) else options(choices)
    control = rx.el.select(
        *children, class_name=styles.INPUT, **_marks(label, errors, name), **_with_key(props)
    )
    return field(control, label, name=name, help=help, errors=errors)


def search_field(placeholder: str, **props: Any) -> rx.Component:
    """Return a compact field with a magnifying glass; its placeholder is its label."""
    return rx.el.div(
        icon("search"),
        rx.el.input(
            type="search",
            placeholder=placeholder,
            aria_label=placeholder,
            class_name=styles.INPUT,
            **props,
        ),
        class_name=styles.INPUT_MARK,
    )


def switch(label: str, **props: Any) -> rx.Component:
    """Return a switch alone; `label` is its accessible name."""
    return radix.SwitchRoot.create(
        radix.SwitchThumb.create(class_name="switch-thumb"),
        class_name="switch",
        aria_label=label,
        **_with_key(props),
    )


def switch_field(
    label: str,
    *,
    help: str = "",
    **props: Any,
) -> rx.Component:
    """Return a switch at the end of a line that says what it does."""
    words = [rx.el.div(label, class_name=styles.FIELD_LABEL)]
    if help:
        words.append(rx.el.div(help, class_name=styles.FIELD_HELP))
    return rx.el.div(rx.el.div(*words), switch(label, **props), class_name=styles.SWITCH_LINE)


def check_field(label: str | rx.Var[str], **props: Any) -> rx.Component:
    """Return a box to tick, with its words behind."""
    return rx.el.label(
        rx.el.input(type="checkbox", **_with_key(props)),
        rx.el.span(label),
        class_name=styles.CHECK,
    )


def picture_field(
    shown: rx.Component, *, endpoint: str, label: str, has_picture: rx.Var[bool]
) -> rx.Component:
    """Return a picture with buttons to put another there or take it away.

    The script in `assets/xobito.js` sends what is chosen to `endpoint` and says what is wrong
    with it; the page hears of the change like every other tab does.
    """
    return rx.el.div(
        shown,
        rx.el.label(
            icon("image-up"),
            label,
            rx.el.input(
                type="file",
                accept="image/png,image/jpeg,image/webp",
                class_name=styles.SR_ONLY,
                aria_label=label,
                data_picture=endpoint,
            ),
            class_name=f"{styles.BUTTON} button-secondary",
        ),
        rx.cond(
            has_picture,
            rx.el.button(
                "Remove",
                type="button",
                data_picture_drop=endpoint,
                class_name=f"{styles.BUTTON} button-ghost",
            ),
        ),
        rx.el.span(
            "PNG, JPEG or WebP, at most 2 MB. It is cut to a square.",
            class_name=styles.FIELD_HELP,
            data_picture_note="",
            role="status",
        ),
        class_name="picture-field",
    )


def drop_field(
    help: str | rx.Var[str],
    *,
    accept: str,
    endpoint: str | rx.Var[str],
    then: str | rx.Var[str],
    title: str = "Choose a file, or drop it here",
) -> rx.Component:
    """Return the place for a file that is sent as soon as it is chosen, with its progress.

    The page needs `drop_script` too.

    Args:
        help: What the file must be like.
        accept: The kinds the browser offers.
        endpoint: Where it is sent to; answers with `id`.
        then: The beginning of the address that is opened next; the `id` is added to it.
    """
    return rx.el.label(
        icon("upload", size=24),
        rx.el.strong(title),
        rx.el.span(help, class_name=styles.MUTED),
        rx.el.input(
            type="file",
            accept=accept,
            class_name=styles.SR_ONLY,
            custom_attrs={"data-import": endpoint},
        ),
        rx.el.progress(class_name="drop-progress", max="1", hidden=True),
        rx.el.span(class_name="drop-note", role="status"),
        class_name="drop",
        custom_attrs={"data-import-drop": then},
    )


def drop_script() -> rx.Component:
    """Return what sends the files of a page's `drop_field`."""
    return rx.script(src="/imports.js")


def copyable(value: str | rx.Var[str], *, label: str) -> rx.Component:
    """Return a text to be copied with one press."""
    return rx.el.div(
        rx.el.input(
            read_only=True,
            value=value,
            aria_label=label,
            class_name=styles.INPUT,
            on_click=rx.noop(),
        ),
        icon_button(
            "copy",
            "Copy",
            on_click=[rx.set_clipboard(value), rx.toast.success("Copied.", duration=1500)],
        ),
        class_name=styles.COPYABLE,
    )
