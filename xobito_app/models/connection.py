"""The link to Meta: connection, numbers, and every webhook delivery as it came."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, Uuid, text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from xobito_app.models.base import (
    Row,
    Stamped,
    WorkspaceRow,
    belongs_to,
    choice,
    document,
    may_belong_to,
    moment,
)


class ConnectionState(StrEnum):
    """Whether Meta may be spoken to in this workspace's name."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class EventState(StrEnum):
    """What became of a webhook delivery."""

    PENDING = "pending"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    UNCLAIMED = "unclaimed"
    REFUSED = "refused"  # it names somebody whose own app secret did not sign it
    SPLIT = "split"


class RouteKind(StrEnum):
    """Which of Meta's ids leads to a workspace."""

    WABA = "waba"
    NUMBER = "number"


class Connection(WorkspaceRow, Stamped, table=True):
    """One WhatsApp Business Account and the sealed credentials to use it."""

    __tablename__ = "wa_connection"
    __table_args__ = (UniqueConstraint("workspace_id", "waba_id"),)

    waba_id: str = Field(max_length=64)
    name: str = Field(default="", max_length=255)
    business_id: str = Field(default="", max_length=64)
    app_id: str = Field(default="", max_length=64)
    token_sealed: str = Field(default="")
    state: ConnectionState = choice(ConnectionState.CONNECTED)
    reason: str = Field(default="")
    is_simulated: bool = Field(default=False)
    token_expires_at: datetime | None = moment()
    scopes: list[str] = document("[]")
    messaging_limit: str = Field(default="", max_length=32)
    connected_at: datetime = moment(default_now=True)
    disconnected_at: datetime | None = moment()
    numbers_synced_at: datetime | None = moment()
    templates_synced_at: datetime | None = moment()
    last_inbound_at: datetime | None = moment()


class WebhookSecret(Row, table=True):
    """What a webhook is judged by before anyone knows whose it is; hence outside any workspace."""

    __tablename__ = "webhook_secret"
    __table_args__ = (UniqueConstraint("connection_id"),)

    connection_id: UUID = belongs_to("wa_connection")
    app_id: str = Field(default="", max_length=64)
    app_secret_sealed: str = Field(default="")
    verify_token_sealed: str = Field(default="")


class Route(Row, table=True):
    """Leads from one of Meta's ids to the one workspace it belongs to."""

    __tablename__ = "wa_route"
    __table_args__ = (UniqueConstraint("kind", "external_id"),)

    kind: RouteKind = choice(RouteKind.NUMBER)
    external_id: str = Field(max_length=255)
    workspace_id: UUID = Field(
        foreign_key="workspace.id", ondelete="CASCADE", nullable=False, index=True
    )
    connection_id: UUID = belongs_to("wa_connection", index=True)
    number_id: UUID | None = Field(default=None, nullable=True)


class Number(WorkspaceRow, Stamped, table=True):
    """A business phone number of a connection."""

    __tablename__ = "wa_number"
    __table_args__ = (UniqueConstraint("workspace_id", "phone_number_id"),)

    connection_id: UUID = belongs_to("wa_connection", index=True)
    phone_number_id: str = Field(max_length=255)
    display_phone: str = Field(default="", max_length=40)
    verified_name: str = Field(default="", max_length=255)
    quality: str = Field(default="UNKNOWN", max_length=32)
    status: str = Field(default="", max_length=40)
    name_status: str = Field(default="", max_length=40)
    throughput_level: str = Field(default="", max_length=32)
    messaging_limit: str = Field(default="", max_length=32)
    is_on_biz_app: bool = Field(default=False)
    is_primary: bool = Field(default=False)
    color: int = Field(default=0)
    raw: dict[str, Any] = document()


class InboundEvent(Row, table=True):
    """A webhook delivery, stored whole before anything is read from it.

    The raw body is kept byte for byte: a parsed document would not be what Meta signed, and text
    could not hold every byte.

    Attributes:
        signature: What the sender's app secret made of the body, in hex: whoever connects later
            with that secret can still prove that it is theirs. Empty for a part of a delivery.
        signers: The connections whose own app secret made it; nobody else is given any of it.
        parent_id: The delivery a part was split from.
        kinds: The kinds of news in it, in Meta's words, such as `messages`.
        attempts: How often reading it was begun; counted before, in a transaction of its own.
    """

    __tablename__ = "inbound_event"
    __table_args__ = (
        Index("ix_inbound_event_pending", "id", postgresql_where=sql("state = 'pending'")),
        Index("ix_inbound_event_journal", "workspace_id", sql("id DESC")),
    )

    digest: str = Field(max_length=64, unique=True)
    received_at: datetime = moment(default_now=True)
    state: EventState = choice(EventState.PENDING)
    workspace_id: UUID | None = Field(
        default=None, foreign_key="workspace.id", ondelete="CASCADE", nullable=True
    )
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signature: str = Field(default="", max_length=64)
    signers: list[UUID] = Field(
        default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False, server_default="{}")
    )
    parent_id: UUID | None = may_belong_to("inbound_event", index=True)
    kinds: list[str] = document("[]")
    attempts: int = Field(default=0)
    repeats: int = Field(default=0)
    summary: str = Field(default="")
    error: str = Field(default="")
    processed_at: datetime | None = moment()
