"""The inbox: threads, everything that stands in them, media, and what helps people answer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from xobito_app.models.base import (
    Stamped,
    Table,
    WorkspaceRow,
    belongs_to,
    choice,
    document,
    long_text,
    may_belong_to,
    moment,
    required_moment,
)


class ConversationStatus(StrEnum):
    """Where a thread stands in the team's work."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Direction(StrEnum):
    """Which side of the thread an entry stands on; notes and events never leave the house."""

    IN = "in"
    OUT = "out"
    NOTE = "note"
    EVENT = "event"


class MessageStatus(StrEnum):
    """The outgoing state machine of architecture.md; incoming ones are `received`."""

    RECEIVED = "received"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNRESOLVED = "unresolved"
    CANCELLED = "cancelled"


class MediaState(StrEnum):
    """Whether a file of Meta's is in our own storage yet."""

    PENDING = "pending"
    STORED = "stored"
    FAILED = "failed"


class EffectKind(StrEnum):
    """Something said about a message that is not here yet."""

    STATUS = "status"
    EDIT = "edit"
    REVOKE = "revoke"


class Conversation(WorkspaceRow, table=True):
    """The one thread between a number and a contact; closing and reopening never splits it.

    `last_msg_time` is what the 24-hour window is computed from; the window itself is not stored.

    Attributes:
        group_id: Meta's id of the WhatsApp group, when the thread is a group's. Its contact then
            stands for the group, and who wrote is told by each message.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number_id", "contact_id"),
        Index(
            "ix_conversation_list",
            "workspace_id",
            "status",
            sql("last_message_at DESC"),
            sql("id DESC"),
        ),
        Index(
            "ix_conversation_assignee",
            "workspace_id",
            "assignee_id",
            "status",
            sql("last_message_at DESC"),
            sql("id DESC"),
        ),
        Index("ix_conversation_contact", "contact_id"),
        Index(
            "ix_conversation_snoozed",
            "workspace_id",
            "snoozed_until",
            postgresql_where=sql("status = 'snoozed'"),
        ),
        Index(
            "ix_conversation_window",
            "workspace_id",
            "last_msg_time",
            postgresql_where=sql("status = 'open'"),
        ),
    )

    number_id: UUID = belongs_to("wa_number", index=True)
    contact_id: UUID = belongs_to("contact")
    group_id: str | None = Field(default=None, max_length=255)
    status: ConversationStatus = choice(ConversationStatus.OPEN)
    assignee_id: UUID | None = may_belong_to("app_user")
    snoozed_until: datetime | None = moment()
    created_at: datetime = moment(default_now=True)
    closed_at: datetime | None = moment()
    last_message_at: datetime = moment(default_now=True)
    last_msg_time: datetime | None = moment()
    last_preview: str = Field(default="", max_length=200)
    last_kind: str = Field(default="text", max_length=32)
    last_direction: Direction = choice(Direction.IN)
    last_status: MessageStatus = choice(MessageStatus.RECEIVED)
    last_message_id: UUID | None = Field(default=None, nullable=True)
    inbound_count: int = Field(default=0)
    bots_paused_until: datetime | None = moment()


class ConversationRead(Table, table=True):
    """How many incoming messages of a thread a person has seen."""

    __tablename__ = "conversation_read"

    workspace_id: UUID = Field(foreign_key="workspace.id", ondelete="CASCADE", nullable=False)
    user_id: UUID = Field(foreign_key="app_user.id", ondelete="CASCADE", primary_key=True)
    conversation_id: UUID = Field(
        foreign_key="conversation.id", ondelete="CASCADE", primary_key=True, index=True
    )
    seen_count: int = Field(default=0)
    read_at: datetime = moment(default_now=True)


class Message(WorkspaceRow, table=True):
    """One entry of a thread: a message either way, a private note, or something that happened.

    Attributes:
        template_id: The template it was made of; it stays when the content is cleared.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_thread",
            "workspace_id",
            "conversation_id",
            sql("at DESC"),
            sql("id DESC"),
        ),
        # By the contact alone: deleting one must find what goes along.
        Index("ix_message_contact", "contact_id", "at"),
        Index(
            "uq_message_wamid",
            "number_id",
            "wamid",
            unique=True,
            postgresql_where=sql("wamid IS NOT NULL"),
        ),
        Index(
            "uq_message_client_key",
            "workspace_id",
            "client_key",
            unique=True,
            postgresql_where=sql("client_key IS NOT NULL"),
        ),
        Index(
            "ix_message_outgoing",
            "workspace_id",
            "conversation_id",
            "id",
            postgresql_where=sql("status IN ('queued', 'sending')"),
        ),
        Index(
            "ix_message_due",
            "workspace_id",
            "due_at",
            postgresql_where=sql("status = 'scheduled'"),
        ),
        Index(
            "ix_message_template",
            "template_id",
            sql("at DESC"),
            postgresql_where=sql("template_id IS NOT NULL"),
        ),
    )

    conversation_id: UUID = belongs_to("conversation")
    number_id: UUID = Field(foreign_key="wa_number.id", ondelete="CASCADE", nullable=False)
    contact_id: UUID = Field(foreign_key="contact.id", ondelete="CASCADE", nullable=False)
    direction: Direction = choice(Direction.IN)
    kind: str = Field(default="text", max_length=32)
    body: str = long_text()
    content: dict[str, Any] = document()
    status: MessageStatus = choice(MessageStatus.RECEIVED)
    wamid: str | None = Field(default=None, max_length=255)
    client_key: str | None = Field(default=None, max_length=64)
    reply_to_wamid: str | None = Field(default=None, max_length=255)
    template_id: UUID | None = may_belong_to("template")
    author_id: UUID | None = may_belong_to("app_user")
    author_name: str = Field(default="", max_length=191)
    origin: str = Field(default="inbox", max_length=32)
    at: datetime = required_moment()
    created_at: datetime = moment(default_now=True)
    due_at: datetime | None = moment()
    claimed_at: datetime | None = moment()
    attempts: int = Field(default=0)
    accepted_at: datetime | None = moment()
    sent_at: datetime | None = moment()
    delivered_at: datetime | None = moment()
    read_at: datetime | None = moment()
    failed_at: datetime | None = moment()
    error_code: int | None = Field(default=None, nullable=True, sa_type=BigInteger)
    error_text: str = Field(default="")
    pricing: dict[str, Any] = document()
    edited_at: datetime | None = moment()
    revoked_at: datetime | None = moment()


class MessageSearch(Table, table=True):
    """The words of a message, for search.

    Outside row-level security on purpose: PostgreSQL evaluates `@@` after the security
    condition, never in the index. The workspace stands in the vector as a word of its own, and
    results are always read from `message`, which is fenced.
    """

    __tablename__ = "message_search"
    __table_args__ = (
        Index("ix_message_search_words", "words", postgresql_using="gin"),
        Index("ix_message_search_at", "workspace_id", sql("at DESC"), sql("message_id DESC")),
    )

    message_id: UUID = Field(foreign_key="message.id", ondelete="CASCADE", primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id", ondelete="CASCADE", nullable=False)
    at: datetime = required_moment()
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))


class Reaction(WorkspaceRow, table=True):
    """The current reaction of one side to a message; kept by `wamid`, so order does not matter."""

    __tablename__ = "reaction"
    __table_args__ = (UniqueConstraint("workspace_id", "number_id", "target_wamid", "is_ours"),)

    number_id: UUID = Field(foreign_key="wa_number.id", ondelete="CASCADE", nullable=False)
    target_wamid: str = Field(max_length=255)
    is_ours: bool = Field(default=False)
    emoji: str = Field(default="", max_length=32)
    at: datetime = required_moment()


class PendingEffect(WorkspaceRow, table=True):
    """A status, edit or deletion that arrived before the message it speaks of."""

    __tablename__ = "pending_effect"
    __table_args__ = (Index("ix_pending_effect_target", "workspace_id", "number_id", "wamid"),)

    number_id: UUID = Field(foreign_key="wa_number.id", ondelete="CASCADE", nullable=False)
    wamid: str = Field(max_length=255)
    kind: EffectKind = choice(EffectKind.STATUS)
    at: datetime = required_moment()
    content: dict[str, Any] = document()
    received_at: datetime = moment(default_now=True)


class Media(WorkspaceRow, table=True):
    """A file sent or received; its bytes lie in the data directory under its id."""

    __tablename__ = "media"
    __table_args__ = (
        Index(
            "ix_media_pending",
            "workspace_id",
            "next_try_at",
            postgresql_where=sql("state = 'pending'"),
        ),
        Index("ix_media_message", "workspace_id", "message_id"),
        Index("ix_media_conversation", "conversation_id"),
    )

    message_id: UUID | None = Field(
        default=None, foreign_key="message.id", ondelete="CASCADE", nullable=True
    )
    conversation_id: UUID | None = Field(
        default=None, foreign_key="conversation.id", ondelete="CASCADE", nullable=True
    )
    uploaded_by: UUID | None = may_belong_to("app_user")
    number_id: UUID | None = Field(default=None, nullable=True)
    meta_media_id: str = Field(default="", max_length=255)
    meta_uploaded_at: datetime | None = moment()
    mime: str = Field(default="", max_length=191)
    filename: str = Field(default="", max_length=255)
    size: int = Field(default=0)
    sha256: str = Field(default="", max_length=64)
    state: MediaState = choice(MediaState.PENDING)
    attempts: int = Field(default=0)
    next_try_at: datetime | None = moment()
    claimed_at: datetime | None = moment()
    error: str = Field(default="")
    created_at: datetime = moment(default_now=True)
    width: int = Field(default=0)
    height: int = Field(default=0)


class CannedReply(WorkspaceRow, Stamped, table=True):
    """A prepared answer, called up by its shortcut."""

    __tablename__ = "canned_reply"
    __table_args__ = (
        Index("uq_canned_reply_shortcut", "workspace_id", sql("lower(shortcut)"), unique=True),
    )

    shortcut: str = Field(max_length=40)
    body: str = long_text()


class Macro(WorkspaceRow, Stamped, table=True):
    """Several actions on a conversation under one name."""

    __tablename__ = "macro"
    __table_args__ = (Index("uq_macro_name", "workspace_id", sql("lower(name)"), unique=True),)

    name: str = Field(max_length=60)
    actions: list[dict[str, Any]] = document("[]")


class Mention(WorkspaceRow, table=True):
    """A colleague who was called by name in a note, until they have looked."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("user_id", "message_id"),
        Index("ix_mention_person", "workspace_id", "user_id", sql("at DESC"), sql("id DESC")),
        Index(
            "ix_mention_unseen",
            "workspace_id",
            "user_id",
            "conversation_id",
            postgresql_where=sql("seen_at IS NULL"),
        ),
    )

    user_id: UUID = belongs_to("app_user")
    conversation_id: UUID = belongs_to("conversation", index=True)
    message_id: UUID = belongs_to("message", index=True)
    at: datetime = required_moment()
    seen_at: datetime | None = moment()
