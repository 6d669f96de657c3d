"""The connection to Meta: accounts, numbers, tokens."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.feature import Feature, Job
from xobito_app.features.connection import service
from xobito_app.features.connection.job_types import CONNECTION_SYNC

FEATURE = Feature(
    "connection",
    jobs=(Job(CONNECTION_SYNC, service.sync, sweep=service.sync, every=timedelta(hours=1)),),
    log_areas={"connection": "Connection", "number": "Numbers"},
    log_words={
        "connection.connected": "connected the WhatsApp account {name}",
        "connection.disconnected": "disconnected the WhatsApp account {name}",
        "number.made_primary": "made {name} the primary number",
    },
)
