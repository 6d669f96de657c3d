"""What the activity log tells the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xobito_app.core.views import taken_from
from xobito_app.models.workspaces import Activity


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One entry: who did what to which object, when and from where."""

    id: UUID
    at: datetime
    user_id: UUID | None
    actor_name: str
    action: str
    object_type: str
    object_id: str
    object_name: str
    detail: dict[str, Any]
    address: str

    @classmethod
    def of(cls, entry: Activity) -> ActivityView:
        """Take an entry out of its table."""
        return taken_from(entry, cls, detail=dict(entry.detail))
