"""Campaigns worded for the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xobito_app.features.campaigns.reading.schemas import CampaignLine, Tally
from xobito_app.ui import formats
from xobito_app.ui.pages.campaigns import words


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is, drawn as a bar; the parts are in per cent of those addressed."""

    read: float = 0.0
    delivered: float = 0.0
    sent: float = 0.0
    failed: float = 0.0
    line: str = ""

    @classmethod
    def of(cls, tally: Tally) -> Progress:
        """Word how far the recipients are."""
        whole = tally.addressed
        failed = tally.of("failed", "expired", "unresolved", "cancelled")
        return cls(
            read=words.percent(tally.read, whole),
            delivered=words.percent(tally.delivered - tally.read, whole),
            sent=words.percent(tally.sent - tally.delivered, whole),
            failed=words.percent(failed, whole),
            line=f"{tally.done:,} of {whole:,}" if whole else "",
        )


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One line of the list."""

    id: str
    link: str
    name: str
    line: str
    status: str
    status_words: str
    tone: str
    audience: str
    progress: Progress
    sent: str
    read: str
    replied: str
    when: str
    when_full: str
    may_pause: bool
    may_resume: bool
    may_cancel: bool
    may_delete: bool

    @classmethod
    def of(cls, view: CampaignLine, zone: str, now: datetime) -> CampaignRow:
        """Word a campaign."""
        tally, status = view.tally, str(view.status)
        is_open = status in {"draft", "scheduled"}
        at, before = _when(view)
        template = " · ".join(filter(None, (view.template_name, view.template_language)))
        return cls(
            id=str(view.id),
            link=f"/campaigns/{view.id}/edit" if status == "draft" else f"/campaigns/{view.id}",
            name=view.name or "Without a name",
            line=view.reason or template or "No template yet",
            status=status,
            status_words=words.STATUS_WORDS.get(status, status),
            tone=words.STATUS_TONES.get(status, "neutral"),
            audience=f"{tally.audience:,}" if tally.audience else "–",
            progress=Progress.of(tally),
            sent=words.share(tally.sent, tally.addressed),
            read=words.share(tally.read, tally.sent),
            replied=words.share(tally.replied, tally.sent),
            when=f"{before}{formats.weekday(at, zone) if before else formats.ago(at, zone, now)}",
            when_full=formats.full(at, zone),
            may_pause=status == "sending",
            may_resume=status == "paused",
            may_cancel=status in {"scheduled", "sending", "paused"},
            may_delete=is_open,
        )


def _when(view: CampaignLine) -> tuple[datetime, str]:
    """Return the moment that matters about a campaign, and the word before one yet to come."""
    if view.status == "scheduled" and view.scheduled_at:
        return view.scheduled_at, "For "
    return view.finished_at or view.started_at or view.created_at, ""
