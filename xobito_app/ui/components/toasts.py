"""Toasts: a sentence in the corner that goes by itself, with a way back where there is one."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.event import EventSpec


def said(sentence: str) -> EventSpec:
    """Tell that something is done."""
    return rx.toast.success(sentence, duration=3000)


def refused(sentence: str) -> EventSpec:
    """Tell why something was not done; the same sentence stands once."""
    return rx.toast.error(sentence, duration=6000, id=sentence)


def undoable(sentence: str, on_undo: Any) -> EventSpec:
    """Tell that something is done, and offer to take it back for eight seconds."""
    return rx.toast(sentence, duration=8000, action={"label": "Undo", "on_click": on_undo})
