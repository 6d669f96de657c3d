"""Campaigns: one template to many people, and what became of each of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Numeric, Text, text as sql
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
)


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class RecipientState(StrEnum):
    """Where one recipient stands; each is in exactly one of these.

    `claimed` may be queued again when its worker dies. `dispatching` may not: the request may have
    left, so it becomes `unresolved`, which only Meta's status or a person ends. `held` is Meta's
    `held_for_quality_assessment`.
    """

    EXCLUDED = "excluded"
    QUEUED = "queued"
    CLAIMED = "claimed"
    DISPATCHING = "dispatching"
    ACCEPTED = "accepted"
    HELD = "held"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    EXPIRED = "expired"
    UNRESOLVED = "unresolved"
    CANCELLED = "cancelled"


class Exclusion(StrEnum):
    """Why somebody of the audience gets nothing; the first that fits is the one reason."""

    NO_NUMBER = "no_number"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    OPTED_OUT = "opted_out"
    RECENTLY_CONTACTED = "recently_contacted"
    MISSING_VARIABLE = "missing_variable"
    OVER_LIMIT = "over_limit"


class Campaign(WorkspaceRow, Stamped, table=True):
    """A template, an audience, and what fills the template's blanks.

    Attributes:
        reason: Why it paused, failed or was cancelled, in one sentence.
        audience: Who is meant, as the person chose it; frozen into recipients at launch.
        variables: What fills each blank, by variable key.
        template: The template as it was at launch: what is sent does not follow later edits.
        category: Of the template at launch; MARKETING is what an opt-out forbids.
        canary: So many are sent first; the rest waits until their outcomes are known.
        begins_at: Nothing is sent before: the time to undo a launch.
        skip_seconds: Who got a campaign within this time is left out; 0 leaves nobody out.
        spend_cap: In the currency of the rates; no more is sent once it is reached.
        template_b_id: The second template of an A/B test.
        splits_days: Who is over the day's limit gets it on a later day.
        canary_passed_at: When the first ones were found well and the rest was let go.
        number_quality: Of the number when it was launched or resumed: falling below it pauses.
        guarded_at: Outcomes before it are not held against the campaign: a person looked at them.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        Index("ix_campaign_list", "workspace_id", "status", sql("created_at DESC"), sql("id DESC")),
        Index(
            "ix_campaign_at_work",
            "workspace_id",
            "number_id",
            postgresql_where=sql("status IN ('scheduled', 'sending')"),
        ),
    )

    name: str = Field(max_length=191)
    status: CampaignStatus = choice(CampaignStatus.DRAFT)
    reason: str = long_text()
    number_id: UUID | None = may_belong_to("wa_number", index=True)
    template_id: UUID | None = may_belong_to("template", index=True)
    template_b_id: UUID | None = may_belong_to("template")
    template_name: str = Field(default="", max_length=512)
    template_language: str = Field(default="", max_length=16)
    template: dict[str, Any] = document()
    template_b: dict[str, Any] = document()
    category: str = Field(default="", max_length=40)
    audience: dict[str, Any] = document()
    variables: dict[str, Any] = document()
    header_media_id: UUID | None = may_belong_to("media")
    skip_seconds: int = Field(default=0)
    canary: int = Field(default=0)
    canary_passed_at: datetime | None = moment()
    splits_days: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    number_quality: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    spend_cap: Decimal | None = Field(default=None, sa_type=Numeric(14, 4), nullable=True)
    scheduled_at: datetime | None = moment()
    begins_at: datetime | None = moment()
    launched_by: UUID | None = may_belong_to("app_user")
    launched_at: datetime | None = moment()
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()
    guarded_at: datetime | None = moment()


class CampaignRecipient(WorkspaceRow, table=True):
    """One person of a campaign: what they get, how far it came, and why no further.

    Attributes:
        contact_id: None for a row of a file that is no contact.
        values: What fills the template's blanks for them, by variable key; frozen at launch.
        variant: 0, or 1 for the second template of an A/B test.
        attempt_id: Of the newest attempt; Meta brings it back as `biz_opaque_callback_data`.
        attempts: Tries that count; waiting for one's turn does not.
        exclusion: Why they get nothing; empty for all who are to get it.
        replied_at: Their first message after it.
        taps: When each quick reply of it was first pressed, by its title.
        history: Earlier attempts that a person repeated: `wamid`, state, reason.
    """

    __tablename__ = "campaign_recipient"
    __table_args__ = (
        Index("ix_campaign_recipient_list", "campaign_id", "state", "id"),
        Index(
            "ix_campaign_recipient_due",
            "campaign_id",
            "due_at",
            "id",
            postgresql_where=sql("state IN ('queued', 'claimed')"),
        ),
        Index(
            "ix_campaign_recipient_begun",
            "workspace_id",
            "claimed_at",
            postgresql_where=sql("state = 'dispatching'"),
        ),
        # Who is left out may stand there twice: unique indexes take NULL for different each time.
        # Without a condition they also find everything somebody got, and each change of a state
        # writes to two indexes less.
        Index(
            "uq_campaign_recipient_phone",
            "phone",
            "campaign_id",
            sql("NULLIF(exclusion = '' AND phone <> '', false)"),
            unique=True,
        ),
        Index(
            "uq_campaign_recipient_contact",
            "contact_id",
            "campaign_id",
            sql("NULLIF(exclusion = '', false)"),
            unique=True,
        ),
        Index(
            "uq_campaign_recipient_wamid",
            "number_id",
            "wamid",
            unique=True,
            postgresql_where=sql("wamid IS NOT NULL"),
        ),
        Index(
            "uq_campaign_recipient_attempt",
            "attempt_id",
            unique=True,
            postgresql_where=sql("attempt_id IS NOT NULL"),
        ),
        Index(
            "ix_campaign_recipient_replied",
            "campaign_id",
            "replied_at",
            postgresql_where=sql("replied_at IS NOT NULL"),
        ),
        Index(
            "ix_campaign_recipient_opted_out",
            "campaign_id",
            "opted_out_at",
            postgresql_where=sql("opted_out_at IS NOT NULL"),
        ),
        Index(
            "ix_campaign_recipient_tapped",
            "campaign_id",
            postgresql_where=sql("taps <> '{}'"),
        ),
        Index(
            "ix_campaign_recipient_settled",
            "campaign_id",
            sql("settled_at DESC"),
            postgresql_where=sql("settled_at IS NOT NULL"),
        ),
    )

    campaign_id: UUID = belongs_to("campaign")
    number_id: UUID = belongs_to("wa_number")
    contact_id: UUID | None = may_belong_to("contact")
    phone: str = Field(default="", max_length=20)
    user_id: str | None = Field(default=None, max_length=255)
    name: str = Field(default="", max_length=191)
    country: str = Field(default="", max_length=2)
    values: dict[str, Any] = document()
    variant: int = Field(default=0)
    state: RecipientState = choice(RecipientState.QUEUED)
    exclusion: str = Field(default="", max_length=32)
    reason: str = long_text()
    error_code: int | None = Field(default=None, nullable=True, sa_type=BigInteger)
    wamid: str | None = Field(default=None, max_length=255)
    attempt_id: UUID | None = Field(default=None, nullable=True)
    attempts: int = Field(default=0)
    due_at: datetime | None = moment()
    claimed_at: datetime | None = moment()
    accepted_at: datetime | None = moment()
    sent_at: datetime | None = moment()
    delivered_at: datetime | None = moment()
    read_at: datetime | None = moment()
    failed_at: datetime | None = moment()
    settled_at: datetime | None = moment()
    replied_at: datetime | None = moment()
    opted_out_at: datetime | None = moment()
    taps: dict[str, Any] = document()
    pricing: dict[str, Any] = document()
    history: list[dict[str, Any]] = document("[]")
    updated_at: datetime = moment(default_now=True)


class CampaignFileRow(Table, table=True):
    """One row of the file, or of the list, a campaign is sent to.

    Attributes:
        position: From 1, in the order of the file.
        phone: In E.164; empty when it cannot be one.
        written: The number as it stood there.
        problem: Why it is no number, in one sentence.
        columns: The other cells by heading.
    """

    __tablename__ = "campaign_file_row"

    workspace_id: UUID = Field(foreign_key="workspace.id", ondelete="CASCADE", nullable=False)
    campaign_id: UUID = Field(foreign_key="campaign.id", ondelete="CASCADE", primary_key=True)
    position: int = Field(primary_key=True)
    phone: str = Field(default="", max_length=20)
    written: str = Field(default="", max_length=64)
    problem: str = long_text()
    columns: dict[str, Any] = document()


class CampaignCount(Table, table=True):
    """How many recipients of a campaign are in a state; the sum over the shards is the number.

    A trigger moves it in the statement that moves the recipients (migration 0013). Shards keep
    workers from waiting for one another's row.
    """

    __tablename__ = "campaign_count"

    workspace_id: UUID = Field(foreign_key="workspace.id", ondelete="CASCADE", nullable=False)
    campaign_id: UUID = Field(foreign_key="campaign.id", ondelete="CASCADE", primary_key=True)
    shard: int = Field(primary_key=True)
    state: RecipientState = Field(primary_key=True, sa_type=Text)
    count: int = Field(default=0)


class MessageRate(WorkspaceRow, Stamped, table=True):
    """What Meta charges for a delivered message to a country, by category, from a day on.

    Attributes:
        country: ISO 3166, two letters; empty for all others.
        category: MARKETING, UTILITY or AUTHENTICATION.
    """

    __tablename__ = "message_rate"
    __table_args__ = (
        Index(
            "uq_message_rate",
            "workspace_id",
            "category",
            "country",
            "valid_from",
            unique=True,
        ),
    )

    country: str = Field(default="", max_length=2)
    category: str = Field(max_length=40)
    currency: str = Field(max_length=3)
    amount: Decimal = Field(sa_type=Numeric(14, 6), nullable=False)
    valid_from: datetime = moment(default_now=True)
