"""Workspaces, who belongs to them, what their roles allow, and what was done in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text as sql
from sqlmodel import Field

from xobito_app.models.base import (
    Row,
    Stamped,
    WorkspaceRow,
    belongs_to,
    document,
    may_belong_to,
    moment,
)


class Workspace(Row, Stamped, table=True):
    """A team's own space; nothing ever crosses to another."""

    __tablename__ = "workspace"

    name: str = Field(max_length=60)
    slug: str = Field(max_length=60, unique=True)
    time_zone: str = Field(default="UTC", max_length=64)
    country: str = Field(default="", max_length=2)
    language: str = Field(default="en", max_length=16)
    settings: dict[str, Any] = document()
    logo: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})


class Role(WorkspaceRow, Stamped, table=True):
    """A named set of permissions."""

    __tablename__ = "role"
    __table_args__ = (Index("uq_role_name", "workspace_id", sql("lower(name)"), unique=True),)

    name: str = Field(max_length=60)
    permissions: list[str] = document("[]")
    is_seeded: bool = Field(default=False)


class Membership(WorkspaceRow, table=True):
    """A person's place in a workspace. Outside row-level security: sign-in asks across them."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id"),
        Index("uq_membership_owner", "workspace_id", unique=True, postgresql_where=sql("is_owner")),
    )

    user_id: UUID = belongs_to("app_user", index=True)
    role_id: UUID | None = may_belong_to("role")
    is_owner: bool = Field(default=False)
    is_active: bool = Field(default=True)
    joined_at: datetime = moment(default_now=True)
    removed_at: datetime | None = moment()
    last_assigned_at: datetime | None = moment()


class Activity(WorkspaceRow, table=True):
    """Who did what to which object, when, and from where."""

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_at", "workspace_id", sql("at DESC"), sql("id DESC")),
        Index("ix_activity_user", "workspace_id", "user_id", sql("at DESC"), sql("id DESC")),
        Index("ix_activity_object", "workspace_id", "object_id", sql("at DESC"), sql("id DESC")),
    )

    at: datetime = moment(default_now=True)
    user_id: UUID | None = may_belong_to("app_user")
    actor_name: str = Field(default="", max_length=191)
    action: str = Field(max_length=64)
    object_type: str = Field(default="", max_length=40)
    object_id: str = Field(default="", max_length=64)
    object_name: str = Field(default="", max_length=191)
    detail: dict[str, Any] = document()
    address: str = Field(default="", max_length=64)
