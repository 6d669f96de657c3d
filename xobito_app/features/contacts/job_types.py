"""Background jobs on many contacts."""

from __future__ import annotations

from xobito_app.core.jobs import JobType, Lane

CONTACTS_BULK = JobType("contacts.bulk", Lane.BULK)
CONTACTS_IMPORT = JobType("contacts.import", Lane.BULK)
