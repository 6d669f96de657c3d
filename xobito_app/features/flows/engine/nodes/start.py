"""Start: where the flow begins."""

from __future__ import annotations

from typing import ClassVar

from xobito_app.features.flows.engine.node import NEXT, Go, NodeKind, Outcome
from xobito_app.features.flows.engine.turn import Turn


class Start(NodeKind):
    """The beginning."""

    kind: ClassVar[str] = "start"
    noun: ClassVar[str] = "Start"

    def enter(self, turn: Turn) -> Outcome:
        """Go on."""
        return Go(NEXT)
