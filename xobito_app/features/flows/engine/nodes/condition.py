"""Condition: the first rule that holds says which way to go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from xobito_app.core import patterns
from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine import comparing
from xobito_app.features.flows.engine.comparing import Operator
from xobito_app.features.flows.engine.node import Flaw, Go, Known, NodeKind, Outcome, Row
from xobito_app.features.flows.engine.text import has_variables
from xobito_app.features.flows.engine.turn import Turn

OTHERWISE = "otherwise"


class Comparison(BaseModel):
    """One comparison: a name, an operator, and a text with variables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left: str = Field(default="", max_length=120)
    op: Operator = Operator.EQUALS
    right: str = Field(default="", max_length=1000)


class Rule(Row):
    """A way out with what must hold for it: all of some comparisons, or any."""

    all: tuple[Comparison, ...] = Field(default=(), max_length=20)
    any: tuple[Comparison, ...] = Field(default=(), max_length=20)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Those there are, of either sort."""
        return self.all or self.any

    def holds(self, turn: Turn) -> bool:
        """Tell whether it holds now; a rule without comparisons never does."""
        if not self.comparisons:
            return False
        results = (_is_true(one, turn) for one in self.comparisons)
        return all(results) if self.all else any(results)


class Condition(NodeKind):
    """A fork."""

    kind: ClassVar[str] = "condition"
    noun: ClassVar[str] = "Condition"

    rules: tuple[Rule, ...] = Field(default=(), max_length=20)

    @property
    def ports(self) -> tuple[str, ...]:
        """One for each rule, and one for when none holds."""
        return (*(rule.id for rule in self.rules), OTHERWISE)

    def enter(self, turn: Turn) -> Outcome:
        """Go the way of the first rule that holds."""
        for rule in self.rules:
            if rule.holds(turn):
                return Go(rule.id, f"“{rule.title or rule.id}” holds")
        return Go(OTHERWISE, "no rule holds")

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Each rule needs something to compare."""
        if not self.rules:
            yield Flaw("no_rules", "Add a rule.", "rules")
        if len({rule.id for rule in self.rules}) < len(self.rules):
            yield Flaw("same_id", "Two rules have the same id.", "rules")
        for rule in self.rules:
            where = f"rules.{rule.id}"
            if rule.all and rule.any:
                yield Flaw("all_and_any", "A rule has “all” or “any”, not both.", where)
            if not rule.comparisons:
                yield Flaw("empty_rule", "Say what the rule compares.", where)
            for one in rule.comparisons:
                yield from _flaws_of(one, where, known)

    def texts(self) -> Iterator[str]:
        """What is compared with."""
        yield from (one.right for rule in self.rules for one in rule.comparisons)

    def names_read(self) -> Iterator[str]:
        """What is compared."""
        for rule in self.rules:
            yield from (
                one.left for one in rule.comparisons if one.left and one.op is not Operator.IN_GROUP
            )


def _is_true(one: Comparison, turn: Turn) -> bool:
    right = turn.render(one.right)
    if one.op is Operator.IN_GROUP:
        return right.strip().casefold() in {group.casefold() for group in turn.groups}
    return comparing.holds(one.op, turn.value_of(one.left), right)


def _flaws_of(one: Comparison, where: str, known: Known) -> Iterator[Flaw]:
    if not one.left and one.op is not Operator.IN_GROUP:
        yield Flaw("nothing_compared", "Choose what is compared.", where)
    if not one.right and one.op not in comparing.ALONE:
        yield Flaw("nothing_to_compare", "Write what it is compared with.", where)
    if one.op is Operator.MATCHES and one.right and not has_variables(one.right):
        try:
            patterns.check(one.right)
        except Invalid as error:
            yield Flaw("bad_pattern", error.message, where)
    if (
        one.op is Operator.IN_GROUP
        and known.groups is not None
        and not has_variables(one.right)
        and one.right.strip().casefold() not in {group.casefold() for group in known.groups}
    ):
        yield Flaw("unknown_group", f"There is no group “{one.right}”.", where)
