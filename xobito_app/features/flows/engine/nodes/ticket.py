"""Open ticket: a case that lasts longer than the chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.effects import EffectKind
from xobito_app.features.flows.engine.node import (
    NEXT,
    Flaw,
    Go,
    Known,
    NodeKind,
    Outcome,
    without_none,
)
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn


class Ticket(NodeKind):
    """A new ticket for the contact."""

    kind: ClassVar[str] = "ticket"
    noun: ClassVar[str] = "Open ticket"

    subject: str = Field(default="", max_length=500)
    priority: Literal["low", "medium", "high", "urgent"] = "medium"
    department: str = Field(default="", max_length=100)
    body: str = Field(default="", max_length=LONGEST_TEXT)

    def enter(self, turn: Turn) -> Outcome:
        """Want it opened."""
        content = {
            "subject": turn.render(self.subject, 191),
            "priority": self.priority,
            "department": self.department,
            "body": turn.render(self.body, 2000),
        }
        turn.want(EffectKind.TICKET, without_none(content))
        return Go(NEXT)

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """A subject must be there."""
        yield from checks.words("subject", "the subject", self.subject, 191)
        yield from checks.words("body", "what it is about", self.body, 2000)

    def texts(self) -> Iterator[str]:
        """The subject and what it is about."""
        yield from (self.subject, self.body)
