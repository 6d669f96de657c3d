"""Mail to the people of the workspaces."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.feature import Feature, Job
from xobito_app.features.mail.dispatch import drop_old, send_due
from xobito_app.features.mail.job_types import MAIL_SEND

FEATURE = Feature(
    "mail",
    jobs=(Job(MAIL_SEND, send_due, every=timedelta(seconds=30)),),
    global_retention=(drop_old,),
)
