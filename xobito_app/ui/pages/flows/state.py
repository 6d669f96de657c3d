"""The list of flows, and the making of one."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Permission
from xobito_app.features.flows import service as flows
from xobito_app.ui import browser, forms
from xobito_app.ui.blocks import ListState, Page, RowFormState, Viewer
from xobito_app.ui.components import toast_success
from xobito_app.ui.pages.flows.rows import FlowRow
from xobito_app.ui.pages.flows.starters import STARTERS
from xobito_app.ui.security import AppState, guarded, permitted


@permitted(view=Permission.FLOWS_VIEW)
class FlowsState(ListState, AppState):
    """One window of flows."""

    filters: ClassVar = ("q",)
    rows: rx.Field[list[FlowRow]] = rx.field(default_factory=list)

    async def _page(self, viewer: Viewer, cursor: str) -> Page[FlowRow]:
        page = await self._call(flows.list_flows, search=self.query.get("q", ""), cursor=cursor)
        now, zone = clock.now(), viewer.time_zone
        return page.map(lambda line: FlowRow.of(line, zone, now))

    @rx.event
    @guarded(Permission.FLOWS_PUBLISH)
    async def switch_off(self, flow_id: str):
        """Let a flow begin no more talks."""
        await self._call(flows.unpublish_flow, flow_id=ids.parse(flow_id))
        return [toast_success("The flow is off."), FlowsState.load]

    @rx.event
    @guarded(Permission.FLOWS_CREATE)
    async def start(self, kind: str):
        """Make a flow of one of the ready-made ones, and open it."""
        name, graph = STARTERS.get(kind, ("New flow", {}))
        async with self._transaction():
            taken = {
                row.name.lower()
                for row in (await self._call(flows.list_flows, search=name, limit=50)).rows
            }
            free = name
            number = 2
            while free.lower() in taken:
                free, number = f"{name} {number}", number + 1
            made = await self._call(flows.create_flow, name=free, graph=graph)
        return browser.go(f"/flows/{made.id}")


@permitted(
    create=Permission.FLOWS_CREATE, edit=Permission.FLOWS_EDIT, delete=Permission.FLOWS_DELETE
)
class FlowFormState(RowFormState, AppState):
    """The name of a flow; a new one may begin with a file."""

    listed: ClassVar = FlowsState

    async def _values(self, row_id: UUID | None) -> dict[str, Any]:
        if row_id is None:
            return {"name": "", "file": ""}
        return {"name": (await self._call(flows.get_flow, flow_id=row_id)).name}

    async def _save(self, row_id: UUID | None, form: dict[str, Any]) -> None:
        name = forms.text(form, "name")
        if row_id is None:
            graph = _graph_of(forms.text(form, "file"))
            await self._call(flows.create_flow, name=name, graph=graph)
        else:
            await self._call(flows.rename_flow, flow_id=row_id, name=name)

    async def _delete(self, row_id: UUID) -> None:
        await self._call(flows.delete_flow, flow_id=row_id)


def _graph_of(written: str) -> dict[str, Any]:
    """Read an exported flow.

    Raises:
        Invalid: It is no JSON.
    """
    if not written.strip():
        return {}
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        raise Invalid.field("file", "This is no exported flow: it is not JSON.") from None
    graph = found.get("graph", found) if isinstance(found, dict) else found
    if not isinstance(graph, dict):
        raise Invalid.field("file", "This is no exported flow.")
    return graph
