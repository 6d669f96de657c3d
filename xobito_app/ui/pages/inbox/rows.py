"""Lines of the inbox list and the head of a thread, formatted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from xobito_app.core import clock
from xobito_app.core.text import initials
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.schemas import ThreadLine, ThreadView
from xobito_app.features.workspaces.pictures import photo_url
from xobito_app.ui import formats
from xobito_app.ui.components import tone_of

TICKS = {
    "scheduled": "clock",
    "queued": "clock",
    "sending": "clock",
    "accepted": "check",
    "sent": "check",
    "delivered": "check-check",
    "read": "read",
    "failed": "failed",
    "unresolved": "unknown",
    "cancelled": "cancelled",
}
_KIND_ICONS = {
    "image": "image",
    "video": "video",
    "audio": "mic",
    "document": "file",
    "sticker": "sticker",
    "location": "map-pin",
    "contacts": "contact",
    "template": "layout-template",
    "order": "shopping-bag",
    "unsupported": "circle-help",
    "unknown": "circle-help",
}


KIND_ICONS = tuple(dict.fromkeys(_KIND_ICONS.values()))


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One line of the inbox list.

    Attributes:
        key: What React knows the line by; another one after each jump towards the top.
    """

    id: str
    key: str
    name: str
    initials: str
    tone: int
    when: str
    preview: str
    icon: str
    tick: str
    is_ours: bool
    unread: str
    has_unread: bool
    assignee: str
    assignee_initials: str
    assignee_photo: str
    has_assignee: bool
    window: str
    is_snoozed: bool
    sort: str
    is_selected: bool = False

    @classmethod
    def of(cls, line: ThreadLine, *, zone: str, now: datetime, selected: str = "") -> ThreadRow:
        """Format a thread for the list."""
        ours = line.direction == "out"
        return cls(
            id=str(line.id),
            key=str(line.id),
            name=f"{line.name} · group" if line.is_group else line.name,
            initials=initials(line.name),
            tone=tone_of(line.contact_id),
            when=formats.ago(line.last_at, zone, now),
            preview=line.preview or "No messages yet",
            icon=_KIND_ICONS.get(line.kind, ""),
            tick=TICKS.get(line.message_status, "") if ours else "",
            is_ours=ours,
            unread=formats.badge(line.unread),
            has_unread=line.unread > 0,
            assignee=line.assignee_name,
            assignee_initials=initials(line.assignee_name) if line.assignee_name else "",
            assignee_photo=(
                photo_url(line.assignee_id, line.assignee_picture) if line.assignee_id else ""
            ),
            has_assignee=line.assignee_id is not None,
            window=rules.window_state(line.last_msg_time, now).value,
            is_snoozed=line.status == "snoozed",
            sort=f"{line.last_at.timestamp():017.6f}{line.id}",
            is_selected=str(line.id) == selected,
        )


def merge_row(
    rows: list[ThreadRow], row: ThreadRow | None, row_id: str, limit: int
) -> list[ThreadRow]:
    """Return the list with one line put in its place, or taken out when it no longer belongs.

    React moves a line up by moving all that it passes down, and the browser then lays out the
    whole list. A line that jumps is therefore a new one to React; the others stay untouched.
    """
    old = next((at for at, kept in enumerate(rows) if kept.id == row_id), None)
    others = [kept for kept in rows if kept.id != row_id]
    if row is None:
        return others
    at = sum(kept.sort > row.sort for kept in others)
    if old is not None:
        row = replace(row, key=f"{row.id} {row.sort}" if at < old else rows[old].key)
    return [*others[:at], row, *others[at:]][:limit]


_WINDOW_TONES = {
    rules.WindowState.OPEN: "success",
    rules.WindowState.SOON: "warning",
    rules.WindowState.NOW: "danger",
    rules.WindowState.CLOSED: "neutral",
}


@dataclass(frozen=True, slots=True)
class ThreadHeader:
    """Who the open thread is with, and what may be done."""

    id: str = ""
    name: str = ""
    initials: str = ""
    tone: int = 0
    phone: str = ""
    status: str = "open"
    snoozed_until: str = ""
    snoozed: str = ""
    assignee_id: str = ""
    assignee: str = ""
    window_tone: str = "neutral"
    window_until: str = ""
    has_window: bool = False
    can_reply: bool = False
    why_not: str = ""
    wrote_ago: str = ""
    is_open: bool = True

    @classmethod
    def of(cls, thread: ThreadView, *, zone: str, now: datetime) -> ThreadHeader:
        """Format the head of a thread."""
        line = thread.line
        closes_at = rules.window_closes_at(line.last_msg_time)
        left = int((closes_at - now).total_seconds()) if closes_at else 0
        return cls(
            id=str(line.id),
            name=line.name,
            initials=initials(line.name),
            tone=tone_of(line.contact_id),
            phone=_known_as(line),
            status=line.status,
            snoozed_until=line.snoozed_until.isoformat() if line.snoozed_until else "",
            snoozed=f"Snoozed until {formats.weekday(line.snoozed_until, zone)}"
            if line.snoozed_until
            else "",
            assignee_id=str(line.assignee_id or ""),
            assignee=line.assignee_name,
            window_tone=_WINDOW_TONES[rules.window_state(line.last_msg_time, now)],
            # The browser counts by its own clock, which no simulator moves.
            window_until=(closes_at - clock.simulated_offset()).isoformat()
            if closes_at and left > 0
            else "",
            has_window=left > 0,
            can_reply=thread.can_reply,
            why_not=thread.why_not,
            wrote_ago=_wrote(line, now),
            is_open=line.status == "open",
        )


def _known_as(line: ThreadLine) -> str:
    if line.is_group:
        return "A group: several people write here"
    return line.phone if line.phone != line.name else ""


def _wrote(line: ThreadLine, now: datetime) -> str:
    if line.last_msg_time is None:
        return f"{line.name} has not written yet."
    hours = int((now - line.last_msg_time).total_seconds() // 3600)
    if hours < 48:
        return f"{line.name} wrote {hours} hours ago."
    return f"{line.name} wrote {hours // 24} days ago."
