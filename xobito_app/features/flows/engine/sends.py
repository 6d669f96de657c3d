"""What nodes that only send have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from xobito_app.features.flows.engine.inputs import Input, Result, Timer
from xobito_app.features.flows.engine.node import FAILED, NEXT, Go, NodeKind, Outcome
from xobito_app.features.flows.engine.session import Wait
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp.payloads import Payload


class Sends(NodeKind):
    """A node that sends one message and goes on.

    Where `failed` leads somewhere the talk waits for Meta's answer before it goes either way;
    where it does not, it goes on at once, and a refusal hands the chat to people.
    """

    holds: ClassVar[Collection[str]] = ()

    @property
    def ports(self) -> tuple[str, ...]:
        """Sent, or refused."""
        return (NEXT, FAILED)

    def body(self, turn: Turn) -> Payload:
        """Return the message.

        Raises:
            Invalid: It breaks a rule of Meta's.
        """
        raise NotImplementedError

    def blanks(self, turn: Turn) -> Mapping[str, str] | None:
        """Return what fills the blanks of a template; None when it is none."""
        return None

    def enter(self, turn: Turn) -> Outcome:
        """Send."""
        return turn.sent(self.body(turn), self.blanks(turn))

    def answer(self, turn: Turn, wait: Wait, given: Input) -> Outcome | None:
        """Go the way Meta's answer leads."""
        match given:
            case Result(is_done=True):
                return Go(NEXT, "WhatsApp took it")
            case Result(why=why):
                return Go(FAILED, why)
            case Timer():
                return Go(FAILED, "WhatsApp did not say whether it took the message")
        return None
