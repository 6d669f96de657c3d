"""Ask: a question whose answer goes into a variable, once it is one of the wanted kind."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine import answers, checks
from xobito_app.features.flows.engine.inputs import Choice, Message
from xobito_app.features.flows.engine.node import (
    FAILED,
    NEXT,
    TIMEOUT,
    Flaw,
    Go,
    Known,
    Outcome,
    Pause,
    Row,
)
from xobito_app.features.flows.engine.questions import Question, chosen
from xobito_app.features.flows.engine.session import Wait
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads, payloads_interactive
from xobito_app.whatsapp.payloads import ANYBODY, Payload
from xobito_app.whatsapp.payloads_interactive import Button, Row as MetaRow, Section

INVALID = "invalid"


class AnswerType(StrEnum):
    """What an answer must be."""

    TEXT = "text"
    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    CHOICE = "choice"
    LOCATION = "location"
    MEDIA = "media"


class Ask(Question):
    """A question.

    Attributes:
        retry_text: What is said to an answer of the wrong kind, before asking on.
        retries: How many wrong answers are let pass.
    """

    kind: ClassVar[str] = "ask"
    noun: ClassVar[str] = "Ask"

    text: str = Field(default="", max_length=LONGEST_TEXT)
    type: AnswerType = AnswerType.TEXT
    choices: tuple[Row, ...] = Field(default=(), max_length=limits.LIST_ROWS)
    retry_text: str = Field(default="", max_length=LONGEST_TEXT)
    retries: int = Field(default=2, ge=0, le=10)

    @property
    def ports(self) -> tuple[str, ...]:
        """The answer, or each choice; and what else may come."""
        ways = tuple(row.id for row in self.choices) if self.has_choices else (NEXT,)
        return (*ways, INVALID, TIMEOUT, FAILED)

    @property
    def held_ports(self) -> frozenset[str]:
        """All that a person's answer or silence leads to."""
        return frozenset(self.ports) - {FAILED}

    @property
    def has_choices(self) -> bool:
        """Whether its answers are given."""
        return self.type is AnswerType.CHOICE

    def question(self, turn: Turn, token: str) -> Payload:
        """Return the question: plain, with choices, or asking for the place people are at."""
        if self.type is AnswerType.LOCATION:
            words = turn.render(self.text, limits.INTERACTIVE_BODY)
            return payloads_interactive.location_request(ANYBODY, words)
        if not self.has_choices:
            return payloads.text(ANYBODY, turn.render(self.text, limits.TEXT_BODY))
        words = turn.render(self.text, limits.INTERACTIVE_BODY)
        if len(self.choices) <= limits.REPLY_BUTTONS:
            pressed = [
                Button(
                    turn.button_id(token, row.id), turn.render(row.title, limits.REPLY_BUTTON_TITLE)
                )
                for row in self.choices
            ]
            return payloads_interactive.buttons(ANYBODY, words, pressed)
        rows = [
            MetaRow(turn.button_id(token, row.id), turn.render(row.title, limits.LIST_ROW_TITLE))
            for row in self.choices
        ]
        return payloads_interactive.choice_list(ANYBODY, words, "Choose", [Section(rows)])

    def judge(self, turn: Turn, wait: Wait, given: Choice | Message) -> Outcome | None:
        """Keep an answer of the wanted kind; let a wrong one pass a few times."""
        if self.has_choices:
            row, why = chosen(self.choices, turn, given)
            if row is not None:
                turn.learn(self.save_as, turn.render(row.title))
                return Go(row.id, why)
        elif isinstance(given, Message):
            value = answers.read(self.type, given, turn.scene)
            if value is not None:
                turn.learn(self.save_as, value)
                return Go(NEXT, "was answered")
        if wait.tries >= self.retries:
            return Go(INVALID, f"was no {answers.NOUNS[self.type]}")
        return self._again(turn, wait)

    def _again(self, turn: Turn, wait: Wait) -> Outcome:
        why = f"was no {answers.NOUNS[self.type]}, asks again"
        sentence = turn.render(self.retry_text, limits.TEXT_BODY).strip()
        if self.has_choices or self.type is AnswerType.LOCATION:
            if sentence:
                turn.send(payloads.text(ANYBODY, sentence))
            return self.put(turn, tries=wait.tries + 1, words=why)
        token = turn.send(payloads.text(ANYBODY, sentence or answers.HINTS[self.type]))
        return Pause(turn.ask(token, timeout=self.timeout, tries=wait.tries + 1), why)

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Words, and choices where there are some, must be there."""
        limit = limits.INTERACTIVE_BODY if self.has_choices else limits.TEXT_BODY
        yield from checks.words("text", "the question", self.text, limit)
        yield from checks.words(
            "retry_text", "the second try", self.retry_text, limits.TEXT_BODY, optional=True
        )
        if self.has_choices:
            most = (
                limits.REPLY_BUTTON_TITLE
                if len(self.choices) <= limits.REPLY_BUTTONS
                else limits.LIST_ROW_TITLE
            )
            yield from checks.rows("choices", "choice", self.choices, 1, limits.LIST_ROWS, most)
        if not self.save_as and not self.has_choices:
            yield Flaw("unsaved", "Name the variable the answer goes to.", "save_as")
        yield from super().flaws(known)

    def texts(self) -> Iterator[str]:
        """All people read."""
        yield from (self.text, self.retry_text)
        yield from (row.title for row in self.choices)
