"""What all tables share: time-ordered ids, moments in UTC, the workspace they belong to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, DateTime, MetaData, Text, text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from xobito_app.core import clock, ids

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


def moment(*, default_now: bool = False, index: bool = False) -> Any:
    """Declare a point in time, always stored with its zone."""
    kind = {"sa_type": DateTime(timezone=True), "index": index}
    if default_now:
        return Field(default_factory=clock.now, nullable=False, **kind)
    return Field(default=None, nullable=True, **kind)


def required_moment() -> Any:
    """Declare a point in time that every row states itself."""
    return Field(nullable=False, sa_type=DateTime(timezone=True))


def document(default: str = "{}") -> Any:
    """Declare a JSON document; `default` is the SQL default and decides object or list."""
    factory = list if default == "[]" else dict
    column = Column(JSONB, nullable=False, server_default=sql(f"'{default}'::jsonb"))
    return Field(default_factory=factory, sa_column=column)


def long_text(default: str = "") -> Any:
    """Declare text without a length limit of its own."""
    column = Column(Text, nullable=False, server_default="")
    return Field(default=default, sa_column=column)


def choice(default: StrEnum) -> Any:
    """Declare a word out of an enum, stored as text so that a new word needs no migration."""
    return Field(default=default, sa_type=Text, nullable=False)


def belongs_to(table: str, *, cascade: bool = True, index: bool = False) -> Any:
    """Declare a required reference to a row of another table."""
    action = "CASCADE" if cascade else "RESTRICT"
    return Field(foreign_key=f"{table}.id", ondelete=action, nullable=False, index=index)


def may_belong_to(table: str, *, index: bool = False) -> Any:
    """Declare an optional reference that empties itself when the other row goes."""
    return Field(
        default=None, foreign_key=f"{table}.id", ondelete="SET NULL", nullable=True, index=index
    )


class Table(SQLModel):
    """A table; its name is its own to choose."""

    __tablename__: ClassVar[Any]


class Row(Table):
    """A table row with a time-ordered id."""

    id: UUID = Field(default_factory=ids.new, primary_key=True)


class WorkspaceRow(Row):
    """A row that belongs to one workspace and is fenced by row-level security."""

    workspace_id: UUID = Field(
        foreign_key="workspace.id", ondelete="CASCADE", nullable=False, index=False
    )


class Stamped(SQLModel):
    """When a row was made and last changed."""

    created_at: datetime = moment(default_now=True)
    updated_at: datetime = moment(default_now=True)
