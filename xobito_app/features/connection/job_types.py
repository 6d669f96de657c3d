"""Background jobs of the connection to Meta."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

CONNECTION_SYNC = JobType("connection.sync", Lane.BULK)
