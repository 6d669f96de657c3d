"""What the inbox tells the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from xobito_app.models.inbox import MediaState as MediaState


class ListView(StrEnum):
    """The lists of the inbox."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ThreadFilter:
    """Which threads a list shows; unset parts do not restrict."""

    view: ListView = ListView.ALL
    status: str = "open"
    unread: bool = False
    closing_soon: bool = False
    number_id: UUID | None = None
    group_id: UUID | None = None
    status_id: UUID | None = None
    source_id: UUID | None = None
    campaign_id: UUID | None = None

    @property
    def narrows_contacts(self) -> bool:
        """Tell whether facts of the contact decide, which a line does not carry."""
        return bool(self.group_id or self.status_id or self.source_id or self.campaign_id)


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread as a list shows it, the same for everybody who may see it.

    `unread` is how many of the customer's messages a given person has not seen.
    """

    id: UUID
    contact_id: UUID
    number_id: UUID
    name: str
    phone: str
    status: str
    assignee_id: UUID | None
    assignee_name: str
    last_at: datetime
    last_msg_time: datetime | None
    preview: str
    kind: str
    direction: str
    message_status: str
    inbound_count: int
    snoozed_until: datetime | None
    is_group: bool = False
    unread: int = 0
    assignee_picture: str = ""


@dataclass(frozen=True, slots=True)
class MediaView:
    """A file of an entry; `state` tells whether it can be opened yet."""

    id: UUID
    state: str
    mime: str
    filename: str
    size: int
    width: int
    height: int
    error: str


@dataclass(frozen=True, slots=True)
class QuoteView:
    """The message another one answers."""

    message_id: UUID | None
    author: str
    preview: str
    kind: str


@dataclass(frozen=True, slots=True)
class ThreadPlace:
    """Which thread it is and whose: enough to judge who may open it."""

    conversation_id: UUID
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True)
class SentEntry:
    """A template that another feature sent, as it stands in the thread of who got it.

    Attributes:
        number_id: The number it went out from.
        at: In Meta's time, as that of replies, once Meta has told it.
        status: A word of the inbox's own messages, from accepted on.
        origin: Which feature sent it, in a word.
        sender_id: For what it was sent, such as a campaign; `sender_name` is what people call that.
        changed_at: When its status was last heard of.
    """

    id: UUID
    conversation_id: UUID
    contact_id: UUID
    number_id: UUID
    at: datetime
    body: str
    content: dict[str, Any]
    status: str
    wamid: str
    error_code: int | None
    error_text: str
    origin: str
    sender_id: UUID
    sender_name: str
    media_id: UUID | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry of a thread with everything its bubble shows.

    Attributes:
        sender_id: For what another feature sent it, such as a campaign; None for the inbox's own.
    """

    id: UUID
    conversation_id: UUID
    direction: str
    kind: str
    body: str
    content: dict[str, Any]
    status: str
    at: datetime
    author_id: UUID | None
    author_name: str
    origin: str
    wamid: str
    due_at: datetime | None
    error_code: int | None
    error_text: str
    can_resend: bool
    is_edited: bool
    is_revoked: bool
    media: MediaView | None = None
    quote: QuoteView | None = None
    their_reaction: str = ""
    our_reaction: str = ""
    sender_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ThreadView:
    """The open thread: who it is with and the newest window of its entries, oldest first."""

    line: ThreadLine
    entries: tuple[EntryView, ...]
    older: str = ""
    can_reply: bool = True
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that search found."""

    conversation_id: UUID
    message_id: UUID
    name: str
    excerpt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactHit:
    """A contact that search found, with the thread to open."""

    contact_id: UUID
    conversation_id: UUID
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What search found, both kinds limited."""

    contacts: tuple[ContactHit, ...] = ()
    messages: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many threads stand in each list; counting stops at `COUNT_CAP`."""

    mine: int = 0
    unassigned: int = 0
    team: int = 0
    all: int = 0
    unread: int = 0


COUNT_CAP = 100
"""Counts stop here and are shown as 99+: nobody compares larger ones, and counting costs."""


@dataclass(frozen=True, slots=True)
class CannedReplyView:
    """A prepared answer."""

    id: UUID
    shortcut: str
    body: str
