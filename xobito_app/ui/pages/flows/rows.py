"""Flows worded for the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xobito_app.features.flows.schemas import FlowLine
from xobito_app.ui import formats


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One line of the list."""

    id: str
    link: str
    name: str
    line: str
    status: str
    tone: str
    talks: str
    when: str
    when_full: str
    is_on: bool

    @classmethod
    def of(cls, view: FlowLine, zone: str, now: datetime) -> FlowRow:
        """Word a flow."""
        status, tone = ("On", "success") if view.version else ("Off", "neutral")
        if view.version and view.has_changes:
            status, tone = "On, changed since", "warning"
        return cls(
            id=str(view.id),
            link=f"/flows/{view.id}",
            name=view.name,
            line=", ".join(view.keywords[:6]) or "No keywords",
            status=status,
            tone=tone,
            talks=f"{view.talks:,}",
            when=formats.ago(view.updated_at, zone, now),
            when_full=formats.full(view.updated_at, zone),
            is_on=view.version > 0,
        )
