"""What the flows of a workspace may speak of: its fields, templates, groups, secrets and flows."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.features.contacts import service as contacts
from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.node import Known
from xobito_app.features.flows.engine.problems import names_set_in
from xobito_app.features.flows.repository import FlowRepository, SecretRepository
from xobito_app.features.flows.running.library import load_graphs
from xobito_app.features.templates import service as templates
from xobito_app.models.flows import FlowSecret

MOST_SECRETS = 200


async def load_known(session: AsyncSession, workspace_id: UUID, graph: Graph) -> Known:
    """Return what a graph may speak of; of templates those it names."""
    placeholders = await contacts.list_placeholders(session, workspace_id)
    groups = await contacts.list_groups(session, system_actor(WorkspaceId(workspace_id)))
    secrets = SecretRepository(session, workspace_id)
    names = await secrets.all(secrets.scoped().order_by(col(FlowSecret.name)).limit(MOST_SECRETS))
    return Known(
        names={name for name, _ in placeholders},
        templates=await _templates(session, workspace_id, graph),
        flows=await _flows(session, workspace_id),
        groups=[group.name for group in groups],
        secrets=[secret.name for secret in names],
    )


async def _templates(
    session: AsyncSession, workspace_id: UUID, graph: Graph
) -> dict[tuple[str, str], list[str]]:
    named = {
        (told["template_name"], told["template_language"])
        for node in graph.nodes
        if node.kind == "template" and (told := node.data.model_dump())["template_name"]
    }
    found: dict[tuple[str, str], list[str]] = {}
    for row in await templates.list_approved_anywhere(session, workspace_id, named):
        variables = templates.read_template(row).variables
        found[row.name, row.language] = [one.key for one in variables if not one.optional]
    return found


async def _flows(session: AsyncSession, workspace_id: UUID) -> dict[str, list[str]]:
    published = await FlowRepository(session, workspace_id).list_published()
    versions = {flow.published_id: flow for flow in published if flow.published_id}
    graphs = await load_graphs(session, workspace_id, list(versions))
    return {
        str(versions[version_id].id): sorted(names_set_in(graph))
        for version_id, graph in graphs.items()
    }
