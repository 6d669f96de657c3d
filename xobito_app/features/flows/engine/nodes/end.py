"""End: the flow is over; the chat may be closed with it."""

from __future__ import annotations

from typing import ClassVar

from xobito_app.features.flows.engine.effects import EffectKind
from xobito_app.features.flows.engine.node import Finish, NodeKind, Outcome
from xobito_app.features.flows.engine.turn import Turn


class End(NodeKind):
    """The end of this flow; the one that called it goes on."""

    kind: ClassVar[str] = "end"
    noun: ClassVar[str] = "End"

    close_chat: bool = False

    @property
    def ports(self) -> tuple[str, ...]:
        """None: nothing comes after."""
        return ()

    def enter(self, turn: Turn) -> Outcome:
        """End, and close the chat when that is wanted."""
        if self.close_chat:
            turn.want(EffectKind.CLOSE, {})
        return Finish("the flow ended here")
