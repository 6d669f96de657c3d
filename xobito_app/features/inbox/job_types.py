"""Background jobs of the inbox."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

OUTBOUND_SEND = JobType("outbound.send", Lane.LIVE)
READ_RECEIPT = JobType("outbound.mark_read", Lane.LIVE)
CONVERSATIONS_WAKE = JobType("conversations.wake", Lane.LIVE)
MEDIA_FETCH = JobType("media.fetch", Lane.BULK)
HISTORY_CLEAR = JobType("history.clear", Lane.BULK)
