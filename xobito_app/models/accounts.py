"""People who sign in: users, their sessions, failed tries and one-time links."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text as sql
from sqlmodel import Field

from xobito_app.models.base import (
    Row,
    Stamped,
    belongs_to,
    choice,
    document,
    may_belong_to,
    moment,
)


class LinkKind(StrEnum):
    """What a one-time link is good for."""

    INVITE = "invite"
    RESET = "reset"


class User(Row, Stamped, table=True):
    """A person. Belongs to workspaces through memberships."""

    __tablename__ = "app_user"
    __table_args__ = (Index("uq_app_user_email", sql("lower(email)"), unique=True),)

    name: str = Field(max_length=191)
    email: str = Field(max_length=191)
    phone: str = Field(default="", max_length=32)
    password_hash: str = Field(default="")
    # False while somebody else may know it: chosen by an admin, or set with an admin's link.
    password_is_own: bool = Field(default=True, sa_column_kwargs={"server_default": sql("true")})
    time_zone: str = Field(default="UTC", max_length=64)
    language: str = Field(default="en", max_length=16)
    totp_secret_sealed: str = Field(default="")
    totp_confirmed_at: datetime | None = moment()
    totp_last_step: int = Field(default=0)
    recovery_hashes: list[str] = document("[]")
    preferences: dict[str, Any] = document()
    picture: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})


class UserSession(Row, table=True):
    """A signed-in browser; only a hash of its cookie is stored.

    A held one opens nothing but the page where a password of one's own is chosen.
    """

    __tablename__ = "user_session"

    user_id: UUID = belongs_to("app_user", index=True)
    workspace_id: UUID = Field(foreign_key="workspace.id", ondelete="CASCADE", nullable=False)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = moment(default_now=True)
    last_seen_at: datetime = moment(default_now=True)
    address: str = Field(default="", max_length=64)
    browser: str = Field(default="", max_length=255)
    revoked_at: datetime | None = moment()
    is_held: bool = Field(default=False, sa_column_kwargs={"server_default": sql("false")})


class SignInTry(Row, table=True):
    """Tries that did not succeed, of one account, address or browser, for the growing pause."""

    __tablename__ = "sign_in_try"

    subject: str = Field(unique=True, max_length=255)
    failures: int = Field(default=0)
    last_at: datetime = moment(default_now=True)


class OneTimeLink(Row, table=True):
    """An invitation or a password reset; single use, stored as a hash.

    A reset without a workspace was asked for by its owner, one with was made by an admin there.
    """

    __tablename__ = "one_time_link"

    kind: LinkKind = choice(LinkKind.INVITE)
    token_hash: str = Field(unique=True, max_length=64)
    workspace_id: UUID | None = Field(
        default=None, foreign_key="workspace.id", ondelete="CASCADE", nullable=True, index=True
    )
    user_id: UUID | None = Field(
        default=None, foreign_key="app_user.id", ondelete="CASCADE", nullable=True
    )
    role_id: UUID | None = Field(default=None, nullable=True)
    made_by: UUID | None = may_belong_to("app_user")
    email: str = Field(default="", max_length=191)
    created_at: datetime = moment(default_now=True)
    used_at: datetime | None = moment()
