"""What came of a campaign, worded for its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from xobito_app.core import clock
from xobito_app.core.text import initials
from xobito_app.features.campaigns.reading.schemas import Band
from xobito_app.features.campaigns.schemas import (
    CampaignView,
    Comparison,
    Cost,
    ReasonLine,
    RecipientLine,
    Report,
    Step,
)
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of
from xobito_app.ui.components.charts import Point
from xobito_app.ui.pages.campaigns import words
from xobito_app.ui.pages.campaigns.rows import Progress, Ways
from xobito_app.ui.pages.campaigns.tally import Tally
from xobito_app.ui.pages.templates.clicks import ClicksCard

_STEPS = {
    "sent": ("Sent", "accent"),
    "delivered": ("Delivered", "success"),
    "read": ("Read", "accent"),
    "replied": ("Replied", "success"),
    "failed": ("Failed", "danger"),
    "opted_out": ("Opted out", "warning"),
}
_LISTS = {"sent": "any_sent", "delivered": "any_delivered", "failed": "any_failed"}
"""Steps whose list holds more than one state; the others are narrowed to by their own name."""
_REPEATABLE = ("failed", "expired", "cancelled")


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the funnel; `state` is what pressing it narrows the recipients to."""

    id: str
    label: str
    tone: str
    count: str
    share: str
    width: float
    state: str

    @classmethod
    def of(cls, step: Step, addressed: int) -> StepRow:
        """Word a step."""
        label, tone = _STEPS.get(step.name, (step.name.capitalize(), "neutral"))
        return cls(
            id=step.name,
            label=label,
            tone=tone,
            count=f"{step.people:,}",
            share=words.share(step.people, addressed),
            width=round(100 * min(step.share, 1.0), 2),
            state=_LISTS.get(step.name, step.name),
        )


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why some got nothing, in plain words."""

    id: str
    words: str
    state: str
    state_words: str
    tone: str
    count: str

    @classmethod
    def of(cls, at: int, line: ReasonLine) -> ReasonRow:
        """Word a reason."""
        state = str(line.state)
        return cls(
            id=str(at),
            words=line.reason or words.STATE_WORDS.get(state, state),
            state=state,
            state_words=words.STATE_WORDS.get(state, state),
            tone=words.STATE_TONES.get(state, "neutral"),
            count=f"{line.people:,}",
        )


@dataclass(frozen=True, slots=True)
class CostCard:
    """What the campaign cost."""

    total: str = "–"
    line: str = ""
    has_rates: bool = False
    is_known: bool = False

    @classmethod
    def of(cls, cost: Cost) -> CostCard:
        """Word a cost; without a rate there is no sum."""
        parts = [f"{cost.billable:,} charged by Meta", f"{cost.free:,} free"]
        if cost.unpriced:
            parts.append(f"{cost.unpriced:,} without a rate")
        return cls(
            total="–" if cost.total is None else money(cost.total, cost.currency),
            line=" · ".join(parts),
            has_rates=cost.total is not None,
            is_known=cost.billable + cost.free > 0,
        )


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with its currency, to the cent or as far below as it goes."""
    places = 2 if amount == 0 or abs(amount) >= 1 else 4
    return f"{amount:,.{places}f} {currency}".strip()


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One template of an A/B test."""

    id: str
    name: str
    delivered: str
    read: str
    replied: str
    rate: str
    is_winner: bool


@dataclass(frozen=True, slots=True)
class ComparisonCard:
    """What an A/B test says."""

    sentence: str = ""
    variants: list[VariantRow] = field(default_factory=list)

    @classmethod
    def of(cls, found: Comparison | None) -> ComparisonCard:
        """Word a comparison; empty without an A/B test."""
        if found is None:
            return cls()
        return cls(
            sentence=found.sentence,
            variants=[
                VariantRow(
                    id=str(line.variant),
                    name=f"{'AB'[line.variant]}: {line.template_name}",
                    delivered=f"{line.delivered:,}",
                    read=f"{line.read:,}",
                    replied=f"{line.replied:,}",
                    rate=f"{line.rate:.1%} ({line.low:.1%} to {line.high:.1%})",
                    is_winner=found.winner == line.variant,
                )
                for line in found.variants
            ],
        )


@dataclass(frozen=True, slots=True)
class ReportCard:
    """The head of the report: what it is and how it stands."""

    id: str = ""
    name: str = ""
    line: str = ""
    status: str = ""
    status_words: str = ""
    tone: str = "neutral"
    reason: str = ""
    is_undoable: bool = False
    is_begun: bool = False
    progress: Progress = field(default_factory=Progress)
    counts_line: str = ""
    ways: Ways = field(default_factory=Ways)
    may_retry: bool = False
    retry_words: str = ""
    export_link: str = ""
    replies_link: str = ""
    edit_link: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, view: CampaignView, zone: str, now: datetime) -> ReportCard:
        """Word a campaign."""
        status, tally = str(view.status), Tally(view.counts)
        repeatable = tally.of(*_REPEATABLE)
        ways = Ways.of(status)
        is_over = status in {"completed", "paused", "cancelled"}
        return cls(
            id=str(view.id),
            name=view.name or words.UNNAMED,
            line=" · ".join(filter(None, (view.template_name, view.template_language))),
            status=status,
            status_words=words.STATUS_WORDS.get(status, status),
            tone=words.STATUS_TONES.get(status, "neutral"),
            reason=_reason(status, view.reason),
            is_undoable=view.undo_until is not None and view.undo_until > now,
            is_begun=tally.audience > 0,
            progress=Progress.of(tally),
            counts_line=_counts_line(tally),
            ways=ways,
            may_retry=repeatable > 0 and is_over,
            retry_words=f"Try {words.people(repeatable)} again",
            export_link=f"/exports/campaigns/{view.id}/recipients.csv",
            replies_link=f"/inbox?campaign={view.id}",
            edit_link=f"/campaigns/{view.id}/edit",
            facts=_facts(view, zone),
        )


def _reason(status: str, reason: str) -> str:
    if status != "paused" or not reason:
        return reason
    return f"{reason} Nothing leaves until you resume; put right what it names first."


def _counts_line(tally: Tally) -> str:
    parts = [f"{words.people(tally.audience)}: {tally.addressed:,} to get it"]
    if left_out := tally.of("excluded"):
        parts.append(f"{left_out:,} left out")
    if tally.waiting:
        parts.append(f"{tally.waiting:,} waiting")
    if unresolved := tally.of("unresolved"):
        parts.append(f"{unresolved:,} not known")
    return ", ".join(parts)


def _facts(view: CampaignView, zone: str) -> list[tuple[str, str]]:
    moments = (
        ("Scheduled for", view.scheduled_at),
        ("Launched", view.launched_at),
        ("Began", view.started_at),
        ("Finished", view.finished_at),
    )
    facts = [(word, formats.full(at, zone)) for word, at in moments if at]
    if view.canary:
        facts.append(("First group", words.people(view.canary)))
    if view.spend_cap is not None:
        facts.append(("Spend cap", f"{view.spend_cap:,.2f}"))
    return facts


@dataclass(frozen=True, slots=True)
class TapRow:
    """How many people pressed a quick reply of the campaign."""

    id: str
    count: str


@dataclass(frozen=True, slots=True)
class ReportBody:
    """Everything below the head."""

    steps: list[StepRow] = field(default_factory=list)
    reasons: list[ReasonRow] = field(default_factory=list)
    cost: CostCard = field(default_factory=CostCard)
    comparison: ComparisonCard = field(default_factory=ComparisonCard)
    taps: list[TapRow] = field(default_factory=list)
    clicks: list[ClicksCard] = field(default_factory=list)
    band: list[Point] = field(default_factory=list)
    band_line: str = ""

    @classmethod
    def of(cls, report: Report, band: Band, zone: str) -> ReportBody:
        """Word a report."""
        addressed = Tally(report.counts).addressed
        return cls(
            steps=[StepRow.of(step, addressed) for step in report.funnel],
            reasons=[ReasonRow.of(at, line) for at, line in enumerate(report.reasons)],
            cost=CostCard.of(report.cost),
            comparison=ComparisonCard.of(report.comparison),
            taps=[TapRow(tap.title, f"{tap.people:,}") for tap in report.taps],
            clicks=[ClicksCard.of(found, zone, clock.now()) for found in report.insights],
            band=[Point(_moment(bar.at, band.seconds, zone), bar.count) for bar in band.bars],
            band_line=f"Messages per {_stretch(band.seconds)}" if band.bars else "",
        )


def _moment(at: datetime, seconds: int, zone: str) -> str:
    if seconds >= 3600:
        return formats.weekday(at, zone)
    return formats.clock_time(at, zone) if seconds >= 60 else formats.clock_seconds(at, zone)


def _stretch(seconds: int) -> str:
    """Return a stretch of time in words: second, 10 seconds, minute, hour."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            number = seconds // size
            return unit if number == 1 else f"{number} {unit}s"
    return "second"


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """One person of the campaign."""

    id: str
    name: str
    initials: str
    tone: int
    phone: str
    link: str
    thread_link: str
    state_words: str
    state_tone: str
    reason: str
    replied: str
    when: str
    when_full: str

    @classmethod
    def of(
        cls,
        line: RecipientLine,
        zone: str,
        now: datetime,
        visibility: ConversationVisibility,
    ) -> RecipientRow:
        """Word a recipient; the chat is offered to who may open it."""
        state = str(line.state)
        name = line.name or line.phone
        return cls(
            id=str(line.id),
            name=name,
            initials=initials(name),
            tone=tone_of(line.contact_id or line.id),
            phone=line.phone,
            link=f"/contacts/{line.contact_id}" if line.contact_id else "",
            thread_link=_thread_link(line, visibility),
            state_words=words.STATE_WORDS.get(state, state),
            state_tone=words.STATE_TONES.get(state, "neutral"),
            reason=line.reason or words.EXCLUSION_WORDS.get(line.exclusion, ""),
            replied=formats.ago(line.replied_at, zone, now) if line.replied_at else "",
            when=formats.ago(line.updated_at, zone, now),
            when_full=formats.full(line.updated_at, zone),
        )


def _thread_link(line: RecipientLine, visibility: ConversationVisibility) -> str:
    if line.thread is None or not visibility.includes(line.thread.assignee_id):
        return ""
    # What they got stands there; the thread opens at it.
    at = f"&m={line.id}" if line.wamid else ""
    return f"/inbox?c={line.thread.conversation_id}{at}"
