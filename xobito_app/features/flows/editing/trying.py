"""Trying a draft: talks are played on it, and nothing is sent; those that are kept are tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.playing import Played, play
from xobito_app.features.flows.engine.scene import Library, Scene
from xobito_app.features.flows.engine.talks import Talk, first_difference
from xobito_app.features.flows.repository import (
    FlowRepository,
    TalkRepository,
    VersionRepository,
)
from xobito_app.features.flows.running.library import Shelf
from xobito_app.features.flows.schemas import TalkView
from xobito_app.features.templates import service as templates
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.flows import Flow, FlowTalk

DRAFT = "draft"
MOST_TALKS = 100


async def try_flow(
    session: AsyncSession,
    actor: Actor,
    *,
    flow_id: UUID,
    talk: Mapping[str, Any],
    version: int | None = None,
) -> Played:
    """Play a talk on a draft, or on a version.

    Raises:
        Forbidden: The actor may not see flows.
        Invalid: It is no talk, or it presses a button that was not shown.
        NotFound: The workspace has no such flow or version.
    """
    require(actor, Permission.FLOWS_VIEW)
    row = await FlowRepository(session, actor.workspace_id).get(flow_id)
    raw = row.graph
    if version is not None:
        raw = (
            await VersionRepository(session, actor.workspace_id).get_number(flow_id, version)
        ).graph
    graph = Graph.read(raw)
    return play(DRAFT, await _scene(session, actor.workspace_id, graph), Talk.read(talk))


async def save_talk(
    session: AsyncSession,
    actor: Actor,
    *,
    flow_id: UUID,
    name: str,
    talk: Mapping[str, Any],
) -> TalkView:
    """Keep a talk with what the draft says to it now: from now on that is a test.

    Raises:
        Forbidden: The actor may not change flows.
        Invalid: It is no talk, has no name, or there are too many.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_EDIT)
    row = await FlowRepository(session, actor.workspace_id).get(flow_id, lock=True)
    called = one_line(name)
    if not 1 <= len(called) <= 120:
        raise Invalid.field("name", "Write a name of 1 to 120 characters.")
    if len(await list_talks(session, actor, flow_id=flow_id)) >= MOST_TALKS:
        raise Invalid(f"A flow has at most {MOST_TALKS} recorded talks. Delete one first.")
    played = await try_flow(session, actor, flow_id=flow_id, talk=talk)
    turns = [{k: v for k, v in turn.items() if k != "node"} for turn in played.turns]
    kept = FlowTalk(
        workspace_id=row.workspace_id,
        flow_id=row.id,
        name=called,
        talk={**talk, "name": called, "turns": turns},
    )
    await TalkRepository(session, actor.workspace_id).add(kept)
    return TalkView(kept.id, kept.name, kept.talk)


async def delete_talk(session: AsyncSession, actor: Actor, *, talk_id: UUID) -> None:
    """Delete a recorded talk.

    Raises:
        Forbidden: The actor may not change flows.
        NotFound: The workspace has no such talk.
    """
    require(actor, Permission.FLOWS_EDIT)
    talks = TalkRepository(session, actor.workspace_id)
    await talks.delete(await talks.get(talk_id))


async def list_talks(session: AsyncSession, actor: Actor, *, flow_id: UUID) -> tuple[TalkView, ...]:
    """Return the recorded talks of a flow, oldest first.

    Raises:
        Forbidden: The actor may not see flows.
    """
    require(actor, Permission.FLOWS_VIEW)
    rows = await _talks(session, actor.workspace_id, flow_id)
    return tuple(TalkView(row.id, row.name, row.talk) for row in rows)


async def run_talks(
    session: AsyncSession, actor: Actor, *, flow_id: UUID
) -> list[tuple[TalkView, str]]:
    """Play every recorded talk on the draft; return each with where it differs, empty if nowhere.

    Raises:
        Forbidden: The actor may not see flows.
        NotFound: The workspace has no such flow.
    """
    require(actor, Permission.FLOWS_VIEW)
    row = await FlowRepository(session, actor.workspace_id).get(flow_id)
    return await _run(session, row, Graph.read(row.graph))


async def check_talks(session: AsyncSession, row: Flow, graph: Graph) -> None:
    """Let a graph pass that says what the recorded talks of its flow expect.

    Raises:
        Invalid: One of them differs; the sentence says where.
    """
    for talk, difference in await _run(session, row, graph):
        if difference:
            raise Invalid(
                f"The recorded talk “{talk.name}” fails. {difference}",
                {"talks": [difference]},
            )


async def _run(session: AsyncSession, row: Flow, graph: Graph) -> list[tuple[TalkView, str]]:
    scene = await _scene(session, row.workspace_id, graph)
    titles = {node.id: node.data.title or node.data.noun for node in graph.nodes}
    results: list[tuple[TalkView, str]] = []
    for kept in await _talks(session, row.workspace_id, row.id):
        talk = Talk.read(kept.talk)
        try:
            difference = first_difference(play(DRAFT, scene, talk).turns, talk, titles)
        except Invalid as error:
            difference = error.message
        results.append((TalkView(kept.id, kept.name, kept.talk), difference))
    return results


async def _talks(session: AsyncSession, workspace_id: UUID, flow_id: UUID) -> list[FlowTalk]:
    talks = TalkRepository(session, workspace_id)
    statement = talks.scoped().where(col(FlowTalk.flow_id) == flow_id)
    return list(await talks.all(statement.order_by(col(FlowTalk.id)).limit(MOST_TALKS)))


async def _scene(session: AsyncSession, workspace_id: UUID, graph: Graph) -> Scene:
    """Return the workspace's world with a graph that is not published."""
    workspace = await workspaces.get_workspace(session, workspace_id)
    settings = await workspaces.load_settings(session, workspace_id)
    shelf = Shelf(session, workspace_id)
    await shelf.add(DRAFT, graph)
    named = shelf.template_names()
    rows = await templates.list_approved_anywhere(session, workspace_id, named)
    library = Library(
        shelf.graphs,
        shelf.published,
        {(row.name, row.language): templates.raw_of(row) for row in rows},
    )
    return Scene(
        now=clock.business_now(),
        zone=ZoneInfo(workspace.time_zone),
        library=library,
        locale=workspace.language,
        country=workspace.country or None,
        hours=settings.business_hours,
    )
