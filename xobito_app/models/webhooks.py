"""Where a workspace's outbound webhooks go, and every delivery on its way there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text as sql,
)
from sqlmodel import Field

from xobito_app.models.base import (
    Stamped,
    WorkspaceRow,
    belongs_to,
    choice,
    document,
    long_text,
    moment,
)


class EndpointState(StrEnum):
    """Whether deliveries leave."""

    ACTIVE = "active"
    OFF = "off"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookEndpoint(WorkspaceRow, Stamped, table=True):
    """The address of another system that follows this workspace's contacts.

    `off` is a person's choice, `disabled` ours after a long streak of failures.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (UniqueConstraint("workspace_id"),)

    url: str = Field(max_length=2000)
    secret_sealed: str
    events: list[str] = document("[]")
    state: EndpointState = choice(EndpointState.ACTIVE)
    reason: str = Field(default="", max_length=500)
    disabled_at: datetime | None = moment()
    failure_count: int = Field(default=0)
    failing_since: datetime | None = moment()
    last_success_at: datetime | None = moment()


class WebhookDelivery(WorkspaceRow, table=True):
    """One event for one endpoint: the very bytes, and what came of the newest try.

    `position` is the order in which events happened; `object_key` names the record whose events
    must arrive in that order.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(
            "ix_webhook_delivery_due",
            "endpoint_id",
            "next_try_at",
            "position",
            postgresql_where=sql("state IN ('pending', 'sending')"),
        ),
        Index(
            "ix_webhook_delivery_line",
            "endpoint_id",
            "object_key",
            "position",
            postgresql_where=sql("state IN ('pending', 'sending')"),
        ),
        Index(
            "ix_webhook_delivery_sending",
            "endpoint_id",
            "claimed_at",
            postgresql_where=sql("state = 'sending'"),
        ),
        Index("ix_webhook_delivery_log", "workspace_id", sql("created_at DESC"), sql("id DESC")),
    )

    endpoint_id: UUID = belongs_to("webhook_endpoint")
    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False)
    )
    event_id: UUID
    event: str = Field(max_length=32)
    object_key: str = Field(max_length=64)
    url: str = Field(default="", max_length=2000)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    is_test: bool = Field(default=False)
    state: DeliveryState = choice(DeliveryState.PENDING)
    attempts: int = Field(default=0)
    created_at: datetime = moment(default_now=True)
    next_try_at: datetime | None = moment()
    claimed_at: datetime | None = moment()
    tried_at: datetime | None = moment()
    duration_ms: int = Field(default=0)
    request_headers: dict[str, Any] = document()
    status_code: int | None = Field(default=None, nullable=True)
    response_headers: dict[str, Any] = document()
    response_body: str = long_text()
    error: str = long_text()
