"""Background jobs of mail."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

MAIL_SEND = JobType("mail.send", Lane.BULK)
