"""What every process does before it works: web, worker, command line and tests alike."""

from __future__ import annotations

from xobito_app import registry
from xobito_app.jobs import wake_ups
from xobito_app.persistence.unit_of_work import on_commit
from xobito_app.realtime import notices


def wire() -> None:
    """Let the features hear of events, and tell workers and screens of commits; twice is once."""
    registry.register_listeners()
    on_commit(wake_ups.send_wake_ups)
    on_commit(notices.send_notices)
