"""Campaigns worded for the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xobito_app.features.campaigns.schemas import CampaignLine
from xobito_app.ui import formats
from xobito_app.ui.pages.campaigns import words
from xobito_app.ui.pages.campaigns.tally import Tally


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
        return cls(
            read=words.percent(tally.read, whole),
            delivered=words.percent(tally.delivered - tally.read, whole),
            sent=words.percent(tally.sent - tally.delivered, whole),
            failed=words.percent(tally.failed, whole),
            line=f"{tally.done:,} of {whole:,}" if whole else "",
        )


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be done about a campaign as it stands."""

    may_pause: bool = False
    may_resume: bool = False
    may_cancel: bool = False
    may_edit: bool = False

    @classmethod
    def of(cls, status: str) -> Ways:
        """Say what a status lets people do."""
        return cls(
            may_pause=status == "sending",
            may_resume=status == "paused",
            may_cancel=status in {"scheduled", "sending", "paused"},
            may_edit=status in {"draft", "scheduled"},
        )


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One line of the list."""

    id: str
    link: str
    edit_link: str
    name: str
    line: str
    status_words: str
    tone: str
    audience: str
    progress: Progress
    sent: str
    read: str
    replied: str
    when: str
    when_full: str
    ways: Ways

    @classmethod
    def of(cls, view: CampaignLine, zone: str, now: datetime) -> CampaignRow:
        """Word a campaign."""
        tally, status = Tally(view.counts), str(view.status)
        at, before = _when(view)
        template = " · ".join(filter(None, (view.template_name, view.template_language)))
        ways = Ways.of(status)
        edit_link = f"/campaigns/{view.id}/edit"
        return cls(
            id=str(view.id),
            link=edit_link if status == "draft" else f"/campaigns/{view.id}",
            edit_link=edit_link,
            name=view.name or words.UNNAMED,
            line=view.reason or template or "No template yet",
            status_words=words.STATUS_WORDS.get(status, status),
            tone=words.STATUS_TONES.get(status, "neutral"),
            audience=f"{tally.audience:,}" if tally.audience else "–",
            progress=Progress.of(tally),
            sent=words.share(tally.sent, tally.addressed),
            read=words.share(tally.read, tally.sent),
            replied=words.share(view.replied, tally.sent),
            when=f"{before}{formats.weekday(at, zone) if before else formats.ago(at, zone, now)}",
            when_full=formats.full(at, zone),
            ways=ways,
        )


def _when(view: CampaignLine) -> tuple[datetime, str]:
    """Return the moment that matters about a campaign, and the word before one yet to come."""
    if view.status == "scheduled" and view.scheduled_at:
        return view.scheduled_at, "For "
    return view.finished_at or view.started_at or view.created_at, ""
