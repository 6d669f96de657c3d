"""List: a question with up to ten answers behind one button."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.node import Flaw, Known, Row
from xobito_app.features.flows.engine.questions import Choices
from xobito_app.features.flows.engine.text import LONGEST_TEXT
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import limits, payloads_interactive
from xobito_app.whatsapp.payloads import ANYBODY, Payload
from xobito_app.whatsapp.payloads_interactive import Row as MetaRow, Section as MetaSection


class ListRow(Row):
    """A row, with a line below its title."""

    description: str = Field(default="", max_length=200)


class Section(BaseModel):
    """Rows under a title."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(default="", max_length=200)
    rows: tuple[ListRow, ...] = Field(default=(), max_length=limits.LIST_ROWS)


class List(Choices):
    """Meta's list message."""

    kind: ClassVar[str] = "list"
    noun: ClassVar[str] = "List"

    text: str = Field(default="", max_length=LONGEST_TEXT)
    button: str = Field(default="", max_length=200)
    sections: tuple[Section, ...] = Field(default=(), max_length=limits.LIST_SECTIONS)

    @property
    def choices(self) -> Sequence[ListRow]:
        """The rows of all sections."""
        return [row for section in self.sections for row in section.rows]

    def question(self, turn: Turn, token: str) -> Payload:
        """Return Meta's list message."""
        sections = [
            MetaSection(
                title=turn.render(section.title, limits.LIST_SECTION_TITLE) or None,
                rows=[
                    MetaRow(
                        turn.button_id(token, row.id),
                        turn.render(row.title, limits.LIST_ROW_TITLE),
                        turn.render(row.description, limits.LIST_ROW_DESCRIPTION) or None,
                    )
                    for row in section.rows
                ],
            )
            for section in self.sections
        ]
        return payloads_interactive.choice_list(
            ANYBODY,
            turn.render(self.text, limits.INTERACTIVE_BODY),
            turn.render(self.button, limits.LIST_BUTTON),
            sections,
        )

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Words, the button and titled rows must be there."""
        yield from checks.words("text", "the question", self.text, limits.INTERACTIVE_BODY)
        yield from checks.words("button", "what opens the list", self.button, limits.LIST_BUTTON)
        yield from checks.rows(
            "sections", "row", self.choices, 1, limits.LIST_ROWS, limits.LIST_ROW_TITLE
        )
        for index, section in enumerate(self.sections):
            where = f"sections.{index}"
            yield from checks.words(
                f"{where}.title",
                "the title of each section",
                section.title,
                limits.LIST_SECTION_TITLE,
                optional=len(self.sections) == 1,
            )
            if not section.rows:
                yield Flaw("empty_section", "Every section needs at least one row.", where)
            for row in section.rows:
                yield from checks.words(
                    f"sections.{row.id}.description",
                    "the description of each row",
                    row.description,
                    limits.LIST_ROW_DESCRIPTION,
                    optional=True,
                )
        yield from super().flaws(known)

    def texts(self) -> Iterator[str]:
        """All people read."""
        yield from (self.text, self.button)
        for section in self.sections:
            yield section.title
            for row in section.rows:
                yield from (row.title, row.description)
