"""Link button: a message with one button that opens a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.node import Flaw, Known
from xobito_app.features.flows.engine.sends import Sends
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads_interactive
from xobito_app.whatsapp.payloads import ANYBODY, Payload


class LinkButton(Sends):
    """Meta's `cta_url`."""

    kind: ClassVar[str] = "link_button"
    noun: ClassVar[str] = "Link button"

    text: str = Field(default="", max_length=LONGEST_TEXT)
    label: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=limits.CTA_URL)

    def body(self, turn: Turn) -> Payload:
        """Return Meta's message with a link button."""
        return payloads_interactive.link_button(
            ANYBODY,
            turn.render(self.text, limits.INTERACTIVE_BODY),
            turn.render(self.label, limits.CTA_LABEL),
            turn.render_url(self.url),
        )

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Words, a label and a link must be there."""
        yield from checks.words("text", "the message", self.text, limits.INTERACTIVE_BODY)
        yield from checks.words("label", "what the button says", self.label, limits.CTA_LABEL)
        yield from checks.link("url", "the link", self.url)

    def texts(self) -> Iterator[str]:
        """The words, the label and the link."""
        yield from (self.text, self.label, self.url)
