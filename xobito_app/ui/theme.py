"""What the whole application looks like: stylesheets, the script in the head, toasts, icons."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xobito_app.ui.reflex_parts import ErrorBoundary, Toaster

STYLESHEETS = [
    "/tokens.css",
    "/components.css",
    "/shell.css",
    "/inbox.css",
    "/phone.css",
    "/connection.css",
    "/contacts.css",
    "/campaigns.css",
    "/flows.css",
]
"""In order; every color is written in the first one alone."""

ICON = 16
"""Size of an icon, in pixels."""

STROKE = 1.75
"""Width of an icon's lines, in pixels of its 24 pixel drawing."""


HEAD_SCRIPTS = ("elements", "xobito", "upload", "secrets", "forms", "lists")
"""In order. Scripts of single pages come later and may count on these."""


def head_components() -> list[rx.Component]:
    """Return what stands in the head of every page."""
    return [
        # The theme must be known before the first paint, hence a script and not a component.
        *(rx.el.script(src=f"/{name}.js") for name in HEAD_SCRIPTS),
        # Links with a token in them must not reach other sites.
        rx.el.meta(name="referrer", content="same-origin"),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
    ]


def toaster() -> rx.Component:
    """Return the corner where toasts appear."""
    return Toaster.create(position="bottom-left", rich_colors=False, close_button=True)


def error_boundary(is_stateful: bool) -> rx.Component:
    """Return what catches a page that cannot be drawn: a sentence, never a stack trace."""
    broken = rx.el.div(
        rx.el.div("This page could not be drawn", class_name="state-title"),
        rx.el.p("Load it again. If it stays like this, tell your admin.", class_name="state-line"),
        rx.el.a("Load again", href="", class_name="button button-secondary"),
        class_name="state",
        role="alert",
    )
    props: dict[str, Any] = {} if is_stateful else {"on_error": rx.noop()}
    return ErrorBoundary.create(fallback_render=rx.Var.create(broken), **props)


def icon(name: str, *, size: int = ICON, **props: Any) -> rx.Component:
    """Return a line icon by its lucide name."""
    return rx.icon(
        name, size=size, custom_attrs={"strokeWidth": STROKE}, aria_hidden="true", **props
    )
