"""Whether what somebody wrote begins something: the rule of all kinds of bots."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from xobito_app.core import patterns
from xobito_app.core.text import one_line

LAST = "no_match"
WORDLESS = ("any", "first", LAST)
"""Matches that look at no keyword."""


class Trigger(Protocol):
    """What a trigger says."""

    @property
    def audience(self) -> str:
        """`any`, `lead` or `customer`."""
        ...

    @property
    def match(self) -> str:
        """`exact`, `contains`, `starts_with`, `regex`, `any`, `first` or `no_match`."""
        ...

    @property
    def keywords(self) -> Collection[str]:
        """What is looked for; compared without case and outer space."""
        ...


def is_for(trigger: Trigger, contact_type: str) -> bool:
    """Tell whether a trigger is for such a contact; guests count as leads."""
    if trigger.audience == "any":
        return True
    return (trigger.audience == "customer") == (contact_type == "customer")


def why_not(trigger: Trigger, words: str, *, contact_type: str, is_first: bool) -> str:
    """Return in words why a message does not begin something; empty when it does.

    `no_match` holds for every message: whoever asks comes to it last.
    """
    if not is_for(trigger, contact_type):
        return f"is for {trigger.audience}s only"
    if trigger.match in ("any", LAST):
        return ""
    if trigger.match == "first":
        return "" if is_first else "is for the first message ever"
    if any(_is_met(trigger.match, keyword, words) for keyword in trigger.keywords):
        return ""
    return "none of its keywords is met"


def _is_met(match: str, keyword: str, words: str) -> bool:
    if match == "regex":
        return patterns.occurs(keyword, words)
    wanted, written = one_line(keyword).casefold(), one_line(words).casefold()
    if not wanted:
        return False
    match match:
        case "exact":
            return written == wanted
        case "starts_with":
            return written.startswith(wanted)
        case _:
            return wanted in written
