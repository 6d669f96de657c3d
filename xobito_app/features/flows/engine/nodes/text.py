"""Text: a plain message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.node import Flaw, Known
from xobito_app.features.flows.engine.sends import Sends
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads
from xobito_app.whatsapp.payloads import ANYBODY, Payload


class Text(Sends):
    """A message of words."""

    kind: ClassVar[str] = "text"
    noun: ClassVar[str] = "Text"

    text: str = Field(default="", max_length=LONGEST_TEXT)
    preview_url: bool = True

    def body(self, turn: Turn) -> Payload:
        """Return Meta's text message."""
        words = turn.render(self.text, limits.TEXT_BODY)
        return payloads.text(ANYBODY, words, preview_url=self.preview_url)

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """The words must be there and fit."""
        yield from checks.words("text", "the message", self.text, limits.TEXT_BODY)

    def texts(self) -> Iterator[str]:
        """The words."""
        yield self.text
