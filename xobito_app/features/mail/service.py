"""Posting mail: a row in the same transaction as what it tells of, sent in the background."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.features.mail.email_templates import (
    Letter,
    invitation_email as invitation_email,
    password_reset_email as password_reset_email,
    webhook_disabled_email as webhook_disabled_email,
)
from xobito_app.features.mail.job_types import MAIL_SEND
from xobito_app.features.mail.links import (
    invitation_url as invitation_url,
    page_url as page_url,
    reset_url as reset_url,
)
from xobito_app.features.mail.rules import MailServer, read_smtp_url
from xobito_app.models.mail import MailState, OutgoingMail
from xobito_app.persistence.unit_of_work import enqueue
from xobito_app.persistence.vault import vault
from xobito_app.settings import get_settings


def server() -> MailServer | None:
    """Return where mail goes out; None when no `SMTP_URL` is set.

    Raises:
        Invalid: The one that is set cannot be read.
    """
    settings = get_settings()
    if not settings.smtp_url:
        return None
    host = urlsplit(settings.public_url).hostname or "localhost"
    return read_smtp_url(settings.smtp_url, fallback_host=host)


def is_configured() -> bool:
    """Tell whether mail can be sent; if not, links are shown to be passed on by hand."""
    return bool(get_settings().smtp_url)


async def post(session: AsyncSession, recipient: str, letter: Letter) -> bool:
    """Queue a mail when the installation can send any, and tell whether it can."""
    if not is_configured():
        return False
    session.add(
        OutgoingMail(
            recipient=recipient,
            subject=letter.subject[:255],
            text_sealed=vault().seal(letter.text),
            due_at=clock.now(),
        )
    )
    enqueue(session, MAIL_SEND)
    return True


async def last_problem(session: AsyncSession) -> str | None:
    """Return why mail does not go out, by the newest one that was tried; empty when it does.

    None stands for: mail is not set up, or none was tried yet.
    """
    try:
        if server() is None:
            return None
    except Invalid as error:
        return error.message
    statement = (
        select(OutgoingMail.problem)
        .where((col(OutgoingMail.attempts) > 0) | (col(OutgoingMail.state) == MailState.SENT))
        .order_by(col(OutgoingMail.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()
