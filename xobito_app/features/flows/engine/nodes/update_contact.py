"""Update contact: change what is known about the person in the chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine.node import (
    NEXT,
    Flaw,
    Go,
    Known,
    NodeKind,
    Outcome,
    without_none,
)
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn


class UpdateContact(NodeKind):
    """Changes; what is left out stays.

    Attributes:
        fields: By the name of a field, a text with variables; an empty one empties the field.
        opt_out: True stops marketing to the person, False allows it again.
    """

    kind: ClassVar[str] = "update_contact"
    noun: ClassVar[str] = "Update contact"

    status: str = Field(default="", max_length=255)
    source: str = Field(default="", max_length=255)
    add_groups: tuple[str, ...] = Field(default=(), max_length=20)
    remove_groups: tuple[str, ...] = Field(default=(), max_length=20)
    fields: dict[str, str] = Field(default={}, max_length=30)
    opt_out: bool | None = None

    def enter(self, turn: Turn) -> Outcome:
        """Want the changes made."""
        changes = without_none(
            {
                "status": self.status,
                "source": self.source,
                "add_groups": list(self.add_groups),
                "remove_groups": list(self.remove_groups),
                "fields": {
                    name: turn.render(text[:LONGEST_TEXT]) for name, text in self.fields.items()
                },
                "opt_out": self.opt_out,
            }
        )
        turn.update_contact(changes)
        return Go(NEXT)

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Something must change, and it must exist."""
        if not (
            self.status
            or self.source
            or self.add_groups
            or self.remove_groups
            or self.fields
            or self.opt_out is not None
        ):
            yield Flaw("nothing_changed", "Choose what changes.", "")
        for name in self.fields:
            if f"contact.{name}" not in known.names:
                yield Flaw("unknown_field", f"Contacts have no field “{name}”.", f"fields.{name}")

    def texts(self) -> Iterator[str]:
        """The new values."""
        yield from self.fields.values()
