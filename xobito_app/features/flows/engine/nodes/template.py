"""Template: an approved one, which may go out with the reply window closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine.node import Flaw, Known
from xobito_app.features.flows.engine.sends import Sends
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads_template
from xobito_app.whatsapp.payloads import ANYBODY, Payload
from xobito_app.whatsapp.templates import Template as MetaTemplate


class Template(Sends):
    """A template with its blanks filled.

    Attributes:
        variables: By the key of a blank (`body.1`, `header.media`, `button.0`), a text.
    """

    kind: ClassVar[str] = "template"
    noun: ClassVar[str] = "Template"

    template_name: str = Field(default="", max_length=limits.TEMPLATE_NAME)
    template_language: str = Field(default="", max_length=20)
    variables: dict[str, str] = Field(default={}, max_length=60)

    def body(self, turn: Turn) -> Payload:
        """Return Meta's template message."""
        raw = turn.scene.library.templates.get((self.template_name, self.template_language))
        if raw is None:
            raise Invalid(f"The template “{self.template_name}” is not approved any more.")
        return payloads_template.filled_template(ANYBODY, MetaTemplate.of(raw), self.blanks(turn))

    def blanks(self, turn: Turn) -> Mapping[str, str]:
        """Return what fills the blanks."""
        return {key: turn.render(text) for key, text in self.variables.items()}

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """The template must be approved, and each blank filled."""
        if not self.template_name:
            yield Flaw("missing_template", "Choose a template.", "template_name")
            return
        blanks = known.templates.get((self.template_name, self.template_language))
        if blanks is None:
            yield Flaw(
                "missing_template",
                f"The template “{self.template_name}” ({self.template_language}) is not approved.",
                "template_name",
            )
            return
        for key in blanks:
            if not self.variables.get(key, "").strip():
                yield Flaw("missing_value", f"Fill the blank {key}.", f"variables.{key}")

    def texts(self) -> Iterator[str]:
        """What fills the blanks."""
        yield from self.variables.values()
