"""What a handler has the browser do with text known only at run time; such text goes nowhere else.

Reflex turns the arguments of `rx.toast`, `rx.redirect`, `rx.call_script` and of bound handlers into
literals of its own language, in which `<reflex.Var>` has a meaning. That is for text of the source.
What people, contacts or the address bar wrote travels as JSON in the event itself, as here.
"""

from __future__ import annotations

import json
from typing import Any

from reflex_base.event import Event

_TOAST = "((...given) => refs['__toast']?.{level}(...given))"


def call(function: str, *values: Any) -> Event:
    """Return the event that calls a function of the page with values.

    Args:
        function: A JavaScript expression from the source, never text from elsewhere.
        values: What JSON can say; inside the page they are data, whatever stands in them.
    """
    # JSON is JavaScript's own notation for values, so nothing in a text can end it early.
    given = ", ".join(json.dumps(value) for value in values)
    return Event(name="_call_function", payload={"function": f"() => {function}({given})"})


def go(path: str, *, replace: bool = False) -> Event:
    """Return the event that leads to a page of ours, in the same tab.

    Args:
        path: Its path and query, percent-encoded where they hold run-time text.
        replace: Leave no trace in the browser's history.
    """
    payload = {"path": path, "external": False, "popup": False, "replace": replace}
    return Event(name="_redirect", payload=payload)


def toast(level: str, sentence: str, **options: Any) -> Event:
    """Return the event that shows a sentence in the corner.

    Args:
        level: `success` or `error`.
        sentence: Plain text.
        options: Of the toast: `duration` in milliseconds; `id`, of which one stands at a time.
    """
    return call(_TOAST.replace("{level}", level), sentence, options)
