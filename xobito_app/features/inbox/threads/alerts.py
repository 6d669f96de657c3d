"""What people are told of wherever they are: new messages, mentions, chats given to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.core.errors import NotFound
from xobito_app.core.events import Notice, Topic
from xobito_app.core.permissions import Actor
from xobito_app.core.text import shorten
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.schemas import EntryView, ThreadLine
from xobito_app.features.inbox.threads import timeline
from xobito_app.features.inbox.threads.threads import load_lines
from xobito_app.persistence.unit_of_work import announce

WORDS = 140


class AlertKind(StrEnum):
    """Why somebody is told; each is a switch of the person's own."""

    ASSIGNED = "notify_assigned"
    UNASSIGNED = "notify_unassigned"
    MENTION = "notify_mention"
    ASSIGNMENT = "notify_assignment"


SOUND, BROWSER = "sound", "browser_notifications"
"""The two ways of telling; both are off until a person switches them on."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that happened in a thread.

    Attributes:
        user_id: Whom it concerns; None means whoever the thread belongs to.
    """

    conversation_id: UUID
    message_id: UUID | None = None
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AlertView:
    """What one person is told."""

    id: str
    kind: AlertKind
    conversation_id: UUID
    title: str
    body: str
    by_sound: bool
    by_browser: bool


def alert_of_message(
    session: AsyncSession, workspace_id: UUID, conversation_id: UUID, message_id: UUID
) -> None:
    """Tell of a customer's message after the commit."""
    announce(session, workspace_id, Topic.ALERT, conversation_id, f"{message_id}:")


def alert_of_assignment(
    session: AsyncSession, workspace_id: UUID, conversation_id: UUID, user_id: UUID
) -> None:
    """Tell a person after the commit that a thread was given to them."""
    announce(session, workspace_id, Topic.ALERT, conversation_id, f":{user_id}")


def alert_of_mention(
    session: AsyncSession,
    workspace_id: UUID,
    conversation_id: UUID,
    message_id: UUID,
    user_id: UUID,
) -> None:
    """Tell a person after the commit that a note calls them."""
    announce(session, workspace_id, Topic.ALERT, conversation_id, f"{message_id}:{user_id}")


def read_notice(notice: Notice) -> Alert | None:
    """Read what a notice tells of; None when an older process cannot."""
    message_id, _, user_id = notice.part_id.partition(":")
    try:
        return Alert(
            ids.parse(notice.subject_id),
            ids.parse(message_id) if message_id else None,
            ids.parse(user_id) if user_id else None,
        )
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class AlertMatter:
    """What alerts speak of, read once for everybody who is told."""

    lines: Mapping[UUID, ThreadLine]
    entries: Mapping[UUID, EntryView]


async def load_matter(
    session: AsyncSession, workspace_id: UUID, alerts: Sequence[Alert]
) -> AlertMatter:
    """Return threads and entries that alerts speak of. Who may see them is judged afterwards."""
    threads = {alert.conversation_id for alert in alerts}
    messages: Collection[UUID] = {alert.message_id for alert in alerts if alert.message_id}
    return AlertMatter(
        lines=await load_lines(session, workspace_id, threads),
        entries=await timeline.load_entries(session, workspace_id, messages),
    )


def wishes(preferences: Mapping[str, Any]) -> bool:
    """Tell whether a person wants to be told at all."""
    return bool(preferences.get(SOUND) or preferences.get(BROWSER))


def view_for(
    actor: Actor, preferences: Mapping[str, Any], alert: Alert, matter: AlertMatter
) -> AlertView | None:
    """Return what a person is told of an alert; None when nothing: sight and switches decide."""
    line = matter.lines.get(alert.conversation_id)
    if line is None or not ConversationVisibility.of(actor).includes(line.assignee_id):
        return None
    if alert.user_id is not None and alert.user_id != actor.user_id:
        return None
    kind = _kind(actor, alert, line)
    if kind is None or not preferences.get(kind, True):
        return None
    if not wishes(preferences):
        return None
    entry = matter.entries.get(alert.message_id) if alert.message_id else None
    return AlertView(
        id=f"{kind}:{alert.message_id or alert.conversation_id}:{line.last_at.timestamp()}",
        kind=kind,
        conversation_id=line.id,
        title=_title(kind, line, entry),
        body=_body(line, entry),
        by_sound=bool(preferences.get(SOUND)),
        by_browser=bool(preferences.get(BROWSER)),
    )


def _kind(actor: Actor, alert: Alert, line: ThreadLine) -> AlertKind | None:
    if alert.user_id is not None:
        return AlertKind.MENTION if alert.message_id else AlertKind.ASSIGNMENT
    if line.assignee_id is None:
        return AlertKind.UNASSIGNED
    return AlertKind.ASSIGNED if line.assignee_id == actor.user_id else None


def _title(kind: AlertKind, line: ThreadLine, entry: EntryView | None) -> str:
    match kind:
        case AlertKind.MENTION:
            return f"{entry.author_name if entry else 'A colleague'} mentioned you: {line.name}"
        case AlertKind.ASSIGNMENT:
            return f"{line.name} is yours now"
        case _:
            return line.name


def _body(line: ThreadLine, entry: EntryView | None) -> str:
    if entry is None:
        return line.preview
    return shorten(rules.preview_of(entry.kind, entry.body, entry.content), WORDS)
