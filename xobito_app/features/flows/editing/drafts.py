"""Drafts of flows: made, changed by operations, found and thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, paging
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.features.activity import service as activity
from xobito_app.features.flows.editing import operations
from xobito_app.features.flows.editing.known import load_known
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.problems import Problem, problems_of
from xobito_app.features.flows.repository import ChangeRepository, FlowRepository, VersionRepository
from xobito_app.features.flows.schemas import Change, FlowLine, FlowView
from xobito_app.models.flows import Flow, FlowChange, FlowSession
from xobito_app.persistence import keyset
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.unit_of_work import announce

LONGEST_NAME = 120
FEED = 10
"""Changes a screen is told of at once."""
RECENTLY = timedelta(days=30)
EMPTIED = "This would delete every node of the flow. Delete them one by one if that is meant."


async def create_flow(
    session: AsyncSession, actor: Actor, *, name: str, graph: Mapping[str, Any] | None = None
) -> FlowView:
    """Make a draft.

    Raises:
        Forbidden: The actor may not make flows.
        Invalid: The name is missing or taken, or the graph is none.
    """
    require(actor, Permission.FLOWS_CREATE)
    row = Flow(
        workspace_id=actor.workspace_id,
        name=await _free_name(session, actor, name),
        graph=Graph.read(dict(graph or {})).to_json(),
        created_at=clock.now(),
    )
    await FlowRepository(session, actor.workspace_id).add(row)
    tell_of_flow(session, actor, "flow.created", row)
    return await view_of(session, row)


async def rename_flow(session: AsyncSession, actor: Actor, *, flow_id: UUID, name: str) -> None:
    """Give a flow another name.

    Raises:
        Forbidden: The actor may not change flows.
        Invalid: The name is missing or taken.
        NotFound: The workspace has no such flow.
    """
    row = await _lock(session, actor, flow_id)
    row.name = await _free_name(session, actor, name, row.id)
    row.updated_at = clock.now()
    session.add(row)
    tell_of_flow(session, actor, "flow.renamed", row)


async def change_flow(
    session: AsyncSession, actor: Actor, *, flow_id: UUID, change_id: str, changes: Any
) -> Change:
    """Take operations on a draft; the same change taken again is the first one's answer.

    Raises:
        Forbidden: The actor may not change flows.
        Invalid: It cannot be read, or the document would be malformed.
        NotFound: The workspace has no such flow.
    """
    row = await _lock(session, actor, flow_id)
    if not 1 <= len(change_id) <= 40:
        raise Invalid("A change needs an id of 1 to 40 characters.")
    known = ChangeRepository(session, actor.workspace_id)
    if earlier := await known.find_change(row.id, change_id):
        return _change(earlier)
    graph, done = operations.apply(row.graph, operations.read(changes))
    return await write(session, actor, row, graph, done, change_id)


async def replace_graph(
    session: AsyncSession, actor: Actor, *, flow_id: UUID, graph: Mapping[str, Any]
) -> FlowView:
    """Put a whole document in the place of a draft, as operations that others can follow.

    Raises:
        Forbidden: The actor may not change flows.
        Invalid: It is no graph, or it would empty the flow.
        NotFound: The workspace has no such flow.
    """
    row = await _lock(session, actor, flow_id)
    new = Graph.read(dict(graph))
    if row.graph.get("nodes") and not new.nodes:
        raise Invalid.field("graph", EMPTIED)
    done = operations.between(row.graph, new.to_json())
    if done:
        await write(session, actor, row, new, done, uuid4().hex)
    return await view_of(session, row)


async def delete_flow(session: AsyncSession, actor: Actor, *, flow_id: UUID) -> None:
    """Delete a flow with its versions and talks.

    Raises:
        Forbidden: The actor may not delete flows.
        NotFound: The workspace has no such flow.
    """
    row = await _lock(session, actor, flow_id, Permission.FLOWS_DELETE)
    tell_of_flow(session, actor, "flow.deleted", row)
    await FlowRepository(session, actor.workspace_id).delete(row)


async def get_flow(session: AsyncSession, actor: Actor, *, flow_id: UUID) -> FlowView:
    """Return a flow whole.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_VIEW)
    return await view_of(session, await FlowRepository(session, actor.workspace_id).get(flow_id))


async def list_changes(
    session: AsyncSession, actor: Actor, *, flow_id: UUID, limit: int = FEED
) -> tuple[Change, ...]:
    """Return the newest changes of a draft, oldest first.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_VIEW)
    row = await FlowRepository(session, actor.workspace_id).get(flow_id)
    return await _feed(session, row, limit)


async def check_flow(session: AsyncSession, actor: Actor, *, flow_id: UUID) -> list[Problem]:
    """Return what is wrong with a draft.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_VIEW)
    row = await FlowRepository(session, actor.workspace_id).get(flow_id)
    return await find_problems(session, row.workspace_id, Graph.read(row.graph))


async def list_flows(
    session: AsyncSession, actor: Actor, *, search: str = "", cursor: str = "", limit: int = WINDOW
) -> Page[FlowLine]:
    """Return a window of flows, the newest first.

    Raises:
        Forbidden: The actor may not see flows.
        Invalid: The cursor is damaged.
    """
    require(actor, Permission.FLOWS_VIEW)
    flows = FlowRepository(session, actor.workspace_id)
    statement = flows.scoped()
    if wanted := one_line(search):
        statement = statement.where(func.lower(Flow.name).contains(wanted.lower(), autoescape=True))
    if cursor:
        position = paging.decode(cursor)
        statement = statement.where(keyset.before(position, col(Flow.created_at), col(Flow.id)))
    statement = statement.order_by(col(Flow.created_at).desc(), col(Flow.id).desc())
    rows = await flows.all(statement.limit(limit + 1))
    page = paging.page_of(rows, limit, lambda row: (row.created_at, row.id))
    lines = await _lines(session, actor.workspace_id, page.rows)
    return Page(tuple(lines), page.cursor)


async def find_problems(session: AsyncSession, workspace_id: UUID, graph: Graph) -> list[Problem]:
    """Return what is wrong with a graph in a workspace."""
    return problems_of(graph, await load_known(session, workspace_id, graph))


async def view_of(session: AsyncSession, row: Flow) -> FlowView:
    """Return a flow as it is told."""
    problems = await find_problems(session, row.workspace_id, Graph.read(row.graph))
    numbers = await _numbers(session, row.workspace_id, [row])
    return FlowView(
        id=row.id,
        name=row.name,
        graph=row.graph,
        rev=row.rev,
        version=numbers.get(row.published_id, 0) if row.published_id else 0,
        has_changes=row.published_id is None or row.rev != row.published_rev,
        problems=tuple(problems),
        feed=await _feed(session, row, FEED),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def tell_of_flow(session: AsyncSession, actor: Actor, action: str, row: Flow, **more: str) -> None:
    """Note what somebody did to a flow, and let the screens know."""
    activity.record(session, actor, action, about="flow", object_id=row.id, name=row.name, **more)
    announce(session, row.workspace_id, Topic.FLOW, row.id)


async def write(
    session: AsyncSession,
    actor: Actor,
    row: Flow,
    graph: Graph,
    done: list[dict[str, Any]],
    change_id: str,
) -> Change:
    """Store a draft with what was done to it, and let the screens follow."""
    row.graph, row.rev, row.updated_at = graph.to_json(), row.rev + 1, clock.now()
    change = FlowChange(
        workspace_id=row.workspace_id,
        flow_id=row.id,
        rev=row.rev,
        change_id=change_id,
        operations=done,
        author_id=actor.user_id,
        author_name=actor.name,
    )
    session.add_all([row, change])
    await session.flush()
    announce(session, row.workspace_id, Topic.FLOW, row.id)
    return _change(change)


async def authors_since(session: AsyncSession, row: Flow, rev: int) -> list[str]:
    """Return who changed a draft after a revision."""
    return await ChangeRepository(session, row.workspace_id).authors_since(row.id, rev)


async def _feed(session: AsyncSession, row: Flow, limit: int) -> tuple[Change, ...]:
    changes = await ChangeRepository(session, row.workspace_id).newest(row.id, limit)
    return tuple(_change(change) for change in reversed(changes))


def _change(row: FlowChange) -> Change:
    return Change(row.rev, row.change_id, row.operations, row.author_name)


async def _lock(
    session: AsyncSession,
    actor: Actor,
    flow_id: UUID,
    permission: Permission = Permission.FLOWS_EDIT,
) -> Flow:
    require(actor, permission)
    return await FlowRepository(session, actor.workspace_id).get(flow_id, lock=True)


async def _free_name(
    session: AsyncSession, actor: Actor, name: str, own_id: UUID | None = None
) -> str:
    called = one_line(name)
    if not 1 <= len(called) <= LONGEST_NAME:
        raise Invalid.field("name", f"Write a name of 1 to {LONGEST_NAME} characters.")
    flows = FlowRepository(session, actor.workspace_id)
    taken = await flows.one_or_none(flows.scoped().where(func.lower(Flow.name) == called.lower()))
    if taken and taken.id != own_id:
        raise Invalid.field("name", f"There is a flow called {taken.name} already.")
    return called


async def _numbers(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[Flow]
) -> dict[UUID, int]:
    wanted = [row.published_id for row in rows if row.published_id]
    versions = await VersionRepository(session, workspace_id).numbers_of(wanted)
    return dict(versions)


async def _lines(session: AsyncSession, workspace_id: UUID, rows: Sequence[Flow]) -> list[FlowLine]:
    numbers = await _numbers(session, workspace_id, rows)
    statement = (
        select(FlowSession.flow_id, func.count())
        .where(col(FlowSession.workspace_id) == workspace_id)
        .where(any_of(col(FlowSession.flow_id), [row.id for row in rows]))
        .where(col(FlowSession.started_at) > clock.now() - RECENTLY)
        .group_by(col(FlowSession.flow_id))
    )
    talks: dict[UUID, int] = {}
    for flow_id, count in await session.exec(statement):
        talks[flow_id] = count
    return [
        FlowLine(
            id=row.id,
            name=row.name,
            version=numbers.get(row.published_id, 0) if row.published_id else 0,
            has_changes=row.published_id is None or row.rev != row.published_rev,
            keywords=tuple(
                word for trigger in row.graph.get("triggers", ()) for word in trigger["keywords"]
            ),
            talks=talks.get(row.id, 0),
            updated_at=row.updated_at,
        )
        for row in rows
    ]
