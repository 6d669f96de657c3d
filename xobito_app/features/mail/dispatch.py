"""Sending queued mails: claimed in one transaction, sent in none, noted in another.

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
from sqlmodel import col, select

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Invalid
from xobito_app.features.mail import service
from xobito_app.features.mail.rules import GIVE_UP_AFTER, LEASE, MailServer, pause_after
from xobito_app.models.mail import MailState, OutgoingMail
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.persistence.vault import vault

TIMEOUT_SECONDS = 30
# A batch that times out throughout must end before its lease does, or it would be sent twice.
BATCH = int(LEASE.total_seconds()) // TIMEOUT_SECONDS // 2
KEPT_FOR = timedelta(days=30)

log = logging.getLogger(__name__)


async def send_due() -> None:
    """Send what is due, batch after batch, until nothing is."""
    try:
        server = service.server()
    except Invalid as error:
        log.warning("mail.misconfigured", extra={"problem": error.message})
        return
    while server and (mails := await _claim()):
        for mail in mails:
            await _note(mail, *await _send(server, mail))


async def _claim() -> list[OutgoingMail]:
    async with unit_of_work() as uow:
        now = clock.now()
        statement = (
            select(OutgoingMail)
            .where(col(OutgoingMail.state).in_([MailState.QUEUED, MailState.SENDING]))
            .where(col(OutgoingMail.due_at) <= now)
            .order_by(col(OutgoingMail.due_at))
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        mails = list((await uow.session.exec(statement)).all())
        for mail in mails:
            mail.state = MailState.SENDING
            mail.due_at = now + LEASE
            mail.attempts += 1
            uow.session.add(mail)
        return mails


async def _send(server: MailServer, mail: OutgoingMail) -> tuple[str, bool]:
    """Send one mail; return why not, and whether asking again is of no use."""
    try:
        await aiosmtplib.send(
            _message(server, mail),
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.is_wrapped,
            timeout=TIMEOUT_SECONDS,
        )
    except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPConnectError):
        # A person mends the settings; the mail waits for it as long as it is of use.
        return "The mail server cannot be reached or refuses the sign-in; see SMTP_URL.", False
    except aiosmtplib.SMTPRecipientsRefused:
        return "The mail server does not accept the recipient's address.", True
    except aiosmtplib.SMTPResponseException as error:
        return f"The mail server answered {error.code}.", 500 <= error.code < 600
    except (aiosmtplib.SMTPException, OSError):
        return "The connection to the mail server failed.", False
    except AppError as error:
        return error.message, True
    return "", False


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


async def _note(mail: OutgoingMail, problem: str, is_final: bool) -> None:
    async with unit_of_work() as uow:
        stored = await uow.session.get(OutgoingMail, mail.id, with_for_update=True)
        if stored is None:
            return
        now = clock.now()
        stored.problem = problem
        if not problem:
            stored.state, stored.sent_at = MailState.SENT, now
        elif is_final or now - stored.created_at > GIVE_UP_AFTER:
            stored.state = MailState.FAILED
        else:
            stored.state, stored.due_at = MailState.QUEUED, now + pause_after(stored.attempts)
        if stored.state in {MailState.SENT, MailState.FAILED}:
            stored.text_sealed = ""
        uow.session.add(stored)
    if problem:
        log.warning("mail.not_sent", extra={"mail_id": mail.id, "attempts": mail.attempts})


async def drop_old() -> None:
    """Forget what was sent or given up over 30 days ago."""
    async with unit_of_work() as uow:
        await uow.session.exec(
            delete(OutgoingMail).where(col(OutgoingMail.created_at) < clock.now() - KEPT_FOR)
        )
