"""Buttons: one look per weight, always with a verb or a label for screen readers."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import radix
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon

Weight = Literal["primary", "secondary", "ghost", "danger"]


def button(
    label: str | rx.Var[str] | rx.Component,
    *,
    weight: Weight = "secondary",
    icon_name: str = "",
    compact: bool = False,
    wide: bool = False,
    busy: rx.Var[bool] | bool = False,
    disabled: rx.Var[bool] | bool = False,
    **props: Any,
) -> rx.Component:
    """Return a button that says a verb; while `busy` it cannot be pressed again."""
    props.setdefault("type", "button")
    return rx.el.button(
        spinner_if(busy),
        *([icon(icon_name)] if icon_name else []),
        label,
        class_name=_class(weight, compact, wide),
        disabled=_either(busy, disabled),
        **props,
    )


def _class(weight: Weight, compact: bool, wide: bool = False) -> str:
    parts = [styles.BUTTON, f"button-{weight}"]
    parts += [styles.COMPACT] if compact else []
    parts += [styles.WIDE] if wide else []
    return " ".join(parts)


def _either(left: rx.Var[bool] | bool, right: rx.Var[bool] | bool) -> rx.Var[bool] | bool:
    if left is False:
        return right
    return left if right is False else (rx.Var.create(left) | right).bool()


def spinner_if(busy: rx.Var[bool] | bool) -> rx.Component:
    """Return a spinner that is there while something runs."""
    if busy is False:
        return rx.fragment()
    return rx.cond(busy, rx.el.span(class_name="spinner", aria_hidden="true"), rx.fragment())


def link_button(
    label: str,
    *,
    to: str | rx.Var[str],
    weight: Weight = "secondary",
    icon_name: str = "",
    compact: bool = False,
    **props: Any,
) -> rx.Component:
    """Return a link to another page that looks like a button."""
    return ReactRouterLink.create(
        *([icon(icon_name)] if icon_name else []),
        label,
        to=to,
        class_name=_class(weight, compact),
        **props,
    )


def text_button(label: str | rx.Var[str], **props: Any) -> rx.Component:
    """Return a button that reads like a link, for what stands within a line of words."""
    return rx.el.button(label, type="button", class_name=styles.TEXT_BUTTON, **props)


def download_button(
    label: str, *, href: str | rx.Var[str], icon_name: str = "download", compact: bool = False
) -> rx.Component:
    """Return a link to a file that looks like a button; the page stays where it is."""
    picture = [icon(icon_name)] if icon_name else []
    look = _class("secondary", compact)
    return rx.el.a(*picture, label, href=href, download="", class_name=look)


def icon_button(
    icon_name: str, label: str, *, compact: bool = False, side: str = "top", **props: Any
) -> rx.Component:
    """Return a button with an icon alone; `label` is its tooltip and its accessible name."""
    return radix.TooltipRoot.create(
        radix.TooltipTrigger.create(
            icon(icon_name),
            type="button",
            class_name=styles.ICON_BUTTON_COMPACT if compact else styles.ICON_BUTTON,
            aria_label=label,
            **props,
        ),
        tooltip_words(label, side=side),
    )


def tooltip_words(words: str | rx.Var[str], *, side: str = "top") -> rx.Component:
    """Return the floating part of a tooltip."""
    return radix.TooltipPortal.create(
        radix.TooltipContent.create(
            words, side=side, side_offset=6, collision_padding=8, class_name="tooltip"
        )
    )


def tooltip(child: rx.Component, words: str | rx.Var[str], *, side: str = "top") -> rx.Component:
    """Explain one element while it is pointed at or focused. The element must be a plain one."""
    return radix.TooltipRoot.create(
        radix.TooltipTrigger.create(child, as_child=True), tooltip_words(words, side=side)
    )
