"""Random split: chance says which way to go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine.node import Flaw, Go, Known, NodeKind, Outcome, Row
from xobito_app.features.flows.engine.turn import Turn


class Arm(Row):
    """A way out with its share."""

    weight: int = Field(default=1, ge=0, le=1000)


class Split(NodeKind):
    """Several ways, each as likely as its weight says."""

    kind: ClassVar[str] = "split"
    noun: ClassVar[str] = "Random split"

    arms: tuple[Arm, ...] = Field(default=(), max_length=10)

    @property
    def ports(self) -> tuple[str, ...]:
        """One for each arm."""
        return tuple(arm.id for arm in self.arms)

    def enter(self, turn: Turn) -> Outcome:
        """Draw one."""
        weights = [arm.weight for arm in self.arms]
        if not sum(weights):
            return Go("", "no arm has a weight")
        (arm,) = turn.random.choices(self.arms, weights)
        return Go(arm.id, f"chance chose “{arm.title or arm.id}”")

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Two arms at least, and one that can be chosen."""
        if len(self.arms) < 2:
            yield Flaw("wrong_count", "Give at least two arms.", "arms")
        elif not any(arm.weight for arm in self.arms):
            yield Flaw("no_weight", "Give one of the arms a weight above 0.", "arms")
        if len({arm.id for arm in self.arms}) < len(self.arms):
            yield Flaw("same_id", "Two arms have the same id.", "arms")
