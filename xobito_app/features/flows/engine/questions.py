"""What nodes that ask have in common: the wait, the wrong answer, the time that runs out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from xobito_app.core.text import one_line
from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.inputs import Choice, Input, Message, Result, Timer
from xobito_app.features.flows.engine.node import (
    FAILED,
    OTHER,
    TIMEOUT,
    Flaw,
    Go,
    Known,
    NodeKind,
    Outcome,
    Pause,
    Row,
)
from xobito_app.features.flows.engine.session import Wait
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp.payloads import Payload

MOST_REPEATS = 2
"""How often a question is put again after another answer; then people take over."""


class Question(NodeKind):
    """A message that waits for an answer."""

    save_as: str = Field(default="", max_length=40)
    timeout: str = Field(default="", max_length=20)

    def question(self, turn: Turn, token: str) -> Payload:
        """Return the message; its buttons carry the token.

        Raises:
            Invalid: It breaks a rule of Meta's.
        """
        raise NotImplementedError

    def enter(self, turn: Turn) -> Outcome:
        """Ask."""
        return self.put(turn)

    def put(self, turn: Turn, *, tries: int = 0, words: str = "") -> Outcome:
        """Send the question and wait; `words` is why it is put again."""
        token = turn.mark()
        turn.send(self.question(turn, token), token)
        return Pause(turn.ask(token, timeout=self.timeout, tries=tries), words or "asks")

    def answer(self, turn: Turn, wait: Wait, given: Input) -> Outcome | None:
        """Take the answer, the end of the time, or the refusal of the question."""
        match given:
            case Timer():
                return Go(TIMEOUT, "nobody answered in time")
            case Result(is_done=False, why=why):
                return Go(FAILED, why)
            case Choice() | Message():
                return self.judge(turn, wait, given)
        return None

    def judge(self, turn: Turn, wait: Wait, given: Choice | Message) -> Outcome | None:
        """Say what an answer means."""
        raise NotImplementedError

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """The variable and the time must be such."""
        yield from checks.variable("save_as", self.save_as)
        yield from checks.span("timeout", self.timeout)

    def names_set(self) -> Iterator[str]:
        """The variable the answer goes to."""
        if self.save_as:
            yield self.save_as


class Choices(Question):
    """A question whose answers are given: buttons, or the rows of a list."""

    @property
    def choices(self) -> Sequence[Row]:
        """What can be chosen."""
        raise NotImplementedError

    @property
    def ports(self) -> tuple[str, ...]:
        """One for each choice, and what else may come."""
        return (*(row.id for row in self.choices), OTHER, TIMEOUT, FAILED)

    @property
    def held_ports(self) -> frozenset[str]:
        """All that a person's answer or silence leads to."""
        return frozenset(self.ports) - {FAILED}

    def judge(self, turn: Turn, wait: Wait, given: Choice | Message) -> Outcome | None:
        """Go the way of the choice; words that read like one are one."""
        row, why = chosen(self.choices, turn, given)
        if row is not None:
            turn.learn(self.save_as, turn.render(row.title))
            return Go(row.id, why)
        if OTHER in turn.wired:
            turn.learn(self.save_as, given.text if isinstance(given, Message) else "")
            return Go(OTHER, "was none of the choices")
        if wait.tries >= MOST_REPEATS:
            return Go(FAILED, "none of the choices was taken")
        return self.put(turn, tries=wait.tries + 1, words="was none of the choices, asks again")


def chosen(choices: Sequence[Row], turn: Turn, given: Choice | Message) -> tuple[Row | None, str]:
    """Return the choice an answer means, and how it was made."""
    if isinstance(given, Choice):
        row = next((row for row in choices if row.id == given.port), None)
        return row, "was pressed"
    words = one_line(given.text).casefold()
    for number, row in enumerate(choices, start=1):
        title = one_line(turn.render(row.title)).casefold()
        if words and words == title:
            return row, "was written"
        if words == str(number) and all(
            one_line(turn.render(other.title)) != words for other in choices
        ):
            return row, "was written as its number"
    return None, ""
