"""Mail leaves in the background."""

from __future__ import annotations

from xobito_app.core.job_names import MAIL_SEND
from xobito_app.features.mail.dispatch import send_due
from xobito_app.jobs import runtime
from xobito_app.jobs.celery_app import celery


@celery.task(name=MAIL_SEND)
def send_mail() -> None:
    """Send the mails that are due."""
    runtime.start(send_due, name=MAIL_SEND)
