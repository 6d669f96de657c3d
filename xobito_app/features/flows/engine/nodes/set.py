"""Set variable: keep a value for later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.node import NEXT, Flaw, Go, Known, NodeKind, Outcome
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn


class Assignment(BaseModel):
    """A variable and what it becomes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="", max_length=40)
    value: str = Field(default="", max_length=LONGEST_TEXT)


class Set(NodeKind):
    """Values, set one after the other: a later one sees the earlier."""

    kind: ClassVar[str] = "set"
    noun: ClassVar[str] = "Set variable"

    assignments: tuple[Assignment, ...] = Field(default=(), max_length=50)

    def enter(self, turn: Turn) -> Outcome:
        """Set them."""
        for one in self.assignments:
            turn.learn(one.name, turn.render(one.value))
        return Go(NEXT)

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Each needs a name."""
        if not self.assignments:
            yield Flaw("nothing_set", "Add a variable.", "assignments")
        for index, one in enumerate(self.assignments):
            where = f"assignments.{index}.name"
            if not one.name:
                yield Flaw("bad_variable", "Name the variable.", where)
            yield from checks.variable(where, one.name)

    def texts(self) -> Iterator[str]:
        """The values."""
        yield from (one.value for one in self.assignments)

    def names_set(self) -> Iterator[str]:
        """The variables."""
        yield from (one.name for one in self.assignments if one.name)
