"""The inbox."""

from __future__ import annotations

from xobito_app.ui import routes
from xobito_app.ui.pages.inbox import commands, relay
from xobito_app.ui.pages.inbox.filter_state import FilterState
from xobito_app.ui.pages.inbox.mention_state import MentionState
from xobito_app.ui.pages.inbox.page import inbox
from xobito_app.ui.pages.inbox.state import InboxListState
from xobito_app.ui.pages.inbox.thread_state import ThreadState
from xobito_app.ui.screens import Screen

SCREENS = (
    Screen(
        routes.INBOX,
        inbox,
        (InboxListState.load, ThreadState.load, MentionState.load, FilterState.load),
        starts=(relay.register, commands.register),
    ),
)
