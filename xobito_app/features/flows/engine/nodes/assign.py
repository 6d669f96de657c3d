"""Assign: hand the chat to people; the bot is silent until it gets the chat back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine.effects import EffectKind
from xobito_app.features.flows.engine.inputs import Input, Result, Returned
from xobito_app.features.flows.engine.node import (
    NEXT,
    Flaw,
    Go,
    Known,
    NodeKind,
    Outcome,
    Pause,
    without_none,
)
from xobito_app.features.flows.engine.session import Wait, WaitKind
from xobito_app.features.flows.engine.turn import Turn

NONE = "none"
_FORMS = ("person:", "role:")


class Assign(NodeKind):
    """A handover.

    Attributes:
        to: `nobody` (the chat waits in Unassigned), `rota` (whose turn it is), `person:` with an
            e-mail address, or `role:` with a role's name.
        note: What people read in the thread.
    """

    kind: ClassVar[str] = "assign"
    noun: ClassVar[str] = "Assign"
    holds: ClassVar[Collection[str]] = (NEXT,)

    to: str = Field(default="nobody", max_length=200)
    note: str = Field(default="", max_length=2000)

    @property
    def ports(self) -> tuple[str, ...]:
        """The chat came back to the bot, or nobody could take it."""
        return (NEXT, NONE)

    def enter(self, turn: Turn) -> Outcome:
        """Want the chat handed over, and be silent."""
        content = without_none({"to": self.to, "note": turn.render(self.note, 2000)})
        token = turn.want(EffectKind.ASSIGN, content)
        return Pause(Wait(turn.node, token, WaitKind.PERSON), "people have the chat")

    def answer(self, turn: Turn, wait: Wait, given: Input) -> Outcome | None:
        """Go on when the chat comes back, or at once when nobody could take it."""
        match given:
            case Returned():
                return Go(NEXT, "the chat came back to the bot")
            case Result(is_done=False, why=why):
                return Go(NONE, why)
        return None

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """It must be said to whom."""
        named = any(self.to.startswith(form) and self.to != form for form in _FORMS)
        if self.to not in ("nobody", "rota") and not named:
            yield Flaw("nobody_named", "Choose who gets the chat.", "to")

    def texts(self) -> Iterator[str]:
        """The note."""
        yield self.note
