"""Toasts: a sentence in the corner that goes by itself."""

from __future__ import annotations

from reflex_base.event import Event

from xobito_app.ui import browser

_UNDO = "((...given) => xobito.offerUndo(refs['__toast'], ...given))"


def toast_success(sentence: str) -> Event:
    """Tell that something is done."""
    return browser.toast("success", sentence, duration=3000)


def toast_undo(sentence: str, target: str, *, seconds: float) -> Event:
    """Tell that something is done, with a button that takes it back.

    Args:
        target: The id of the button on the page that does so.
    """
    return browser.call(_UNDO, sentence, target, {"duration": seconds * 1000})


def toast_error(sentence: str) -> Event:
    """Tell why something was not done; the same sentence stands once."""
    return browser.toast("error", sentence, duration=6000, id=sentence)
