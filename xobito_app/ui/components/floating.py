"""What opens above the page: dialogs, menus, popovers."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.components import radix
from xobito_app.ui.components.buttons import Weight, button
from xobito_app.ui.components.words import has_words
from xobito_app.ui.theme import icon

_FLOOR = rx.Var("(typeof window === 'undefined' ? undefined : window.xobito?.floor())")
"""Where menus stand: a landmark of their own at the end of the page (`assets/xobito.js`)."""


def dialog(
    title: str | rx.Var[str],
    *children: Any,
    open: rx.Var[bool] | None = None,
    on_open_change: Any = None,
    trigger: rx.Component | None = None,
    line: str | rx.Var[str] = "",
    wide: bool = False,
) -> rx.Component:
    """Return a dialog that a state opens, or a `trigger` without asking the server.

    Escape, the cross and the veil close it.
    """
    opens = {} if open is None else {"open": open, "on_open_change": on_open_change}
    described = (
        radix.DialogDescription.create(line, class_name="dialog-line") if has_words(line) else None
    )
    return radix.DialogRoot.create(
        *([trigger] if trigger else []),
        radix.DialogPortal.create(
            radix.DialogOverlay.create(class_name="scrim"),
            radix.DialogContent.create(
                rx.el.div(
                    rx.el.div(
                        radix.DialogTitle.create(title, class_name="dialog-title"),
                        *([described] if described else []),
                    ),
                    radix.DialogClose.create(
                        icon("x"),
                        type="button",
                        aria_label="Close",
                        data_dialog_close="",
                        class_name=styles.ICON_BUTTON_COMPACT,
                    ),
                    class_name="dialog-head",
                ),
                rx.el.div(*children, class_name="dialog-body"),
                class_name="dialog dialog-wide" if wide else "dialog",
                **({} if described else {"aria_describedby": ""}),
            ),
        ),
        **opens,
    )


def dialog_foot(*actions: Any) -> rx.Component:
    """Return the buttons at the end of a dialog, the one that acts last."""
    return rx.el.div(*actions, class_name="dialog-foot")


def dialog_close(label: str = "Cancel") -> rx.Component:
    """Return the button that closes its dialog."""
    return radix.DialogClose.create(
        label, type="button", class_name="button button-secondary", data_dialog_close=""
    )


def confirm_dialog(
    title: str | rx.Var[str],
    line: str | rx.Var[str],
    *,
    verb: str,
    open: rx.Var[bool],
    on_open_change: Any,
    on_confirm: Any,
    weight: Weight = "danger",
) -> rx.Component:
    """Ask before something that cannot be undone."""
    return dialog(
        title,
        dialog_foot(dialog_close(), button(verb, weight=weight, on_click=on_confirm)),
        line=line,
        open=open,
        on_open_change=on_open_change,
    )


def menu(
    trigger: list[Any],
    *items: rx.Component,
    label: str,
    class_name: str = styles.ICON_BUTTON,
    align: str = "end",
    side: str = "bottom",
    **props: Any,
) -> rx.Component:
    """Return a button that opens a menu; `trigger` is what stands inside the button."""
    return radix.MenuRoot.create(
        radix.MenuTrigger.create(
            *trigger, type="button", aria_label=label, class_name=class_name, **props
        ),
        radix.MenuPortal.create(
            radix.MenuContent.create(
                *items,
                align=align,
                side=side,
                side_offset=6,
                collision_padding=8,
                class_name="menu",
            ),
            container=_FLOOR,
        ),
        modal=False,
    )


def row_menu(*items: rx.Component, label: str = "More actions") -> rx.Component:
    """Return the three dots at the end of a row."""
    return menu(
        [icon("ellipsis")],
        *items,
        label=label,
        class_name=styles.ICON_BUTTON_COMPACT,
    )


def menu_item(
    label: Any,
    *more: Any,
    icon_name: str = "",
    danger: bool = False,
    on_select: Any = None,
    **props: Any,
) -> rx.Component:
    """Return one choice of a menu."""
    if on_select is not None:
        props["on_select"] = on_select
    return radix.MenuItem.create(
        *([icon(icon_name)] if icon_name else []),
        label,
        *more,
        class_name="menu-item menu-item-danger" if danger else "menu-item",
        **props,
    )


def menu_label(label: str | rx.Var[str]) -> rx.Component:
    """Return a heading between the choices of a menu."""
    return radix.MenuLabel.create(label, class_name="menu-label")


def menu_line() -> rx.Component:
    """Return a hairline between the choices of a menu."""
    return radix.MenuSeparator.create(class_name="menu-line")


def popover(
    trigger: list[Any],
    *children: Any,
    label: str,
    class_name: str = "button button-secondary",
    align: str = "start",
    **props: Any,
) -> rx.Component:
    """Return a button that opens a small box; `props` go to the popover (`open`, …)."""
    return radix.PopoverRoot.create(
        radix.PopoverTrigger.create(
            *trigger, type="button", aria_label=label, class_name=class_name
        ),
        radix.PopoverPortal.create(
            radix.PopoverContent.create(
                *children,
                align=align,
                side_offset=6,
                collision_padding=8,
                aria_label=label,
                class_name="popover",
            )
        ),
        **props,
    )
