"""What all states share: who asks, and how failures are told."""

from __future__ import annotations

import logging

import reflex as rx
from reflex.event import EventSpec

from xobito_app.core.errors import AppError, Invalid, Unauthenticated
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.accounts.schemas import Viewer
from xobito_app.ui.components.toasts import refused
from xobito_app.ui.security import current_actor, current_viewer, to_sign_in

log = logging.getLogger(__name__)

BROKEN = "Something went wrong on our side. It is noted in the log; try again."


class AppState(rx.State):
    """Base of every state."""

    # The session and workspace this tab's state was filled for; see `security.Gate`.
    _owner: str = ""

    async def _viewer(self) -> Viewer:
        return await current_viewer(self)

    async def _actor(self, *permissions: Permission) -> Actor:
        return await current_actor(self, *permissions)


def field_errors(error: Invalid) -> dict[str, str]:
    """Return the first sentence for each field; under `form` the one that is about no field."""
    if not error.fields:
        return {"form": error.message}
    return {name: sentences[0] for name, sentences in error.fields.items() if sentences}


def tell_failure(error: Exception) -> EventSpec | list[EventSpec] | None:
    """Translate what a handler raised into a toast; never a stack trace on a screen."""
    if isinstance(error, Unauthenticated):
        return to_sign_in()
    if isinstance(error, AppError):
        return refused(error.message)
    log.error("screen.failed", exc_info=error)
    return refused(BROKEN)
