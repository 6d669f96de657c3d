"""The dry run of a campaign, worded for the wizard."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from xobito_app.features.campaigns.schemas import DryRun, ExcludedLine
from xobito_app.ui import formats
from xobito_app.ui.pages.campaign_report.rows import money
from xobito_app.ui.pages.campaigns import words


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """One reason for being left out, and how many it concerns."""

    id: str
    words: str
    count: str


@dataclass(frozen=True, slots=True)
class CheckCard:
    """What a launch would do, in sentences."""

    sentence: str = ""
    will_send: int = 0
    audience: int = 0
    excluded: list[ExclusionRow] = field(default_factory=list)
    estimate: str = ""
    estimate_line: str = ""
    countries: list[tuple[str, str, str]] = field(default_factory=list)
    time_line: str = ""
    headroom_line: str = ""
    days: list[tuple[str, str]] = field(default_factory=list)
    needs_count: bool = False
    is_over: bool = False
    has_rates: bool = False

    @classmethod
    def of(cls, run: DryRun, zone: str, typed_above: int) -> CheckCard:
        """Word a dry run."""
        left_out = run.audience - run.will_send
        sentence = (
            f"{words.people(run.audience)}: {run.will_send:,} will get it, {left_out:,} will not."
        )
        estimate = run.estimate
        total = None if estimate.total is None else money(estimate.total, estimate.currency)
        most = " at most" if estimate.label == "ceiling" else ""
        return cls(
            sentence=sentence,
            will_send=run.will_send,
            audience=run.audience,
            excluded=[
                ExclusionRow(reason, words.EXCLUSION_WORDS.get(reason, reason), f"{count:,}")
                for reason, count in sorted(run.excluded.items(), key=lambda item: -item[1])
                if count
            ],
            estimate=f"{total}{most} (estimate)" if total else "No rates to estimate with",
            estimate_line=_unpriced(estimate.unpriced),
            countries=[
                (
                    line.country or "Unknown",
                    f"{line.people:,}",
                    "–" if line.amount is None else money(line.amount, estimate.currency),
                )
                for line in estimate.by_country
            ],
            time_line=f"Sending takes about {duration(run.seconds)}.",
            headroom_line=_headroom(run),
            days=[
                (formats.weekday(day.begins_at, zone), words.people(day.people)) for day in run.days
            ]
            if len(run.days) > 1
            else [],
            needs_count=run.will_send > typed_above,
            has_rates=total is not None,
            is_over=run.excluded.get("over_limit", 0) > 0 or len(run.days) > 1,
        )


def _unpriced(count: int) -> str:
    return f"{words.people(count)} in countries without a rate, not counted." if count else ""


def _headroom(run: DryRun) -> str:
    room = run.headroom
    if room.limit is None or room.free is None:
        return "Meta sets this number no daily limit."
    return (
        f"Meta lets you write first to {room.limit:,} people in 24 hours;"
        f" {room.used:,} are used or planned, {room.free:,} are free."
    )


def duration(seconds: int) -> str:
    """Return a length of time as people say it: 40 seconds, 12 minutes, 3 hours, 2 days."""
    passed = timedelta(seconds=seconds)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if passed >= timedelta(seconds=2 * size):
            return f"{seconds // size} {unit}s"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """Somebody who gets nothing, and why."""

    id: str
    name: str
    phone: str
    link: str
    reason: str

    @classmethod
    def of(cls, line: ExcludedLine) -> LeftOutRow:
        """Word somebody left out."""
        return cls(
            id=str(line.position),
            name=line.name or line.phone or f"Row {line.position}",
            phone=line.phone,
            link=f"/contacts/{line.contact_id}" if line.contact_id else "",
            reason=line.sentence,
        )
