"""Work on many contacts: saved filters, notes, bulk jobs, merges and imports."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text as sql
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
)


class JobState(StrEnum):
    """Where a piece of background work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class JobKind(StrEnum):
    """What is done to every contact of a selection."""

    ADD_GROUP = "add_group"
    REMOVE_GROUP = "remove_group"
    SET_STATUS = "set_status"
    SET_SOURCE = "set_source"
    ASSIGN = "assign"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    DELETE = "delete"


class ImportState(StrEnum):
    """Where an import stands: uploaded and waiting for its mapping, or being worked on."""

    UPLOADED = "uploaded"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Segment(WorkspaceRow, Stamped, table=True):
    """A filter with a name, shared in the workspace."""

    __tablename__ = "segment"
    __table_args__ = (Index("uq_segment_name", "workspace_id", sql("lower(name)"), unique=True),)

    name: str = Field(max_length=191)
    contact_filter: dict[str, Any] = document()
    created_by: UUID | None = may_belong_to("app_user")


class ContactNote(WorkspaceRow, Stamped, table=True):
    """What staff write down about a contact; never sent."""

    __tablename__ = "contact_note"
    __table_args__ = (
        Index("ix_contact_note_list", "contact_id", sql("created_at DESC"), sql("id DESC")),
    )

    contact_id: UUID = belongs_to("contact")
    author_id: UUID | None = may_belong_to("app_user")
    author_name: str = Field(default="", max_length=191)
    body: str = long_text()


class ContactJob(WorkspaceRow, table=True):
    """One action on every contact a frozen filter means, worked off in batches by id."""

    __tablename__ = "contact_job"
    __table_args__ = (
        Index("ix_contact_job_newest", "workspace_id", sql("created_at DESC"), sql("id DESC")),
        Index(
            "ix_contact_job_open",
            "workspace_id",
            postgresql_where=sql("state IN ('waiting', 'running')"),
        ),
    )

    kind: JobKind = choice(JobKind.SET_STATUS)
    state: JobState = choice(JobState.WAITING)
    contact_filter: dict[str, Any] = document()
    target_id: UUID | None = Field(default=None, nullable=True)
    reason: str = Field(default="", max_length=255)
    user_id: UUID | None = may_belong_to("app_user")
    actor_name: str = Field(default="", max_length=191)
    total: int = Field(default=0)
    done: int = Field(default=0)
    changed: int = Field(default=0)
    failed: int = Field(default=0)
    after_id: UUID | None = Field(default=None, nullable=True)
    error: str = Field(default="", max_length=500)
    created_at: datetime = moment(default_now=True)
    finished_at: datetime | None = moment()
    progress_sent_at: datetime | None = moment()
    claimed_at: datetime | None = moment()


class ContactMerge(WorkspaceRow, table=True):
    """Two contacts that became one, with everything needed to part them again."""

    __tablename__ = "contact_merge"
    __table_args__ = (
        Index("ix_contact_merge_kept", "workspace_id", "kept_id", sql("merged_at DESC")),
        Index("ix_contact_merge_newest", "workspace_id", sql("merged_at DESC")),
    )

    kept_id: UUID = Field(nullable=False)
    dropped_id: UUID = Field(nullable=False)
    kept_name: str = Field(default="", max_length=255)
    dropped_name: str = Field(default="", max_length=255)
    moved: dict[str, Any] = document()
    user_id: UUID | None = may_belong_to("app_user")
    actor_name: str = Field(default="", max_length=191)
    merged_at: datetime = moment(default_now=True)
    undone_at: datetime | None = moment()


class DistinctPair(WorkspaceRow, table=True):
    """Two contacts that look alike and that somebody knows to be two people; smaller id first."""

    __tablename__ = "distinct_pair"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
        Index("ix_distinct_pair_newest", "workspace_id", sql("created_at DESC"), sql("id DESC")),
    )

    first_id: UUID = belongs_to("contact")
    second_id: UUID = belongs_to("contact", index=True)
    user_id: UUID | None = may_belong_to("app_user")
    actor_name: str = Field(default="", max_length=191)
    created_at: datetime = moment(default_now=True)


class ContactImport(WorkspaceRow, table=True):
    """A file of contacts on its way in; the position stands where the last batch was committed."""

    __tablename__ = "contact_import"
    __table_args__ = (
        Index("ix_contact_import_newest", "workspace_id", sql("created_at DESC"), sql("id DESC")),
        Index(
            "ix_contact_import_open",
            "workspace_id",
            postgresql_where=sql("state IN ('waiting', 'running')"),
        ),
    )

    filename: str = Field(default="", max_length=255)
    kind: str = Field(default="csv", max_length=8)
    size: int = Field(default=0)
    encoding: str = Field(default="utf-8", max_length=40)
    delimiter: str = Field(default=",", max_length=1)
    columns: list[str] = document("[]")
    mapping: list[str] = document("[]")
    state: ImportState = choice(ImportState.UPLOADED)
    is_dry: bool = Field(default=False)
    updates_existing: bool = Field(default=False)
    may_create_labels: bool = Field(default=False)
    missing_labels: dict[str, Any] = document()
    rights: list[str] = document("[]")
    user_id: UUID | None = may_belong_to("app_user")
    actor_name: str = Field(default="", max_length=191)
    position: int = Field(default=0)
    total: int = Field(default=0)
    done: int = Field(default=0)
    created: int = Field(default=0)
    updated: int = Field(default=0)
    skipped: int = Field(default=0)
    failed: int = Field(default=0)
    error_bytes: int = Field(default=0)
    error: str = Field(default="", max_length=500)
    created_at: datetime = moment(default_now=True)
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()
    progress_sent_at: datetime | None = moment()
    claimed_at: datetime | None = moment()


class ImportMapping(WorkspaceRow, table=True):
    """How a file with these headings was mapped the last time."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("workspace_id", "headings"),)

    headings: str = Field(max_length=64)
    mapping: list[str] = document("[]")
    used_at: datetime = moment(default_now=True)
