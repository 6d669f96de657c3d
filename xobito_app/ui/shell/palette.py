"""The command palette and the list of keys."""

from __future__ import annotations

import reflex as rx
from reflex.vars.object import ObjectVar

from xobito_app.ui import dom_ids, styles
from xobito_app.ui.components import dialog, key, radix
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.routes import ROUTES
from xobito_app.ui.shell.providers import Command
from xobito_app.ui.shell.state import PaletteState
from xobito_app.ui.theme import icon

ICONS = (
    *dict.fromkeys(route.icon for route in ROUTES),
    "message-circle",
    "contact",
    "file-text",
    "zap",
)
"""The pictures a command may have; anything else is drawn as an arrow."""

_KEYS = (
    (("Ctrl", "K"), "Search pages, conversations, contacts"),
    (("G", "I"), "Go to the inbox; G and another letter go elsewhere"),
    (("J", "K"), "Next and previous in a list"),
    (("Enter",), "Open"),
    (("/",), "Search on this page"),
    (("R",), "Reply"),
    (("N",), "Write a note"),
    (("A",), "Assign"),
    (("T",), "Take it myself"),
    (("E",), "Close the conversation"),
    (("S",), "Snooze until tomorrow"),
    (("Z",), "Undo closing or snoozing"),
    (("M",), "Mark unread"),
    (("C",), "Show the contact, where it is hidden"),
    (("[",), "Widen or narrow the bar at the left"),
    (("/", "…"), "In a reply: canned replies and macros"),
    (("@", "…"), "In a note: call a colleague"),
    (("?",), "This list"),
)


_ACTIONS = (
    ("Reply", "reply", f"#{dom_ids.COMPOSER_REPLY}", "R"),
    ("Write a note", "lock", f"#{dom_ids.COMPOSER_NOTE}", "N"),
    ("Assign the conversation", "user-plus", f"#{dom_ids.ASSIGN_THREAD}", "A"),
    ("Take the conversation", "hand", f"#{dom_ids.TAKE_THREAD}", "T"),
    ("Close the conversation", "check", f"#{dom_ids.CLOSE_THREAD}", "E"),
    ("Reopen the conversation", "rotate-ccw", f"#{dom_ids.REOPEN_THREAD}", ""),
    ("Snooze until tomorrow", "alarm-clock", f"#{dom_ids.SNOOZE_THREAD}", "S"),
    ("Mark unread", "mail", f"#{dom_ids.UNREAD_THREAD}", "M"),
    ("Show the contact", "panel-right", ".panel-open", "C"),
    ("New contact", "user-plus", f"#{dom_ids.NEW_CONTACT}", ""),
    ("Light", "sun", f"#{dom_ids.THEME_LIGHT}", ""),
    ("Dark", "moon", f"#{dom_ids.THEME_DARK}", ""),
    ("Like the system", "monitor", f"#{dom_ids.THEME_SYSTEM}", ""),
    ("Keys", "keyboard", "[data-key='?']", "?"),
    ("Sign out", "log-out", f"#{dom_ids.SIGN_OUT}", ""),
)
"""What the palette can do: words, picture, the element that does it, its key."""


def palette() -> rx.Component:
    """Return the box that reaches every page, person and action, and what features add."""
    return radix.DialogRoot.create(
        radix.DialogPortal.create(
            radix.DialogOverlay.create(class_name="scrim"),
            radix.DialogContent.create(
                radix.DialogTitle.create("Search and commands", class_name=styles.SR_ONLY),
                rx.el.input(
                    placeholder="Search or jump to…",
                    aria_label="Search or jump to",
                    class_name="palette-input",
                    auto_complete="off",
                    on_change=PaletteState.search.debounce(60),
                ),
                rx.el.div(
                    *(_action(*action) for action in _ACTIONS),
                    rx.foreach(PaletteState.commands, _command),
                    rx.el.div("Nothing found.", class_name="palette-none"),
                    class_name="palette-list",
                ),
                class_name="dialog palette",
                aria_describedby="",
                data_walk="",
            ),
        ),
        open=PaletteState.is_open,
        on_open_change=PaletteState.set_open,
    )


def _command(command: ObjectVar[Command]) -> rx.Component:
    return ReactRouterLink.create(
        rx.match(command.icon, *((name, icon(name)) for name in ICONS), icon("arrow-right")),
        rx.el.span(command.title, class_name=styles.TRUNCATE),
        rx.el.span(command.kind, class_name="palette-kind"),
        rx.cond(command.shortcut != "", key(command.shortcut)),
        to=command.path,
        class_name="palette-item",
        data_item="",
        on_click=PaletteState.choose(command.path),
        key=command.path,
    )


def _action(title: str, icon_name: str, target: str, keys: str) -> rx.Component:
    """Return an action; `assets/xobito.js` shows those whose button is on the page."""
    return radix.DialogClose.create(
        icon(icon_name),
        rx.el.span(title, class_name=styles.TRUNCATE),
        rx.el.span("Action", class_name="palette-kind"),
        *([key(keys)] if keys else []),
        type="button",
        class_name="palette-item",
        data_item="",
        data_run=target,
        custom_attrs={"hidden": True},
    )


def key_help() -> rx.Component:
    """Return the list of keys; it opens without asking the server."""
    return dialog(
        "Keys",
        rx.el.div(*_key_lines(), class_name=styles.KEYS_GRID),
        trigger=radix.DialogTrigger.create(
            "Keys", type="button", data_key="?", custom_attrs={"hidden": True}
        ),
    )


def _key_lines() -> list[rx.Component]:
    return [
        part
        for keys, words in _KEYS
        for part in (
            rx.el.span(*(key(name) for name in keys), class_name=styles.LINE),
            rx.el.span(words),
        )
    ]
