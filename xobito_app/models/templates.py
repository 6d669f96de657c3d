"""Message templates: what Meta holds, what is being written, what became of them, their samples."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, UniqueConstraint, text as sql
from sqlmodel import Field

from xobito_app.models.base import (
    Stamped,
    WorkspaceRow,
    belongs_to,
    choice,
    document,
    long_text,
    may_belong_to,
    moment,
    required_moment,
)

DRAFT = "DRAFT"
"""The status of a template Meta never saw; all others are Meta's words."""


class Submission(StrEnum):
    """Whether what was written is on its way to Meta."""

    NONE = "none"
    SENDING = "sending"  # claimed before the request leaves, so that it leaves once
    UNKNOWN = "unknown"  # it left and no answer came: looked up before it is tried again


class Pause(StrEnum):
    """Why Meta paused a template."""

    NONE = "none"
    QUALITY = "quality"  # lifts by itself
    PACING = "pacing"  # `RATE_LIMITING_PAUSE`: lifted by `POST /{template_id}/unpause`


class TemplateChange(StrEnum):
    """What changed about a template."""

    STATUS = "status"
    QUALITY = "quality"
    CATEGORY = "category"
    UPCOMING_CATEGORY = "upcoming_category"
    EDITED = "edited"  # an approved one was submitted anew: Meta counts these


class Template(WorkspaceRow, Stamped, table=True):
    """A message template, as Meta holds it and as it is being written.

    Attributes:
        status: Meta's word, or `DRAFT`.
        components: What Meta holds; empty while it never saw the template.
        draft: The body of Meta's create call as far as it is written; empty when nothing is.
        draft_rev: Counts the savings of the draft.
        samples: Our file of each media header, by `header` or `card.0.header`.
        source: `AUTO_GENERATED` for what Meta made of a direct send.
        submit_error: Why the last submission failed.
        status_at: When Meta last told a status.
        name_blocked_until: Until when Meta keeps the name of this deleted template.
        insights_at: When Meta was last asked what it counted.
        insights_problem: Why Meta did not tell, in one sentence.
    """

    __tablename__ = "template"
    __table_args__ = (
        # Drafts may share a name, and what is gone leaves it free.
        Index(
            "uq_template_present",
            "connection_id",
            "name",
            "language",
            unique=True,
            postgresql_where=sql("status <> 'DRAFT' AND gone_at IS NULL"),
        ),
        Index("ix_template_list", "workspace_id", "name", "language", "id"),
        Index("ix_template_meta", "workspace_id", "meta_id"),
        Index(
            "ix_template_submission",
            "workspace_id",
            "submitted_at",
            postgresql_where=sql("submission <> 'none'"),
        ),
    )

    connection_id: UUID = belongs_to("wa_connection", index=True)
    meta_id: str = Field(default="", max_length=64)
    name: str = Field(max_length=512)
    language: str = Field(max_length=16)
    category: str = Field(default="", max_length=40)
    previous_category: str = Field(default="", max_length=40)
    upcoming_category: str = Field(default="", max_length=40)
    upcoming_category_at: datetime | None = moment()
    status: str = Field(default="", max_length=40)
    status_at: datetime | None = moment()
    pause: Pause = choice(Pause.NONE)
    quality: str = Field(default="UNKNOWN", max_length=32)
    parameter_format: str = Field(default="POSITIONAL", max_length=16)
    components: list[dict[str, Any]] = document("[]")
    source: str = Field(default="", max_length=40)
    rejected_reason: str = long_text()
    rejection_advice: str = long_text()
    draft: dict[str, Any] = document()
    draft_rev: int = Field(default=0)
    samples: dict[str, str] = document()
    submission: Submission = choice(Submission.NONE)
    submitted_at: datetime | None = moment()
    submit_error: str = long_text()
    name_blocked_until: datetime | None = moment()
    last_used_at: datetime | None = moment()
    use_count: int = Field(default=0)
    synced_at: datetime | None = moment()
    gone_at: datetime | None = moment()
    insights_at: datetime | None = moment()
    insights_problem: str = long_text()


class TemplateInsight(WorkspaceRow, table=True):
    """What Meta counted of a template in one day (`template_analytics`); Meta forgets it.

    Attributes:
        day: In UTC.
        clicks: Meta's `clicked`: `type`, `button_content` and `count` of each button.
    """

    __tablename__ = "template_insight"
    __table_args__ = (UniqueConstraint("template_id", "day"),)

    template_id: UUID = belongs_to("template")
    day: date = Field(sa_type=Date, nullable=False)
    sent: int = Field(default=0)
    delivered: int = Field(default=0)
    read: int = Field(default=0)
    clicks: list[dict[str, Any]] = document("[]")


class TemplateEvent(WorkspaceRow, table=True):
    """One change of a template's status, quality or category: its history."""

    __tablename__ = "template_event"
    __table_args__ = (
        Index("ix_template_event_template", "template_id", sql("at DESC"), sql("id DESC")),
        Index("ix_template_event_old", "workspace_id", "at"),
    )

    template_id: UUID = belongs_to("template")
    kind: TemplateChange = choice(TemplateChange.STATUS)
    before: str = Field(default="", max_length=40)
    after: str = Field(default="", max_length=40)
    note: str = long_text()
    actor_name: str = Field(default="", max_length=191)
    at: datetime = required_moment()


class TemplateSample(WorkspaceRow, table=True):
    """The example file of a media header; its bytes lie in the data directory under its id."""

    __tablename__ = "template_sample"
    __table_args__ = (Index("ix_template_sample_old", "workspace_id", "created_at"),)

    uploaded_by: UUID | None = may_belong_to("app_user")
    mime: str = Field(max_length=191)
    filename: str = Field(default="", max_length=255)
    size: int = Field(default=0)
    created_at: datetime = moment(default_now=True)
