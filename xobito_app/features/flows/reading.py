"""The talks of people with flows, as the team looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.contacts import service as contacts
from xobito_app.features.flows.repository import (
    FlowRepository,
    SessionRepository,
    StepRepository,
    VersionRepository,
)
from xobito_app.features.flows.running.library import load_graphs
from xobito_app.features.flows.schemas import Counts, SessionLine, SessionView, StepView
from xobito_app.features.inbox import service as inbox
from xobito_app.models.flows import FlowSession, FlowStep
from xobito_app.persistence import keyset

MOST_STEPS = 1_000


async def list_sessions(
    session: AsyncSession,
    actor: Actor,
    *,
    flow_id: UUID,
    status: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[SessionLine]:
    """Return a window of the talks of a flow, the newest first.

    Raises:
        Forbidden: The actor may not see flows.
        Invalid: The cursor is damaged.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_VIEW)
    await FlowRepository(session, actor.workspace_id).get(flow_id)
    talks = SessionRepository(session, actor.workspace_id)
    statement = talks.scoped().where(col(FlowSession.flow_id) == flow_id)
    if status:
        statement = statement.where(col(FlowSession.status) == status)
    if cursor:
        position = paging.decode(cursor)
        statement = statement.where(
            keyset.before(position, col(FlowSession.started_at), col(FlowSession.id))
        )
    statement = statement.order_by(col(FlowSession.started_at).desc(), col(FlowSession.id).desc())
    rows = await talks.all(statement.limit(limit + 1))
    page = paging.page_of(rows, limit, lambda row: (row.started_at, row.id))
    return Page(tuple(await _lines(session, actor.workspace_id, page.rows)), page.cursor)


async def get_session(session: AsyncSession, actor: Actor, *, session_id: UUID) -> SessionView:
    """Return a talk with its steps, to whoever may see its thread.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such talk, or its thread is out of sight.
    """
    require(actor, Permission.FLOWS_VIEW)
    row = await SessionRepository(session, actor.workspace_id).get(session_id)
    await inbox.get_visible(session, actor, row.conversation_id)
    return await _view(session, row)


async def find_live(
    session: AsyncSession, actor: Actor, *, conversation_id: UUID
) -> SessionView | None:
    """Return the talk that is going on in a thread; None when there is none.

    Raises:
        NotFound: The thread is out of sight.
    """
    await inbox.get_visible(session, actor, conversation_id)
    talks = await SessionRepository(session, actor.workspace_id).list_live([conversation_id])
    row = talks.get(conversation_id)
    return await _view(session, row) if row else None


async def count_nodes(
    session: AsyncSession, actor: Actor, *, flow_id: UUID, number: int | None = None
) -> dict[str, Counts]:
    """Return by node how often talks of a version left it, and how many stand in it.

    Args:
        session: Where it is read.
        actor: Who asks.
        flow_id: Which flow.
        number: Which version; the one that answers when None.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such flow or version.
    """
    require(actor, Permission.FLOWS_VIEW)
    flow = await FlowRepository(session, actor.workspace_id).get(flow_id)
    version_id = flow.published_id
    if number is not None:
        versions = VersionRepository(session, actor.workspace_id)
        version_id = (await versions.get_number(flow_id, number)).id
    if version_id is None:
        return {}
    left: dict[str, dict[str, int]] = {}
    passed = (
        select(FlowStep.node, FlowStep.port, func.count())
        .where(col(FlowStep.workspace_id) == actor.workspace_id)
        .where(col(FlowStep.version_id) == version_id)
        .group_by(col(FlowStep.node), col(FlowStep.port))
    )
    for node, port, count in await session.exec(passed):
        left.setdefault(node, {})[port] = count
    standing = (
        select(FlowSession.node, func.count())
        .where(col(FlowSession.workspace_id) == actor.workspace_id)
        .where(col(FlowSession.version_id) == version_id)
        .where(col(FlowSession.status).in_(("active", "handed_over")))
        .group_by(col(FlowSession.node))
    )
    waiting: dict[str, int] = {}
    for node, count in await session.exec(standing):
        waiting[node] = count
    return {
        node: Counts(left.get(node, {}), waiting.get(node, 0)) for node in left.keys() | waiting
    }


async def _view(session: AsyncSession, row: FlowSession) -> SessionView:
    steps = StepRepository(session, row.workspace_id)
    found = await steps.all(
        steps.scoped()
        .where(col(FlowStep.session_id) == row.id)
        .order_by(col(FlowStep.turn), col(FlowStep.seq))
        .limit(MOST_STEPS)
    )
    graphs = await load_graphs(session, row.workspace_id, {step.version_id for step in found})
    version = await VersionRepository(session, row.workspace_id).get(row.version_id)
    (line,) = await _lines(session, row.workspace_id, [row])
    views = []
    for step in found:
        graph = graphs.get(step.version_id)
        node = graph.by_id.get(step.node) if graph else None
        views.append(
            StepView(
                turn=step.turn,
                node=step.node,
                title=(node.data.title or node.data.noun) if node else "",
                kind=step.kind,
                port=step.port,
                why=step.why,
                variables=step.variables,
                at=step.at,
            )
        )
    return SessionView(line, version.number, row.state.get("variables", {}), tuple(views))


async def _lines(
    session: AsyncSession, workspace_id: UUID, rows: Sequence[FlowSession]
) -> list[SessionLine]:
    people = await contacts.list_by_ids(session, workspace_id, [row.contact_id for row in rows])
    flows = await FlowRepository(session, workspace_id).list_by_ids([row.flow_id for row in rows])
    return [
        SessionLine(
            id=row.id,
            flow_id=row.flow_id,
            flow=flows[row.flow_id].name,
            contact_id=row.contact_id,
            contact=contacts.name_of(people[row.contact_id]),
            conversation_id=row.conversation_id,
            status=row.status,
            node=row.node,
            started_at=row.started_at,
            ended_at=row.ended_at,
            ended_because=row.ended_because,
        )
        for row in rows
    ]
