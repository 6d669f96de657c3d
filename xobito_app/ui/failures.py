"""How failures are told on screens: a field's sentence, a toast, never a stack trace."""

from __future__ import annotations

import logging

from xobito_app.core.errors import AppError, Invalid, Unauthenticated
from xobito_app.ui.components.toasts import toast_error
from xobito_app.ui.security import to_sign_in

log = logging.getLogger(__name__)

BROKEN = "Something went wrong on our side. It is noted in the log; try again."


def field_errors(error: Invalid) -> dict[str, str]:
    """Return the first sentence for each field; under `form` the one that is about no field."""
    if not error.fields:
        return {"form": error.message}
    return {name: sentences[0] for name, sentences in error.fields.items() if sentences}


def tell_failure(exception: Exception):  # Reflex takes an event, but not its annotation.
    """Translate what a handler raised into what its person sees."""
    if isinstance(exception, Unauthenticated):
        return to_sign_in()
    if isinstance(exception, AppError):
        return toast_error(exception.message)
    log.error("screen.failed", exc_info=exception)
    return toast_error(BROKEN)
