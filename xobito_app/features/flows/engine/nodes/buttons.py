"""Buttons: a question with one to three answers to press."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.node import Flaw, Known, Row
from xobito_app.features.flows.engine.questions import Choices
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads_interactive
from xobito_app.whatsapp.payloads import ANYBODY, Payload
from xobito_app.whatsapp.payloads_interactive import Button, Header


class Buttons(Choices):
    """Meta's reply buttons."""

    kind: ClassVar[str] = "buttons"
    noun: ClassVar[str] = "Buttons"

    text: str = Field(default="", max_length=LONGEST_TEXT)
    header: str = Field(default="", max_length=200)
    footer: str = Field(default="", max_length=200)
    buttons: tuple[Row, ...] = Field(default=(), max_length=limits.REPLY_BUTTONS)

    @property
    def choices(self) -> Sequence[Row]:
        """The buttons."""
        return self.buttons

    def question(self, turn: Turn, token: str) -> Payload:
        """Return Meta's message with reply buttons."""
        header = turn.render(self.header, limits.INTERACTIVE_HEADER).strip()
        return payloads_interactive.buttons(
            ANYBODY,
            turn.render(self.text, limits.INTERACTIVE_BODY),
            [
                Button(
                    turn.button_id(token, row.id),
                    turn.render(row.title, limits.REPLY_BUTTON_TITLE),
                )
                for row in self.buttons
            ],
            header=Header(text=header) if header else None,
            footer=turn.render(self.footer, limits.INTERACTIVE_FOOTER).strip() or None,
        )

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Words and titled buttons must be there."""
        yield from checks.words("text", "the question", self.text, limits.INTERACTIVE_BODY)
        yield from checks.words(
            "header", "the header", self.header, limits.INTERACTIVE_HEADER, optional=True
        )
        yield from checks.words(
            "footer", "the footer", self.footer, limits.INTERACTIVE_FOOTER, optional=True
        )
        yield from checks.rows(
            "buttons", "button", self.buttons, 1, limits.REPLY_BUTTONS, limits.REPLY_BUTTON_TITLE
        )
        yield from super().flaws(known)

    def texts(self) -> Iterator[str]:
        """All people read."""
        yield from (self.text, self.header, self.footer)
        yield from (row.title for row in self.buttons)
