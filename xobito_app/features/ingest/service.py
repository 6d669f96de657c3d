"""What other features ask of incoming deliveries."""

from __future__ import annotations

from xobito_app.features.ingest.backlog import Backlog as Backlog, read_backlog as read_backlog
