"""What a tab shows of the inbox, as the relay remembers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from xobito_app.features.inbox.schemas import ThreadFilter

KEY = "inbox"


@dataclass(frozen=True, slots=True)
class Shown:
    """The list and the thread on one tab's screen."""

    wanted: ThreadFilter = field(default_factory=ThreadFilter)
    conversation_id: UUID | None = None
