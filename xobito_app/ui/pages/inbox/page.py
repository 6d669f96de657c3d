"""The inbox: conversations on the left, the open thread in the middle, the contact on the right."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui import styles
from xobito_app.ui.pages.inbox.list_view import conversation_list
from xobito_app.ui.pages.inbox.panel import contact_panel
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.pages.inbox.thread_view import thread

SCRIPTS = (
    "inbox",
    "attachments",
    "voice",
    "emoji",
    "suggestions",
    "message_forms",
    "media",
    "player",
)
"""In any order: what one of them wants of another, it looks up when somebody does something."""


def inbox() -> rx.Component:
    """Three panes; on a phone one at a time."""
    return rx.el.div(
        rx.el.h1("Inbox", class_name=styles.SR_ONLY),
        conversation_list(),
        thread(),
        contact_panel(),
        *(rx.script(src=f"/{name}.js") for name in SCRIPTS),
        class_name="inbox",
        data_pane=rx.cond(
            ThreadState.is_open | (ThreadState.stage == "lost") | (ThreadState.stage == "failed"),
            "thread",
            "list",
        ),
    )
