"""Small marks: avatars, badges, chips, dots, counts and keys."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.theme import icon

Tone = Literal["neutral", "accent", "success", "warning", "danger", "info"]
Size = Literal["small", "normal", "medium", "large"]
AVATAR_TONES = 8


def tone_of(object_id: object) -> int:
    """Return which of the avatar colors belongs to an id; the same everywhere and always."""
    return sum(str(object_id).replace("-", "").encode()) % AVATAR_TONES


def avatar(
    initials: str | rx.Var[str] | rx.Component,
    tone: int | rx.Var[int],
    *,
    size: Size = "normal",
    photo: str | rx.Var[str] = "",
    **props: Any,
) -> rx.Component:
    """Return initials on the color of an id, or the photo when there is one.

    Initials and tone come ready from the row model (`core.text.initials`, `tone_of`).
    """
    shown: Any = initials
    if isinstance(photo, rx.Var):
        shown = rx.cond(photo, rx.el.img(src=photo, alt="", loading="lazy"), initials)
    elif photo:
        shown = rx.el.img(src=photo, alt="", loading="lazy")
    base = "avatar" if size == "normal" else f"avatar avatar-{size}"
    name = rx.Var.create(f"{base} tone-") + rx.Var.create(tone).to_string()
    return rx.el.span(shown, class_name=name, aria_hidden="true", **props)


def badge(
    label: str | rx.Var[str], tone: Tone | rx.Var[str] = "neutral", **props: Any
) -> rx.Component:
    """Return a small colored word for a state."""
    return rx.el.span(label, class_name=_toned("badge badge-", tone), **props)


def dot(tone: Tone | rx.Var[str] = "neutral") -> rx.Component:
    """Return a colored point; say the same in words beside it or in a title."""
    return rx.el.span(class_name=_toned("dot dot-", tone))


def color_dot(color: rx.Var[str]) -> rx.Component:
    """Return a point in a color people chose; none while there is no color."""
    return rx.cond(color, rx.el.span(class_name="dot", style={"background": color}))


def _toned(base: str, tone: Tone | rx.Var[str]) -> str | rx.Var[str]:
    return rx.Var.create(base) + tone.to(str) if isinstance(tone, rx.Var) else base + tone


def chip(*children: Any, **props: Any) -> rx.Component:
    """Return a rounded label; a button when it has `on_click`, pressed with `aria_pressed`."""
    if "on_click" in props:
        return rx.el.button(*children, type="button", class_name=styles.CHIP, **props)
    return rx.el.span(*children, class_name=styles.CHIP, **props)


def removable(
    words: rx.Var[str],
    *,
    on_remove: Any,
    label: str | rx.Var[str],
    may_remove: rx.Var[bool] | bool = True,
    **props: Any,
) -> rx.Component:
    """Return a chip with a cross that takes it away; `label` says what the cross does."""
    cross = rx.el.button(
        icon("x", size=12),
        type="button",
        aria_label=label,
        on_click=on_remove,
        class_name="chip-cross",
    )
    return chip(
        rx.el.span(words, class_name=styles.TRUNCATE),
        cross if may_remove is True else rx.cond(may_remove, cross),
        **props,
    )


def count(number: str | rx.Var[str], *, quiet: bool = False) -> rx.Component:
    """Return a number that is not there when the text is empty.

    It stands in a filled circle, as what is new does; `quiet` ones only tell how many there are.
    """
    shown = rx.el.span(number, class_name="count count-quiet" if quiet else "count")
    return rx.cond(number, shown, rx.fragment()) if isinstance(number, rx.Var) else shown


def key(label: str | rx.Var[str]) -> rx.Component:
    """Return the picture of a key."""
    return rx.el.kbd(label, class_name=styles.KEY)
