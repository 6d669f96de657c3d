"""AI reply: a language model writes, from a prompt with variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.effects import EffectKind
from xobito_app.features.flows.engine.inputs import Input, Result
from xobito_app.features.flows.engine.node import (
    FAILED,
    NEXT,
    Flaw,
    Go,
    Known,
    NodeKind,
    Outcome,
    Pause,
)
from xobito_app.features.flows.engine.session import Wait, WaitKind
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads
from xobito_app.whatsapp.payloads import ANYBODY


class Ai(NodeKind):
    """A model's words.

    Attributes:
        prompt: What it is asked.
        system: How it is to behave.
        send: Whether its words go to the customer, or only into the variable.
    """

    kind: ClassVar[str] = "ai"
    noun: ClassVar[str] = "AI reply"

    prompt: str = Field(default="", max_length=LONGEST_TEXT)
    system: str = Field(default="", max_length=LONGEST_TEXT)
    save_as: str = Field(default="", max_length=40)
    send: bool = True

    @property
    def ports(self) -> tuple[str, ...]:
        """It wrote, or it did not."""
        return (NEXT, FAILED)

    def enter(self, turn: Turn) -> Outcome:
        """Ask the model and wait."""
        token = turn.want(
            EffectKind.AI, {"prompt": turn.render(self.prompt), "system": turn.render(self.system)}
        )
        return Pause(Wait(turn.node, token, WaitKind.EFFECT), "asks the model")

    def answer(self, turn: Turn, wait: Wait, given: Input) -> Outcome | None:
        """Keep what the model wrote, and pass it on."""
        if not isinstance(given, Result):
            return None
        words = str(given.values.get("text", "")).strip()
        if not given.is_done or not words:
            return Go(FAILED, given.why or "the model wrote nothing")
        turn.learn(self.save_as, words)
        if self.send:
            turn.send(payloads.text(ANYBODY, words[: limits.TEXT_BODY]))
        return Go(NEXT, "the model wrote")

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """There must be a prompt, and somewhere its answer goes."""
        yield from checks.words("prompt", "the prompt", self.prompt, LONGEST_TEXT)
        yield from checks.variable("save_as", self.save_as)
        if not self.send and not self.save_as:
            yield Flaw("unsaved", "Send the answer, or name a variable it goes to.", "save_as")

    def texts(self) -> Iterator[str]:
        """The prompt, and how to behave."""
        yield from (self.prompt, self.system)

    def names_set(self) -> Iterator[str]:
        """The variable the answer goes to."""
        if self.save_as:
            yield self.save_as
