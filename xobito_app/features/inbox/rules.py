"""Decisions of the inbox: the reply window, who may see a thread, how an entry is previewed.

The reply window is what Meta calls the customer service window: each message or call of the
customer opens it anew, and outside it only templates are taken (error 131047).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from xobito_app.core.permissions import Actor, Permission
from xobito_app.core.text import shorten
from xobito_app.whatsapp.errors import advice_for

REPLY_WINDOW = timedelta(hours=24)
"""Meta's customer service window; from the customer's last message or call."""
CLOSING_SOON = timedelta(hours=6)
CLOSING_NOW = timedelta(hours=1)
PREVIEW_LENGTH = 160
BOT = "bot"
"""The origin of what a bot sent."""
REACTION = "reaction"
"""The kind of an outgoing reaction's row: it is sent like a message but is no entry."""


class WindowState(StrEnum):
    """How the reply window stands, as the bar at a row's edge shows it."""

    OPEN = "open"
    SOON = "soon"
    NOW = "now"
    CLOSED = "closed"


def window_closes_at(last_msg_time: datetime | None) -> datetime | None:
    """Return when free-form replies end; None when the contact never wrote."""
    return last_msg_time + REPLY_WINDOW if last_msg_time else None


def is_within_window(last_msg_time: datetime | None, now: datetime) -> bool:
    """Tell whether a free-form message may still be sent to this contact."""
    return last_msg_time is not None and now - last_msg_time < REPLY_WINDOW


def window_state(last_msg_time: datetime | None, now: datetime) -> WindowState:
    """Tell how near the end of the reply window is."""
    closes_at = window_closes_at(last_msg_time)
    if closes_at is None or closes_at <= now:
        return WindowState.CLOSED
    left = closes_at - now
    if left < CLOSING_NOW:
        return WindowState.NOW
    return WindowState.SOON if left < CLOSING_SOON else WindowState.OPEN


@dataclass(frozen=True, slots=True)
class ConversationVisibility:
    """Which threads an actor may see; the one rule behind lists, search, counts, pushes and files.

    Seeing the team's threads means all that are assigned to anybody; `inbox.view_all` adds the
    unassigned ones.
    """

    user_id: UUID | None
    own: bool
    unassigned: bool
    others: bool

    @classmethod
    def of(cls, actor: Actor) -> ConversationVisibility:
        """Read the rule from an actor's permissions."""
        everything = actor.can(Permission.INBOX_VIEW_ALL)
        team = everything or actor.can(Permission.INBOX_VIEW_TEAM)
        return cls(
            user_id=actor.user_id,
            own=team or actor.can(Permission.INBOX_VIEW_ASSIGNED),
            unassigned=everything or actor.can(Permission.INBOX_VIEW_UNASSIGNED),
            others=team,
        )

    @property
    def is_blind(self) -> bool:
        """Tell whether no thread at all can be seen."""
        return not (self.own or self.unassigned or self.others)

    def includes(self, assignee_id: UUID | None) -> bool:
        """Tell whether a thread with this assignee can be seen."""
        if assignee_id is None:
            return self.unassigned
        if assignee_id == self.user_id:
            return self.own
        return self.others

    def explain(self, assignee_id: UUID | None) -> str:
        """Answer "why can't I see this?" in one sentence; empty when it can be seen."""
        if self.includes(assignee_id):
            return ""
        if assignee_id is None:
            return "It is assigned to nobody, and your role does not show unassigned chats."
        if assignee_id == self.user_id:
            return "Your role does not show the inbox."
        return "It is assigned to somebody else, and your role shows only your own chats."


def can_resend(status: str, error_code: int | None, content: dict[str, Any]) -> bool:
    """Tell whether "send again" may help with a message; it is offered once for each."""
    if status != "failed" or content.get("resent_as"):
        return False
    return error_code is None or advice_for(error_code).can_resend


def call_words(call: dict[str, Any]) -> str:
    """Return what became of a call, in a line.

    Args:
        call: `is_ours`, the words that `happened` to it in Meta's terms, and its `duration`.
    """
    happened = set(call.get("happened") or ())
    who = "Outgoing call" if call.get("is_ours") else "Incoming call"
    if seconds := int(call.get("duration") or 0):
        return f"{who}, {seconds // 60}:{seconds % 60:02}"
    if "rejected" in happened:
        return f"{who}, declined"
    if "terminate" in happened and "accepted" not in happened:
        return f"{who}, not answered" if call.get("is_ours") else "Missed call"
    return who


_WORDS = {
    "call": "Call",
    "image": "Photo",
    "video": "Video",
    "audio": "Audio",
    "voice": "Voice message",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact card",
    "order": "Order",
    "template": "Template",
    "interactive": "Buttons",
    "button": "Button",
    "unsupported": "Unsupported message",
    "unknown": "Message of a new kind",
}


def preview_of(kind: str, body: str, content: dict[str, Any]) -> str:
    """Return the line a list shows for an entry."""
    media = content.get("media") or {}
    if text := shorten(body, PREVIEW_LENGTH):
        return text
    if kind == "audio" and media.get("voice"):
        return _WORDS["voice"]
    if kind == "document" and media.get("filename"):
        return shorten(str(media["filename"]), PREVIEW_LENGTH)
    return _WORDS.get(kind, "Message")
