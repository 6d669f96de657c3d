"""Names of background jobs, `area.verb`; what services nudge and `jobs.tasks` answer to."""

from __future__ import annotations

INBOUND_DRAIN = "inbound.drain"
OUTBOUND_SEND = "outbound.send"
OUTBOUND_SWEEP = "outbound.sweep"
CONVERSATIONS_WAKE = "conversations.wake"
MEDIA_FETCH = "media.fetch"
READ_RECEIPT = "outbound.mark_read"
CONNECTION_SYNC = "connection.sync"
TEMPLATES_SYNC = "templates.sync"
HISTORY_CLEAR = "history.clear"
MAIL_SEND = "mail.send"
RETENTION_SWEEP = "retention.sweep"
CONTACTS_BULK = "contacts.bulk"
CONTACTS_IMPORT = "contacts.import"
CONTACTS_SWEEP = "contacts.sweep"
