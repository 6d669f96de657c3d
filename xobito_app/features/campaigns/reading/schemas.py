"""What screens are told of campaigns beside lists and reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Bar:
    """How many messages Meta took in a stretch of time that begins at a moment."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Band:
    """How fast a campaign was sent.

    Attributes:
        seconds: How long each stretch is.
        bars: Every stretch from the first message to the newest, those without any too.
    """

    seconds: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class GotLine:
    """A campaign somebody was sent, and what came of it with them.

    Attributes:
        at: When Meta took it, or when it is due.
    """

    id: UUID
    campaign_id: UUID
    name: str
    template_name: str
    state: str
    reason: str
    at: datetime
    replied_at: datetime | None
