"""What begins the flow: words of a customer, edited in a dialog."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.core.text import one_line
from xobito_app.features.flows import service as flows
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.pages.flow_editor.state import FlowEditorState
from xobito_app.ui.security import AppState, guarded

MOST = 20


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """One trigger in the dialog."""

    key: str
    audience: str
    match: str
    keywords: str


class TriggersState(AppState):
    """The triggers of the flow on the canvas."""

    is_open: rx.Field[bool] = rx.field(False)
    rows: rx.Field[list[TriggerRow]] = rx.field(default_factory=list)

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def open_here(self):
        """Show the triggers."""
        editor = await self.get_state(FlowEditorState)
        flow = await self._call(flows.get_flow, flow_id=ids.parse(editor.flow_id))
        self.rows = [
            TriggerRow(uuid4().hex, one["audience"], one["match"], ", ".join(one["keywords"]))
            for one in flow.graph.get("triggers", ())
        ] or [_fresh()]
        self.is_open = True

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def set_open(self, is_open: bool):
        """Close the dialog."""
        self.is_open = is_open

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def add(self):
        """Add a trigger."""
        if len(self.rows) < MOST:
            self.rows = [*self.rows, _fresh()]

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def remove(self, key: str):
        """Take a trigger away."""
        self.rows = [row for row in self.rows if row.key != key]

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def change(self, key: str, name: str, value: str):
        """Change a part of a trigger."""
        if name in ("audience", "match", "keywords"):
            self.rows = [
                replace(row, **{name: value[:2000]}) if row.key == key else row for row in self.rows
            ]

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def save(self):
        """Write the triggers into the draft."""
        editor = await self.get_state(FlowEditorState)
        triggers: list[dict[str, Any]] = [
            {
                "audience": row.audience,
                "match": row.match,
                "keywords": [one for part in row.keywords.split(",") if (one := one_line(part))],
            }
            for row in self.rows
        ]
        change = {"op": "set", "kind": "flow", "value": {"triggers": triggers}}
        try:
            await self._call(
                flows.change_flow,
                flow_id=ids.parse(editor.flow_id),
                change_id=uuid4().hex,
                changes=[change],
            )
        except AppError as error:
            return tell_failure(error)
        self.is_open = False
        return [toast_success("Saved in the draft."), FlowEditorState.load]


def _fresh() -> TriggerRow:
    return TriggerRow(uuid4().hex, "any", "contains", "")
