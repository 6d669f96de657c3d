"""What is wrong with a draft, and the shape of the rules that find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from xobito_app.whatsapp.drafting.draft import Draft


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule a draft breaks.

    Attributes:
        rule: Our name of the rule, such as `body.edge`; it never changes.
        code: Meta's number of the error it would answer with; empty where Meta has none.
        title: What Meta calls the rule, or what we do where Meta has no name for it.
        place: Where: `name`, `header`, `body`, `footer`, `button.2`, `sample.body.1`, `card.0.body`
            and so on; places in lists count from 0.
        sentence: What is wrong, and the way out.
        is_warning: Meta takes it, but likely not as it is meant.
    """

    rule: str
    code: str
    title: str
    place: str
    sentence: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a draft alone does not tell.

    Attributes:
        taken: The account has another template of this name and language.
        blocked_until: Until when Meta keeps the name of a deleted template.
    """

    taken: bool = False
    blocked_until: datetime | None = None


Hit = tuple[str, str]
"""A place, and the sentence about it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of Meta's.

    Attributes:
        find: Yields what breaks it.
        is_warning: Meta takes such a draft, but likely not as it is meant.
    """

    name: str
    code: str
    title: str
    find: Callable[[Draft], Iterator[Hit]]
    is_warning: bool = False

    def check(self, draft: Draft) -> Iterator[Problem]:
        """Yield what a draft breaks of it."""
        for place, sentence in self.find(draft):
            yield Problem(self.name, self.code, self.title, place, sentence, self.is_warning)


@dataclass(slots=True)
class RuleTable:
    """The rules of one file, in the order in which they are told."""

    rules: list[Rule] = field(default_factory=list[Rule])

    def rule(
        self, name: str, title: str, code: str = "", *, is_warning: bool = False
    ) -> Callable[[Callable[[Draft], Iterator[Hit]]], Callable[[Draft], Iterator[Hit]]]:
        """Add what a function finds as a rule."""

        def add(find: Callable[[Draft], Iterator[Hit]]) -> Callable[[Draft], Iterator[Hit]]:
            self.rules.append(Rule(name, code, title, find, is_warning))
            return find

        return add
