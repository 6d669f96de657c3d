"""Words that may be a Var: asking whether there are any without asking a Var."""

from __future__ import annotations

from reflex.vars.base import Var


def has_words(words: str | Var[str]) -> bool:
    """Tell whether a text is to be drawn; a Var always is, its value is known in the browser."""
    return isinstance(words, Var) or words != ""
