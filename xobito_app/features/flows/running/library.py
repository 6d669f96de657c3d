"""The graphs and templates a turn may need, loaded before it; graphs are parsed once a process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.flows.engine.graph import Graph
from xobito_app.features.flows.engine.nodes.goto import Goto
from xobito_app.features.flows.engine.nodes.template import Template as TemplateNode
from xobito_app.features.flows.engine.scene import Library
from xobito_app.features.flows.repository import FlowRepository, VersionRepository
from xobito_app.features.templates import service as templates
from xobito_app.models.templates import Template

MOST_GRAPHS = 200
"""Parsed graphs one process keeps; a version never changes, so none grows old."""
_graphs: OrderedDict[UUID, Graph] = OrderedDict()


async def load_graphs(
    session: AsyncSession, workspace_id: UUID, version_ids: Collection[UUID]
) -> dict[UUID, Graph]:
    """Return published graphs by the id of their version."""
    missing = [one for one in set(version_ids) if one not in _graphs]
    if missing:
        found = await VersionRepository(session, workspace_id).list_by_ids(missing)
        for version in found.values():
            _graphs[version.id] = Graph.read(version.graph)
    graphs: dict[UUID, Graph] = {}
    for version_id in set(version_ids):
        if graph := _graphs.get(version_id):
            graphs[version_id] = graph
            _graphs.move_to_end(version_id)
    while len(_graphs) > MOST_GRAPHS:
        _graphs.popitem(last=False)
    return graphs


class Shelf:
    """What the talks of one batch may need of a workspace's graphs and templates."""

    def __init__(self, session: AsyncSession, workspace_id: UUID) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.graphs: dict[str, Graph] = {}
        self.published: dict[str, str] = {}
        self.templates: dict[tuple[UUID, str, str], Template] = {}

    async def fetch(self, version_ids: Collection[UUID]) -> None:
        """Load versions, and those of the flows they may go to."""
        wanted = {one for one in version_ids if str(one) not in self.graphs}
        while wanted:
            loaded = await load_graphs(self.session, self.workspace_id, wanted)
            self.graphs |= {str(one): graph for one, graph in loaded.items()}
            wanted = await self._called_by(loaded.values())

    async def _called_by(self, graphs: Collection[Graph]) -> set[UUID]:
        """Return the published versions of flows that are called and not loaded yet."""
        called = {
            node.data.flow_id
            for graph in graphs
            for node in graph.nodes
            if isinstance(node.data, Goto) and node.data.flow_id
        }
        fresh = [UUID(one) for one in called - self.published.keys() if _is_id(one)]
        if not fresh:
            return set()
        flows = await FlowRepository(self.session, self.workspace_id).list_by_ids(fresh)
        now = {str(flow.id): flow.published_id for flow in flows.values() if flow.published_id}
        self.published |= {flow_id: str(version_id) for flow_id, version_id in now.items()}
        return {version_id for version_id in now.values() if str(version_id) not in self.graphs}

    @property
    def asks_of_contacts(self) -> bool:
        """Whether any of the graphs speaks of the contact, or looks at its groups."""
        return any(graph.asks_of_contacts for graph in self.graphs.values())

    async def add(self, version: str, graph: Graph) -> None:
        """Take a graph in that is not published, and load the flows it may go to."""
        self.graphs[version] = graph
        await self.fetch(await self._called_by([graph]))

    def template_names(self) -> set[tuple[str, str]]:
        """Return the names and languages of the templates the graphs may send."""
        return {
            (node.data.template_name, node.data.template_language)
            for graph in self.graphs.values()
            for node in graph.nodes
            if isinstance(node.data, TemplateNode) and node.data.template_name
        }

    async def fetch_templates(self, connection_id: UUID) -> None:
        """Load the approved templates of an account that the graphs name."""
        missing = {
            key for key in self.template_names() if (connection_id, *key) not in self.templates
        }
        for row in await templates.list_approved_named(
            self.session, self.workspace_id, connection_id, missing
        ):
            self.templates[connection_id, row.name, row.language] = row

    def library(self, connection_id: UUID | None) -> Library:
        """Return what a talk on an account's number may see."""
        raw: Mapping[tuple[str, str], Mapping[str, Any]] = {
            (name, language): templates.raw_of(row)
            for (account, name, language), row in self.templates.items()
            if account == connection_id
        }
        return Library(self.graphs, self.published, raw)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
