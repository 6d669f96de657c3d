"""One flow on the canvas: what the server knows of it, and what is done with it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid, NotFound
from xobito_app.core.permissions import Permission
from xobito_app.features.flows import service as flows
from xobito_app.features.flows.schemas import FlowView
from xobito_app.ui.blocks import PageState, QuestionState, Viewer
from xobito_app.ui.failures import tell_failure
from xobito_app.ui.pages.flow_editor.rows import (
    ProblemRow,
    choices_of,
    counts_of,
    feed_of,
    overlay_of,
)
from xobito_app.ui.security import AppState, guarded, permitted

KEY = "flow editor"


def flow_here(state: AppState) -> UUID:
    """Return which flow the address is about: the part after `/flows/`.

    Raises:
        NotFound: It is no id.
    """
    parts = state.router.url.path.strip("/").split("/")
    return ids.parse(parts[1] if len(parts) > 1 else "")


@permitted(view=Permission.FLOWS_VIEW, edit=Permission.FLOWS_EDIT)
class FlowEditorState(PageState, QuestionState, AppState):
    """The flow of the address."""

    live_key: ClassVar = KEY

    flow_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    graph: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    rev: rx.Field[int] = rx.field(-1)
    epoch: rx.Field[int] = rx.field(0)
    feed: rx.Field[list[dict[str, Any]]] = rx.field(default_factory=list)
    refused: rx.Field[list[str]] = rx.field(default_factory=list)
    overlay: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    choices: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    problems: rx.Field[list[ProblemRow]] = rx.field(default_factory=list)
    problem_words: rx.Field[str] = rx.field("")
    focus: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    version: rx.Field[int] = rx.field(0)
    has_changes: rx.Field[bool] = rx.field(False)
    may_edit: rx.Field[bool] = rx.field(False)
    is_listing: rx.Field[bool] = rx.field(False)

    def _wanted(self) -> str:
        return self.router.url.path.rstrip("/").rpartition("/")[2]

    async def _read(self, viewer: Viewer) -> None:
        self.question = ""
        try:
            flow = await self._call(flows.get_flow, flow_id=flow_here(self))
        except NotFound:
            self.stage = "missing"
            return
        choices = await self._call(flows.list_choices)
        counts = await self._call(flows.count_nodes, flow_id=flow.id)
        self.may_edit = viewer.actor.can(Permission.FLOWS_EDIT)
        self.flow_id, self.graph, self.rev = str(flow.id), dict(flow.graph), flow.rev
        self.epoch += 1
        self.choices = choices_of(choices, flow.graph)
        self.refused = []
        self._show(flow, counts_of(counts))

    def _show(self, flow: FlowView, counts: dict[str, Any] | None = None) -> None:
        """Show all of a flow but its document, which the browser has."""
        self.name, self.version, self.has_changes = flow.name, flow.version, flow.has_changes
        self.feed = feed_of(flow.feed)
        self.problems = [ProblemRow.of(one, flow.graph) for one in flow.problems]
        many = "" if len(self.problems) == 1 else "s"
        self.problem_words = f"{len(self.problems)} problem{many}" if self.problems else ""
        known = counts if counts is not None else self.overlay.get("counts", {})
        self.overlay = overlay_of(flow.problems, known)

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def take(self, flow_id: str, change_id: str, operations: list[dict[str, Any]]):
        """Take a change of the canvas; it names its flow, as it may come late."""
        try:
            await self._call(
                flows.change_flow,
                flow_id=ids.parse(flow_id),
                change_id=change_id,
                changes=operations,
            )
        except (Invalid, NotFound) as error:
            self.refused = [*self.refused[-20:], change_id]
            yield tell_failure(error)
            return
        flow = await self._call(flows.get_flow, flow_id=ids.parse(flow_id))
        if flow_id == self.flow_id:
            self._show(flow)
            self._confirm(change_id, flow)

    def _confirm(self, change_id: str, flow: FlowView) -> None:
        """Confirm a change that is older than what the feed tells of."""
        if all(one["id"] != change_id for one in self.feed):
            self.feed = [{"rev": 0, "id": change_id, "operations": []}, *self.feed]

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def open_anew(self):
        """Read the flow again, because the browser missed a change."""
        return FlowEditorState.load

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def go_to(self, node_id: str):
        """Show a node."""
        self.focus = {"node": node_id, "at": self.focus.get("at", 0) + 1}

    @rx.event
    @guarded(Permission.FLOWS_VIEW)
    async def list_problems(self, is_listing: bool):
        """Open or close the list of problems."""
        self.is_listing = is_listing

    @rx.event
    @guarded(Permission.FLOWS_EDIT)
    async def rename(self, name: str):
        """Give the flow another name."""
        try:
            await self._call(flows.rename_flow, flow_id=ids.parse(self.flow_id), name=name)
        except AppError as error:
            return tell_failure(error)
        self.name = name.strip()
        return None
