"""What the report of a campaign tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from xobito_app.features.templates.schemas import Insights
from xobito_app.models.campaigns import RecipientState


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel.

    Attributes:
        name: `sent`, `delivered`, `read`, `replied`, `failed` or `opted_out`.
        share: Of those who were to get it, 0 to 1.
    """

    name: str
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class HourLine:
    """What happened within an hour."""

    at: datetime
    sent: int
    delivered: int
    read: int
    failed: int


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """Why messages did not arrive, in plain words."""

    state: RecipientState
    reason: str
    error_code: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What was delivered, priced by category and country as Meta's webhooks say.

    Attributes:
        total: Billable messages times the workspace's rates; None without any rate.
        billable: Messages Meta charges.
        free: Messages Meta delivered for nothing.
        unpriced: Billable ones without a rate.
    """

    label: str
    currency: str
    total: Decimal | None
    billable: int
    free: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class VariantLine:
    """One template of an A/B test.

    Attributes:
        rate: Replied of delivered.
        low: The lower end of its 95 % interval (Wilson).
    """

    variant: int
    template_name: str
    delivered: int
    read: int
    replied: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an A/B test says.

    Attributes:
        winner: 0 or 1; None while the difference may be chance.
        difference: Of the rates, second less first, with its 95 % interval (Newcombe).
        sentence: The same in words.
    """

    variants: tuple[VariantLine, ...]
    winner: int | None
    difference: float
    low: float
    high: float
    sentence: str


@dataclass(frozen=True, slots=True)
class TapLine:
    """How many people of a campaign pressed a quick reply of it."""

    title: str
    people: int


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a campaign.

    Attributes:
        taps: Quick replies of its own messages, the most pressed first.
        insights: What Meta counted of its templates in its days, whoever sent them.
    """

    counts: Mapping[str, int]
    funnel: tuple[Step, ...]
    hours: tuple[HourLine, ...]
    reasons: tuple[ReasonLine, ...]
    cost: Cost
    comparison: Comparison | None
    taps: tuple[TapLine, ...] = ()
    insights: tuple[Insights, ...] = ()
