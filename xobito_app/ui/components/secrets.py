"""Secrets that are shown once: they go to the page in an event and never into a stored state.

What a state holds lies in Redis for an hour. What an event tells the browser lies nowhere.
"""

from __future__ import annotations

import reflex as rx
from reflex_base.event import Event

from xobito_app.ui import browser, styles
from xobito_app.ui.components.buttons import icon_button


def reveal(name: str, secret: str | list[str]) -> Event:
    """Return the event that shows a secret where `shown_once` or `once` placed it."""
    return browser.call("xobito.reveal", name, secret)


def conceal(*names: str) -> Event:
    """Return the event after which the page knows secrets no more."""
    return browser.call("xobito.conceal", *names)


def shown_once(name: str, *, label: str) -> rx.Component:
    """Return the place of a secret, to be copied with one press."""
    return rx.el.div(
        rx.el.input(
            read_only=True,
            placeholder="It was shown before, and is not shown again.",
            aria_label=label,
            class_name=styles.INPUT,
            data_once=name,
        ),
        icon_button(
            "copy",
            "Copy",
            data_copy_once=name,
            on_click=rx.toast.success("Copied.", duration=1500),
        ),
        class_name=styles.COPYABLE,
    )
