"""What is read of campaigns, as lists and reports show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Tally:
    """How many recipients of a campaign are how far; everybody is in exactly one state.

    Attributes:
        states: How many are in each state that has any.
        replied: How many wrote back after they got it.
        opted_out: How many take no more marketing because of it.
    """

    states: Mapping[str, int] = field(default_factory=dict[str, int])
    replied: int = 0
    opted_out: int = 0

    def of(self, *states: str) -> int:
        """Return how many are in one of these states."""
        return sum(self.states.get(state, 0) for state in states)

    @property
    def audience(self) -> int:
        """Everybody who was meant."""
        return sum(self.states.values())

    @property
    def addressed(self) -> int:
        """Everybody who is to get it."""
        return self.audience - self.of("excluded")

    @property
    def waiting(self) -> int:
        """Whose turn has not come, or who is in hand."""
        return self.of("queued", "claimed", "dispatching")

    @property
    def done(self) -> int:
        """Who is through, whatever came of it."""
        return self.addressed - self.waiting

    @property
    def sent(self) -> int:
        """Whose message Meta took."""
        return self.of("accepted", "held", "sent", "delivered", "read")

    @property
    def delivered(self) -> int:
        """Whose phone has it."""
        return self.of("delivered", "read")

    @property
    def read(self) -> int:
        """Who opened it, of those who let that be known."""
        return self.of("read")


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign as the list shows it."""

    id: UUID
    name: str
    status: str
    reason: str
    template_name: str
    template_language: str
    created_at: datetime
    scheduled_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class CampaignView(CampaignLine):
    """A campaign as its report shows it.

    Attributes:
        begins_at: Nothing leaves before.
    """

    category: str
    canary: int
    spend_cap: Decimal | None
    begins_at: datetime | None
    launched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bar:
    """How many messages Meta took in a stretch of time that begins at a moment."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Why some got nothing, or nothing yet.

    Attributes:
        exclusion: The kind of exclusion, when they were left out from the start.
        reason: The sentence, when the sending failed.
        code: Meta's error code.
    """

    state: str
    exclusion: str
    reason: str
    code: int | None
    count: int


@dataclass(frozen=True, slots=True)
class CostLine:
    """What deliveries to a country cost by the workspace's rates.

    Attributes:
        amount: None when no rate is known for it.
    """

    country: str
    category: str
    currency: str
    count: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What came of a campaign.

    Attributes:
        seconds: How long each bar of `band` is.
        free: How many deliveries Meta priced as free.
    """

    campaign: CampaignView
    band: tuple[Bar, ...]
    seconds: int
    reasons: tuple[ReasonCount, ...]
    costs: tuple[CostLine, ...]
    free: int


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One person of a campaign, as the report lists them."""

    id: UUID
    name: str
    phone: str
    contact_id: UUID | None
    state: str
    exclusion: str
    reason: str
    error_code: int | None
    updated_at: datetime
    replied_at: datetime | None


@dataclass(frozen=True, slots=True)
class GotLine:
    """A campaign somebody was part of, and what came of it with them."""

    id: UUID
    campaign_id: UUID
    name: str
    template_name: str
    state: str
    exclusion: str
    reason: str
    at: datetime
    replied_at: datetime | None
