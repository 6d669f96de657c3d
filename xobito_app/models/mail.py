"""Mails on their way out. They belong to an address, not to a workspace."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text as sql
from sqlmodel import Field

from xobito_app.models.base import Row, choice, moment, required_moment


class MailState(StrEnum):
    """How far a mail has come."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class OutgoingMail(Row, table=True):
    """One mail; its text holds links that sign people in, so it is sealed, and gone once sent."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        Index(
            "ix_outgoing_mail_due",
            "due_at",
            postgresql_where=sql("state IN ('queued', 'sending')"),
        ),
    )

    recipient: str = Field(max_length=191)
    subject: str = Field(max_length=255)
    text_sealed: str = Field(default="")
    state: MailState = choice(MailState.QUEUED)
    attempts: int = Field(default=0)
    due_at: datetime = required_moment()
    claimed_at: datetime | None = moment()
    problem: str = Field(default="", max_length=255)
    created_at: datetime = moment(default_now=True)
    sent_at: datetime | None = moment()
