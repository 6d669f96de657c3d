"""Contact card: somebody's name and number, to be saved on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine import checks
from xobito_app.features.flows.engine.node import Flaw, Known
from xobito_app.features.flows.engine.sends import Sends
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import payloads
from xobito_app.whatsapp.cards import CardEmail, CardPhone, ContactCard as Card
from xobito_app.whatsapp.payloads import ANYBODY, Payload


class ContactCard(Sends):
    """One card."""

    kind: ClassVar[str] = "contact_card"
    noun: ClassVar[str] = "Contact card"

    name: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=60)
    company: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=200)

    def body(self, turn: Turn) -> Payload:
        """Return Meta's message with a card."""
        name, email = turn.render(self.name, 200), turn.render(self.email, 200)
        card = Card(
            formatted_name=name,
            first_name=name,
            phones=(CardPhone(turn.render(self.phone, 60)),),
            emails=(CardEmail(email),) if email else (),
            company=turn.render(self.company, 200) or None,
        )
        return payloads.contacts(ANYBODY, [card])

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """A name and a number must be there."""
        yield from checks.words("name", "the name on the card", self.name, 200)
        yield from checks.words("phone", "the phone number on the card", self.phone, 60)

    def texts(self) -> Iterator[str]:
        """All that stands on it."""
        yield from (self.name, self.phone, self.company, self.email)
