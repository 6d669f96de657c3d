"""Flows: drawn answers with their versions, the talks that run on them, and what waits for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text as sql
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

LIVE = "status IN ('active', 'handed_over')"


class FlowInputState(StrEnum):
    """Whether something said to the bots still waits; what was heard is deleted."""

    WAITING = "waiting"
    FAILED = "failed"


class FlowRequestState(StrEnum):
    """Where a request of a flow to another system stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Flow(WorkspaceRow, Stamped, table=True):
    """A bot that was drawn: its draft, and which version answers.

    Attributes:
        graph: The draft, in the shape of the public contract.
        rev: Counts the changes of the draft.
        published_id: The version that answers; none while it is switched off.
        triggers: Those of the published version, so that matching reads no graph.
        calls: The flows the published version may go to.
    """

    __tablename__ = "flow"
    __table_args__ = (Index("uq_flow_name", "workspace_id", sql("lower(name)"), unique=True),)

    name: str = Field(max_length=120)
    graph: dict[str, Any] = document()
    rev: int = Field(default=0)
    published_id: UUID | None = Field(default=None, nullable=True)
    published_rev: int = Field(default=0)
    triggers: list[dict[str, Any]] = document("[]")
    calls: list[str] = document("[]")


class FlowChange(WorkspaceRow, table=True):
    """One change of a draft, in the order the server took them."""

    __tablename__ = "flow_change"
    __table_args__ = (
        UniqueConstraint("flow_id", "rev"),
        UniqueConstraint("flow_id", "change_id"),
    )

    flow_id: UUID = belongs_to("flow")
    rev: int
    change_id: str = Field(max_length=40)
    operations: list[dict[str, Any]] = document("[]")
    author_id: UUID | None = may_belong_to("app_user")
    author_name: str = Field(default="", max_length=191)
    at: datetime = moment(default_now=True)


class FlowVersion(WorkspaceRow, table=True):
    """A graph as it was published; it never changes."""

    __tablename__ = "flow_version"
    __table_args__ = (UniqueConstraint("flow_id", "number"),)

    flow_id: UUID = belongs_to("flow")
    number: int
    graph: dict[str, Any] = document()
    changes: list[str] = document("[]")
    author_id: UUID | None = may_belong_to("app_user")
    author_name: str = Field(default="", max_length=191)
    at: datetime = moment(default_now=True)


class FlowTalk(WorkspaceRow, Stamped, table=True):
    """A recorded talk that is played before a flow is published."""

    __tablename__ = "flow_talk"
    __table_args__ = (Index("ix_flow_talk_flow", "flow_id", "created_at"),)

    flow_id: UUID = belongs_to("flow")
    name: str = Field(max_length=120)
    talk: dict[str, Any] = document()


class FlowSession(WorkspaceRow, table=True):
    """One talk of one contact with a flow; a conversation has at most one that is not over.

    Attributes:
        version_id: The version it began with; with the flows it calls, `state` says where it is.
        state: The engine's session.
        due_at: When its wait ends by itself.
        started_by: What began it: `trigger`, `api` or a person.
    """

    __tablename__ = "flow_session"
    __table_args__ = (
        Index(
            "uq_flow_session_live",
            "conversation_id",
            unique=True,
            postgresql_where=sql(LIVE),
        ),
        Index(
            "ix_flow_session_due",
            "workspace_id",
            "due_at",
            postgresql_where=sql("status = 'active' AND due_at IS NOT NULL"),
        ),
        Index("ix_flow_session_list", "flow_id", sql("started_at DESC"), sql("id DESC")),
        Index("ix_flow_session_contact", "contact_id", "started_at"),
        Index("ix_flow_session_conversation", "conversation_id", "started_at"),
    )

    flow_id: UUID = belongs_to("flow")
    version_id: UUID = belongs_to("flow_version", index=True)
    conversation_id: UUID = belongs_to("conversation")
    contact_id: UUID = belongs_to("contact")
    status: str = Field(default="active", max_length=16)
    state: dict[str, Any] = document()
    node: str = Field(default="", max_length=40)
    due_at: datetime | None = moment()
    started_by: str = Field(default="trigger", max_length=40)
    started_at: datetime = moment(default_now=True)
    ended_at: datetime | None = moment()
    ended_because: str = long_text()


class FlowStep(WorkspaceRow, table=True):
    """One node that ran in a talk, and why the talk went on as it did."""

    __tablename__ = "flow_step"
    __table_args__ = (
        UniqueConstraint("session_id", "turn", "seq"),
        Index("ix_flow_step_counts", "version_id", "node", "port"),
    )

    session_id: UUID = belongs_to("flow_session")
    version_id: UUID = Field(nullable=False)
    turn: int
    seq: int
    node: str = Field(default="", max_length=40)
    kind: str = Field(default="", max_length=20)
    port: str = Field(default="", max_length=40)
    why: str = long_text()
    variables: dict[str, Any] = document()
    effects: list[str] = document("[]")
    at: datetime = moment(default_now=True)


class FlowInput(WorkspaceRow, table=True):
    """Something said to the bots of a conversation that they have not heard yet.

    Attributes:
        key: Names what it tells; the same is not told twice while it waits.
        rank: What a person says goes before the end of a wait.
    """

    __tablename__ = "flow_input"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index(
            "ix_flow_input_waiting",
            "workspace_id",
            "conversation_id",
            "rank",
            "at",
            "id",
            postgresql_where=sql("state = 'waiting'"),
        ),
    )

    conversation_id: UUID = belongs_to("conversation", index=True)
    contact_id: UUID = belongs_to("contact", index=True)
    kind: str = Field(max_length=20)
    key: str = Field(max_length=120)
    content: dict[str, Any] = document()
    rank: int = Field(default=0)
    at: datetime = moment(default_now=True)
    state: FlowInputState = choice(FlowInputState.WAITING)
    attempts: int = Field(default=0)
    next_try_at: datetime | None = moment()
    error: str = long_text()


class FlowRequest(WorkspaceRow, table=True):
    """Something a talk asks of another system or of a model.

    Attributes:
        key: The effect's key; what was asked under it is asked once.
        content: What is asked; secrets stand in it by name alone.
        result: What came of it, as the talk heard it.
    """

    __tablename__ = "flow_request"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index(
            "ix_flow_request_open",
            "workspace_id",
            "due_at",
            "id",
            postgresql_where=sql("state IN ('waiting', 'working')"),
        ),
    )

    session_id: UUID = belongs_to("flow_session", index=True)
    conversation_id: UUID = belongs_to("conversation", index=True)
    contact_id: UUID = belongs_to("contact", index=True)
    kind: str = Field(max_length=8)
    key: str = Field(max_length=64)
    content: dict[str, Any] = document()
    result: dict[str, Any] = document()
    state: FlowRequestState = choice(FlowRequestState.WAITING)
    due_at: datetime | None = moment()
    claimed_at: datetime | None = moment()
    attempts: int = Field(default=0)
    error: str = long_text()
    created_at: datetime = moment(default_now=True)


class FlowSecret(WorkspaceRow, Stamped, table=True):
    """A secret that requests of flows name; its value is sealed and never shown again."""

    __tablename__ = "flow_secret"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: str = Field(max_length=40)
    sealed: str = long_text()
