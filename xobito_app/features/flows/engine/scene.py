"""What a talk may know of the world: the time, the contact, the graphs and templates there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xobito_app.features.flows.engine.graph import Graph

OpeningHours = Mapping[int, Sequence[tuple[time, time]]]
"""By weekday, Monday 0: the spans in which the business is open, in order."""


@dataclass(frozen=True, slots=True)
class Library:
    """Graphs and templates, loaded before a turn.

    Attributes:
        graphs: By the id of their version.
        published: By the id of a flow: the version that is published.
        templates: Meta's own documents of approved templates, by name and language.
    """

    graphs: Mapping[str, Graph] = field(default_factory=dict[str, "Graph"])
    published: Mapping[str, str] = field(default_factory=dict[str, str])
    templates: Mapping[tuple[str, str], Mapping[str, Any]] = field(
        default_factory=dict[tuple[str, str], Mapping[str, Any]]
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """The world at one turn.

    Attributes:
        now: The moment; every node of the turn sees the same.
        zone: The workspace's.
        locale: The workspace's, such as `de_DE`: the order of day and month in dates people write.
        country: ISO 3166 code for phone numbers without a country code.
        contact: The contact's fields by name, without `contact.`.
        groups: The names of the contact's groups.
        hours: When the business is open; None when nobody said.
        is_window_open: Whether a free-form message may be sent.
        library: Graphs and templates.
    """

    now: datetime
    zone: tzinfo
    library: Library
    locale: str = "en_US"
    country: str | None = None
    contact: Mapping[str, str] = field(default_factory=dict[str, str])
    groups: frozenset[str] = frozenset()
    hours: OpeningHours | None = None
    is_window_open: bool = True

    @property
    def local_now(self) -> datetime:
        """The moment on the workspace's clocks."""
        return self.now.astimezone(self.zone)

    def value_of(self, name: str) -> str | None:
        """Return what stands for a name that is no variable of the talk; None if unknown."""
        if name.startswith("contact."):
            return self.contact.get(name.removeprefix("contact."))
        match name:
            case "now":
                return self.local_now.strftime("%Y-%m-%d %H:%M")
            case "today" | "date":
                return self.local_now.date().isoformat()
            case "time":
                return self.local_now.strftime("%H:%M")
            case "weekday":
                return self.local_now.strftime("%A")
            case "window":
                return "open" if self.is_window_open else "closed"
            case "business_hours":
                return "open" if self.is_open(self.now) else "closed"
        return None

    def is_open(self, at: datetime) -> bool:
        """Tell whether the business is open; without hours it always is."""
        if self.hours is None:
            return True
        there = at.astimezone(self.zone)
        spans = self.hours.get(there.weekday(), ())
        return any(opens <= there.time().replace(tzinfo=None) < closes for opens, closes in spans)


BUILT_IN = ("now", "today", "date", "time", "weekday", "window", "business_hours")
"""Names every flow knows without having learnt them."""
