"""Sending queued mails, one after the other.

A worker that dies in between lets a mail be sent again, under the same Message-ID, by which the
recipient's mail program knows it for the same one.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib
from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Invalid
from xobito_app.features.mail import service
from xobito_app.features.mail.rules import GIVE_UP_AFTER, LEASE, MailServer, pause_after
from xobito_app.models.mail import MailState, OutgoingMail
from xobito_app.persistence.leased_work import (
    Again,
    Claimed,
    Done,
    Failed,
    LeasedTable,
    LeasedWork,
    Outcome,
)
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault

TIMEOUT_SECONDS = 30
KEPT_FOR = timedelta(days=30)
MAILS = LeasedTable(
    OutgoingMail,
    waiting=(MailState.QUEUED,),
    held=MailState.SENDING,
    lease=LEASE,
    due="due_at",
    order=("due_at",),
)

log = logging.getLogger(__name__)


class _Sending(LeasedWork[Claimed[OutgoingMail]]):
    """One run over the mails that are due."""

    table = MAILS

    def __init__(self, server: MailServer) -> None:
        super().__init__(workspace_id=None)
        self._server = server

    async def claim(self, free: int) -> list[Claimed[OutgoingMail]]:
        return await claim(free)

    async def work(self, claimed: Claimed[OutgoingMail]) -> Outcome:
        server, message = self._server, _message(self._server, claimed.row)
        claimed.lease.begin()
        await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.is_wrapped,
            timeout=TIMEOUT_SECONDS,
        )
        return Done()

    async def judge(self, claimed: Claimed[OutgoingMail], error: Exception) -> Outcome:
        match error:
            case aiosmtplib.SMTPAuthenticationError() | aiosmtplib.SMTPConnectError():
                # A person mends the settings; the mail waits for it as long as it is of use.
                problem = "The mail server cannot be reached or refuses the sign-in; see SMTP_URL."
            case aiosmtplib.SMTPRecipientsRefused():
                return Failed("The mail server does not accept the recipient's address.")
            case aiosmtplib.SMTPResponseException():
                problem = f"The mail server answered {error.code}."
                if 500 <= error.code < 600:
                    return Failed(problem)
            case aiosmtplib.SMTPException() | OSError():
                problem = "The connection to the mail server failed."
            case AppError():
                return Failed(error.message)
            case _:
                return await super().judge(claimed, error)
        mail = claimed.row
        if clock.now() - mail.created_at > GIVE_UP_AFTER:
            return Failed(problem)
        return Again(pause_after(mail.attempts).total_seconds(), problem)

    async def record(
        self,
        session: AsyncSession,
        row: OutgoingMail,
        claimed: Claimed[OutgoingMail],
        outcome: Outcome,
    ) -> None:
        match outcome:
            case Again() | Failed():
                row.problem = outcome.reason
                log.warning("mail.not_sent", extra={"mail_id": row.id, "attempts": row.attempts})
            case _:
                row.problem = ""
                row.state, row.sent_at = MailState.SENT, clock.now()
        if isinstance(outcome, Failed):
            row.state = MailState.FAILED
        if row.state in {MailState.SENT, MailState.FAILED}:
            row.text_sealed = ""


async def send_due() -> None:
    """Send what is due, one after the other, until nothing is."""
    try:
        server = service.server()
    except Invalid as error:
        log.warning("mail.misconfigured", extra={"problem": error.message})
        return
    if server:
        await _Sending(server).run()


async def claim(limit: int) -> list[Claimed[OutgoingMail]]:
    """Take mails in hand that are due."""
    async with unit_of_work() as uow:
        return await MAILS.claim(uow.session, None, limit)


def _message(server: MailServer, mail: OutgoingMail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    domain = parseaddr(server.sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{mail.id}@{domain}>"
    # Tells mail programs not to answer with an out-of-office note (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(vault().open(mail.text_sealed))
    return message


async def drop_old() -> None:
    """Forget what was sent or given up over 30 days ago."""
    async with unit_of_work() as uow:
        await uow.session.exec(
            delete(OutgoingMail).where(col(OutgoingMail.created_at) < clock.now() - KEPT_FOR)
        )
