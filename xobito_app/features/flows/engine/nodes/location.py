"""Location: a place on the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from xobito_app.features.flows.engine.node import Flaw, Known
from xobito_app.features.flows.engine.sends import Sends
from xobito_app.features.flows.engine.turn import Turn
from xobito_app.whatsapp import payloads
from xobito_app.whatsapp.payloads import ANYBODY, Payload


class Location(Sends):
    """A place, in degrees."""

    kind: ClassVar[str] = "location"
    noun: ClassVar[str] = "Location"

    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    name: str = Field(default="", max_length=1000)
    address: str = Field(default="", max_length=1000)

    def body(self, turn: Turn) -> Payload:
        """Return Meta's location message."""
        return payloads.location(
            ANYBODY,
            self.latitude or 0,
            self.longitude or 0,
            name=turn.render(self.name, 1000),
            address=turn.render(self.address, 1000),
        )

    def flaws(self, known: Known) -> Iterator[Flaw]:
        """Both degrees must be there."""
        for field in ("latitude", "longitude"):
            if getattr(self, field) is None:
                yield Flaw("missing_place", f"Write the {field} of the place.", field)

    def texts(self) -> Iterator[str]:
        """The name and the address."""
        yield from (self.name, self.address)
