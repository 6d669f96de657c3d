"""Contacts, the identities Meta knows them by, and how a team sorts them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Computed,
    Index,
    Table as SqlTable,
    Text,
    UniqueConstraint,
    text as sql,
)
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


class ContactType(StrEnum):
    """How far a contact has come; a guest is somebody who wrote while auto-lead was off."""

    LEAD = "lead"
    CUSTOMER = "customer"
    GUEST = "guest"


class IdentityKind(StrEnum):
    """The names under which Meta may speak of one person."""

    WA_ID = "wa_id"
    BSUID = "bsuid"
    PARENT_BSUID = "parent_bsuid"
    GROUP = "group"  # not a person: all who write in a WhatsApp group


class FieldKind(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    TEXT_AREA = "text_area"
    NUMBER = "number"
    DATE = "date"
    DROPDOWN = "dropdown"
    CHECKBOXES = "checkboxes"


class ContactStatus(WorkspaceRow, Stamped, table=True):
    """A stage every contact is in exactly one of."""

    __tablename__ = "contact_status"
    __table_args__ = (
        Index("uq_contact_status_name", "workspace_id", sql("lower(name)"), unique=True),
        Index(
            "uq_contact_status_default",
            "workspace_id",
            unique=True,
            postgresql_where=sql("is_default"),
        ),
    )

    name: str = Field(max_length=255)
    color: str = Field(default="#64748b", max_length=7)
    is_default: bool = Field(default=False)
    position: int = Field(default=0)


class ContactSource(WorkspaceRow, Stamped, table=True):
    """Where a contact came from."""

    __tablename__ = "contact_source"
    __table_args__ = (
        Index("uq_contact_source_name", "workspace_id", sql("lower(name)"), unique=True),
    )

    name: str = Field(max_length=255)
    is_default: bool = Field(default=False)


class ContactGroup(WorkspaceRow, Stamped, table=True):
    """A label contacts may share."""

    __tablename__ = "contact_group"
    __table_args__ = (
        Index("uq_contact_group_name", "workspace_id", sql("lower(name)"), unique=True),
    )

    name: str = Field(max_length=191)


class ContactGroupMember(Table, table=True):
    """One contact in one group."""

    __tablename__ = "contact_group_member"

    workspace_id: UUID = Field(foreign_key="workspace.id", ondelete="CASCADE", nullable=False)
    group_id: UUID = Field(foreign_key="contact_group.id", ondelete="CASCADE", primary_key=True)
    contact_id: UUID = Field(
        foreign_key="contact.id", ondelete="CASCADE", primary_key=True, index=True
    )


class Contact(WorkspaceRow, Stamped, table=True):
    """A person who writes or is written to. The phone may be unknown (username adopters)."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("workspace_id", "phone"),
        Index(
            "uq_contact_email",
            "workspace_id",
            "email",
            unique=True,
            postgresql_where=sql("email <> ''"),
        ),
        Index("ix_contact_newest", "workspace_id", sql("created_at DESC"), sql("id DESC")),
        Index("ix_contact_email", "workspace_id", "email", "id"),
        Index("ix_contact_changed", "workspace_id", sql("updated_at DESC"), sql("id DESC")),
        Index("ix_contact_status_id", "workspace_id", "status_id"),
        Index("ix_contact_source_id", "workspace_id", "source_id"),
        Index("ix_contact_assignee", "workspace_id", "assignee_id"),
    )

    first_name: str = Field(default="", max_length=191)
    last_name: str = Field(default="", max_length=191)
    profile_name: str = Field(default="", max_length=255)
    username: str = Field(default="", max_length=64)
    phone: str | None = Field(default=None, max_length=20)
    email: str = Field(default="", max_length=191)
    company: str = Field(default="", max_length=255)
    website: str = Field(default="", max_length=255)
    description: str = long_text()
    country: str = Field(default="", max_length=2)
    city: str = Field(default="", max_length=191)
    state: str = Field(default="", max_length=191)
    zip: str = Field(default="", max_length=32)
    address: str = Field(default="", max_length=500)
    type: ContactType = choice(ContactType.LEAD)
    status_id: UUID | None = may_belong_to("contact_status")
    source_id: UUID | None = may_belong_to("contact_source")
    assignee_id: UUID | None = may_belong_to("app_user")
    language: str = Field(default="", max_length=16)
    is_enabled: bool = Field(default=True)
    opted_out_at: datetime | None = moment()
    opt_out_reason: str = Field(default="", max_length=255)
    custom: dict[str, Any] = document()
    last_msg_time: datetime | None = moment()


# Derived by PostgreSQL, so that they are right whoever writes the row; lists sort and search by
# them, but nobody reads them, so the class knows nothing of them.
_table: SqlTable = getattr(Contact, "__table__")  # noqa: B009
SORT_NAME = Column(
    "sort_name",
    Text,
    Computed(
        "lower(coalesce(nullif(btrim(first_name || ' ' || last_name), ''), "
        "nullif(profile_name, ''), nullif(username, ''), phone, ''))",
        persisted=True,
    ),
)
# A B-tree takes rows of 2,700 bytes at most: 500 letters of four bytes each stay below.
HAYSTACK = Column(
    "haystack",
    Text,
    Computed(
        "left(lower(coalesce(phone, '') || ' ' || first_name || ' ' || last_name || ' ' || email "
        "|| ' ' || username || ' ' || profile_name || ' ' || company), 500)",
        persisted=True,
    ),
)
SORT_COMPANY = Column("sort_company", Text, Computed("lower(company)", persisted=True))
_table.append_column(SORT_NAME)
_table.append_column(SORT_COMPANY)
_table.append_column(HAYSTACK)
Index("ix_contact_name", _table.c.workspace_id, SORT_NAME, _table.c.id)
Index("ix_contact_company", _table.c.workspace_id, SORT_COMPANY, _table.c.id)
# Search reads this index from end to end and never the rows: letters in the middle of a word are
# found too, and row-level security has no function to distrust.
Index("ix_contact_haystack", _table.c.workspace_id, _table.c.id, postgresql_include=["haystack"])


class CustomField(WorkspaceRow, Stamped, table=True):
    """A fact a team keeps of its contacts; values lie in the contact, under the slug."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("workspace_id", "slug"),)

    slug: str = Field(max_length=40)
    label: str = Field(max_length=191)
    kind: FieldKind = choice(FieldKind.TEXT)
    options: list[str] = document("[]")
    placeholder: str = Field(default="", max_length=191)
    help: str = Field(default="", max_length=500)
    default_value: str = long_text()
    is_required: bool = Field(default=False)
    is_active: bool = Field(default=True)
    shows_in_table: bool = Field(default=False)
    position: int = Field(default=0)


class ContactIdentity(WorkspaceRow, table=True):
    """One of Meta's names for a contact; several lead to the same one."""

    __tablename__ = "contact_identity"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "value"),)

    contact_id: UUID = belongs_to("contact", index=True)
    kind: IdentityKind = choice(IdentityKind.WA_ID)
    value: str = Field(max_length=255)
