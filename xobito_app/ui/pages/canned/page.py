"""Canned replies and macros: what the team answers and does again and again."""

from __future__ import annotations

import reflex as rx

from xobito_app.ui.components import page_body, page_header, tabs
from xobito_app.ui.pages.canned.macros import macro_list, new_macro
from xobito_app.ui.pages.canned.replies import new_reply, replies


def canned_replies() -> rx.Component:
    """Return both lists in tabs; the primary action is that of the open one."""
    return page_body(
        page_header(
            "Canned replies",
            line="Prepared answers and macros, a slash away in the composer.",
        ),
        tabs(
            ("replies", "Replies", replies()),
            ("macros", "Macros", macro_list()),
            actions={"replies": new_reply(), "macros": new_macro()},
        ),
    )
