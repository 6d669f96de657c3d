"""Publishing: a draft becomes a version that answers and never changes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.flows.editing import drafts, operations, trying
from xobito_app.features.flows.editing.differences import Difference, differences
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.nodes.goto import Goto
from xobito_app.features.flows.engine.problems import Problem
from xobito_app.features.flows.repository import FlowRepository, VersionRepository
from xobito_app.features.flows.schemas import FlowView, VersionView
from xobito_app.models.flows import Flow, FlowVersion

MOST_VERSIONS = 200


class Unpublishable(Invalid):
    """The flow cannot run as it is drawn.

    Attributes:
        problems: What has to be mended first.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(
            f"Mend {count} {noun} first. {problems[0].message}",
            {"graph": [problem.message for problem in problems]},
        )
        self.problems = tuple(problems)


async def publish_flow(session: AsyncSession, actor: Actor, *, flow_id: UUID) -> FlowView:
    """Let the draft answer from now on; talks that are going on end on their version.

    Raises:
        Forbidden: The actor may not publish flows.
        Invalid: A problem keeps it from running (`Unpublishable`), or a recorded talk fails.
        NotFound: The workspace has no such flow.
    """
    row = await _lock(session, actor, flow_id)
    graph = Graph.read(row.graph)
    found = await drafts.find_problems(session, row.workspace_id, graph)
    if fatal := [problem for problem in found if problem.is_fatal]:
        raise Unpublishable(fatal)
    await trying.check_talks(session, row, graph)
    changes = await pending_changes(session, row)
    await _go_live(session, actor, row, graph, [one.sentence for one in changes])
    drafts.tell_of_flow(session, actor, "flow.published", row)
    return await drafts.view_of(session, row)


async def unpublish_flow(session: AsyncSession, actor: Actor, *, flow_id: UUID) -> FlowView:
    """Let a flow begin no more talks.

    Raises:
        Forbidden: The actor may not publish flows.
        NotFound: The workspace has no such flow.
    """
    row = await _lock(session, actor, flow_id)
    row.published_id, row.triggers = None, []
    session.add(row)
    await session.flush()
    drafts.tell_of_flow(session, actor, "flow.unpublished", row)
    return await drafts.view_of(session, row)


async def roll_back_flow(
    session: AsyncSession, actor: Actor, *, flow_id: UUID, number: int
) -> FlowView:
    """Let an earlier version answer again, as a new one, and put it in the place of the draft.

    Raises:
        Forbidden: The actor may not publish flows.
        Invalid: What it speaks of is gone by now.
        NotFound: The flow has no such version.
    """
    row = await _lock(session, actor, flow_id)
    version = await VersionRepository(session, actor.workspace_id).get_number(flow_id, number)
    graph = Graph.read(version.graph)
    found = await drafts.find_problems(session, row.workspace_id, graph)
    if fatal := [problem for problem in found if problem.is_fatal]:
        raise Unpublishable(fatal)
    if done := operations.between(row.graph, graph.to_json()):
        await drafts.write(session, actor, row, graph, done, uuid4().hex)
    await _go_live(session, actor, row, graph, [f"Back to version {number}"])
    drafts.tell_of_flow(session, actor, "flow.rolled_back", row, other=str(number))
    return await drafts.view_of(session, row)


async def list_versions(
    session: AsyncSession, actor: Actor, *, flow_id: UUID
) -> tuple[VersionView, ...]:
    """Return the newest versions of a flow, newest first.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_VIEW)
    flow = await FlowRepository(session, actor.workspace_id).get(flow_id)
    versions = VersionRepository(session, actor.workspace_id)
    rows = await versions.all(
        versions.scoped()
        .where(col(FlowVersion.flow_id) == flow_id)
        .order_by(col(FlowVersion.number).desc())
        .limit(MOST_VERSIONS)
    )
    return tuple(
        VersionView(
            row.id,
            row.number,
            tuple(row.changes),
            row.author_name,
            row.at,
            row.id == flow.published_id,
        )
        for row in rows
    )


async def list_pending(
    session: AsyncSession, actor: Actor, *, flow_id: UUID
) -> tuple[list[Difference], list[str]]:
    """Return what publishing would change, and who drew it.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_VIEW)
    row = await FlowRepository(session, actor.workspace_id).get(flow_id)
    authors = await drafts.authors_since(session, row, row.published_rev)
    return await pending_changes(session, row), authors


async def pending_changes(session: AsyncSession, row: Flow) -> list[Difference]:
    """Return what is new in a draft since the version that answers."""
    live = None
    if row.published_id:
        live = await VersionRepository(session, row.workspace_id).get(row.published_id)
    return differences(Graph.read(live.graph) if live else None, Graph.read(row.graph))


async def _go_live(
    session: AsyncSession, actor: Actor, row: Flow, graph: Graph, changes: list[str]
) -> None:
    versions = VersionRepository(session, row.workspace_id)
    version = await versions.add(
        FlowVersion(
            workspace_id=row.workspace_id,
            flow_id=row.id,
            number=await versions.newest_number(row.id) + 1,
            graph=graph.to_json(),
            changes=changes,
            author_id=actor.user_id,
            author_name=actor.name,
        )
    )
    row.published_id, row.published_rev = version.id, row.rev
    row.triggers = [trigger.model_dump(mode="json") for trigger in graph.triggers]
    row.calls = [node.data.flow_id for node in graph.nodes if isinstance(node.data, Goto)]
    row.updated_at = clock.now()
    session.add(row)
    await session.flush()


async def _lock(session: AsyncSession, actor: Actor, flow_id: UUID) -> Flow:
    require(actor, Permission.FLOWS_PUBLISH)
    return await FlowRepository(session, actor.workspace_id).get(flow_id, lock=True)
