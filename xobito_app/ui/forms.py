"""Forms as they are submitted: how they are read and declared saved, and long lists of choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from reflex_base.event import Event

from xobito_app.ui import browser
from xobito_app.ui.components.toasts import toast_success

_FORGET_CHANGES = "(id => delete document.getElementById(id)?.dataset.changed)"
TIME_ZONES = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
COUNTRIES = sorted(
    (
        (code, name)
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ"}
    ),
    key=lambda country: country[1],
)


def saved(form_id: str, sentence: str = "Saved.") -> list[Event]:
    """Tell that a form is saved."""
    return [toast_success(sentence), browser.call(_FORGET_CHANGES, form_id)]


def text(form: Mapping[str, Any], name: str, limit: int = 2000) -> str:
    """Return a field of a submitted form; what is no text counts as empty."""
    value = form.get(name) if isinstance(form, Mapping) else None
    return value[:limit] if isinstance(value, str) else ""


def is_on(form: Mapping[str, Any], name: str) -> bool:
    """Tell whether a switch or box was on when the form was submitted."""
    return isinstance(form, Mapping) and form.get(name) not in (None, "", False)
