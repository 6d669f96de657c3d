"""Go to flow: let another published flow run, and go on when it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine.node import NEXT, Call, Flaw, Go, Known, NodeKind, Outcome
from xobito_app.features.flows.engine.turn import Turn

NONE = "none"


class Goto(NodeKind):
    """A call; the called flow has the same variables."""

    kind: ClassVar[str] = "goto"
    noun: ClassVar[str] = "Go to flow"

    flow_id: str = Field(default="", max_length=40)

    @property
    def ports(self) -> tuple[str, ...]:
        """The called flow ended, or it is not published."""
        return (NEXT, NONE)

    def enter(self, turn: Turn) -> Outcome:
        """Go into the version that is published now; it is kept for as long as the talk lasts."""
        version = turn.scene.library.published.get(self.flow_id)
        if version is None:
            return Go(NONE, "the flow is not published")
        return Call(version, "goes into another flow")

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """A published flow must be chosen."""
        if not self.flow_id:
            yield Flaw("missing_flow", "Choose a flow.", "flow_id")
        elif self.flow_id not in known.flows:
            yield Flaw("unpublished_flow", "This flow is not published.", "flow_id", is_fatal=False)
