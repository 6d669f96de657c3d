"""Tokens with which other systems call the REST API, and the answers their repeats get."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, text as sql
from sqlmodel import Field

from xobito_app.models.base import (
    Stamped,
    WorkspaceRow,
    belongs_to,
    document,
    may_belong_to,
    moment,
    required_moment,
)


class ApiToken(WorkspaceRow, Stamped, table=True):
    """One key to the REST API of a workspace; only a hash of it is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_api_token_list", "workspace_id", "created_at"),
    )

    name: str = Field(max_length=60)
    token_hash: str = Field(max_length=64)
    prefix: str = Field(max_length=16)
    abilities: list[str] = document("[]")
    rate_limit: int = Field(default=60)
    expires_at: datetime | None = moment()
    last_used_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
    created_by: UUID | None = may_belong_to("app_user")
    # Made on the command line: bounded by its abilities alone, not by anybody's role.
    by_operator: bool = Field(default=False, sa_column_kwargs={"server_default": sql("false")})


class ApiRepeat(WorkspaceRow, table=True):
    """A POST that carried an `Idempotency-Key`, with the answer its repeats get.

    It is stored in the transaction that does the work: both are there, or neither is.
    """

    __tablename__ = "api_repeat"
    __table_args__ = (
        UniqueConstraint("token_id", "key"),
        Index("ix_api_repeat_old", "workspace_id", "created_at"),
    )

    token_id: UUID = belongs_to("api_token")
    key: str = Field(max_length=255)
    fingerprint: str = Field(max_length=64)
    created_at: datetime = required_moment()
    status_code: int = Field(default=0)
    answer: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
