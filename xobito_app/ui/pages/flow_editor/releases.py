"""Publishing a flow from the builder, and going back to an earlier version."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError
from xobito_app.core.permissions import Permission
from xobito_app.features.flows import service as flows
from xobito_app.features.flows.schemas import VersionView
from xobito_app.ui import formats
from xobito_app.ui.components import toast_success
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.pages.flow_editor.state import FlowEditorState
from xobito_app.ui.security import AppState, guarded


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One thing that publishing would change."""

    key: str
    node: str
    sentence: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version that was published."""

    id: str
    number: int
    title: str
    line: str
    changes: str
    is_live: bool

    @classmethod
    def of(cls, view: VersionView, zone: str) -> VersionRow:
        """Word a version."""
        return cls(
            id=str(view.id),
            number=view.number,
            title=f"Version {view.number}",
            line=f"{view.author} · {formats.full(view.at, zone)}",
            changes=" · ".join(view.changes) or "Nothing changed",
            is_live=view.is_live,
        )


class ReleaseState(AppState):
    """What goes out with the next version, and what went out before."""

    is_publishing: rx.Field[bool] = rx.field(False)
    is_looking_back: rx.Field[bool] = rx.field(False)
    is_busy: rx.Field[bool] = rx.field(False)
    changes: rx.Field[list[ChangeRow]] = rx.field(default_factory=list)
    authors: rx.Field[str] = rx.field("")
    versions: rx.Field[list[VersionRow]] = rx.field(default_factory=list)
    refusal: rx.Field[str] = rx.field("")

    @rx.event
    @guarded(Permission.FLOWS_PUBLISH)
    async def open_publish(self):
        """Show whose changes go out, and which."""
        editor = await self.get_state(FlowEditorState)
        pending, authors = await self._call(flows.list_pending, flow_id=ids.parse(editor.flow_id))
        self.changes = [
            ChangeRow(f"{number} {one.node}", one.node, one.sentence)
            for number, one in enumerate(pending)
        ]
        self.authors = ", ".join(authors)
        self.refusal = ""
        self.is_publishing = True

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def set_publishing(self, is_open: bool):
        """Close the dialog."""
        self.is_publishing = is_open

    @rx.event
    @guarded(Permission.FLOWS_PUBLISH)
    async def publish(self):
        """Let the draft answer from now on."""
        editor = await self.get_state(FlowEditorState)
        try:
            flow = await self._call(flows.publish_flow, flow_id=ids.parse(editor.flow_id))
        except AppError as error:
            self.refusal = error.message
            return None
        self.is_publishing = False
        return [toast_success(f"Version {flow.version} answers now."), FlowEditorState.load]

    @rx.event
    @guarded(Permission.FLOWS_PUBLISH)
    async def unpublish(self):
        """Let the flow begin no more talks."""
        editor = await self.get_state(FlowEditorState)
        await self._call(flows.unpublish_flow, flow_id=ids.parse(editor.flow_id))
        self.is_looking_back = False
        return [toast_success("The flow is off."), FlowEditorState.load]

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def open_versions(self):
        """Show what was published."""
        editor = await self.get_state(FlowEditorState)
        viewer = await self._viewer()
        found = await self._call(flows.list_versions, flow_id=ids.parse(editor.flow_id))
        self.versions = [VersionRow.of(one, viewer.time_zone) for one in found]
        self.is_looking_back = True

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def set_looking_back(self, is_open: bool):
        """Close the dialog."""
        self.is_looking_back = is_open

    @rx.event
    @guarded(Permission.FLOWS_PUBLISH)
    async def roll_back(self, number: int):
        """Let an earlier version answer again."""
        editor = await self.get_state(FlowEditorState)
        try:
            await self._call(flows.roll_back_flow, flow_id=ids.parse(editor.flow_id), number=number)
        except AppError as error:
            return tell_failure(error)
        self.is_looking_back = False
        return [toast_success(f"Version {number} answers again."), FlowEditorState.load]
