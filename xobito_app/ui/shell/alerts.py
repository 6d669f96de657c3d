"""What a tab tells its person wherever they are: a sound, a notification, a count in the title.

The words of a customer reach the browser as attributes of an element, never inside a script; the
script in `assets/alerts.js` hears them change.
"""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from xobito_app.ui import dom_ids
from xobito_app.ui.security import AppState
from xobito_app.ui.shell.state import ShellState


@dataclass(frozen=True, slots=True)
class AlertRow:
    """The newest thing to tell."""

    id: str = ""
    conversation_id: str = ""
    title: str = ""
    body: str = ""
    by_sound: bool = False
    by_browser: bool = False


class AlertState(AppState):
    """What is told last."""

    newest: rx.Field[AlertRow] = rx.field(default_factory=AlertRow)

    def _tell(self, row: AlertRow) -> None:
        if row != self.newest:
            self.newest = row


def alert_marks() -> rx.Component:
    """Return the hidden elements the script reads."""
    newest = AlertState.newest
    return rx.fragment(
        rx.el.div(id=dom_ids.UNREAD_COUNT, hidden=True, data_count=ShellState.unread),
        rx.el.div(
            id=dom_ids.NEWEST_ALERT,
            hidden=True,
            data_id=newest.id,
            data_conversation=newest.conversation_id,
            data_title=newest.title,
            data_body=newest.body,
            data_sound=newest.by_sound,
            data_browser=newest.by_browser,
        ),
        rx.script(src="/alerts.js"),
    )
