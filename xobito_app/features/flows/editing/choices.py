"""What the editor offers: kinds of nodes, and what of the workspace a node may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.contacts import service as contacts
from xobito_app.features.flows.engine.kinds import kinds
from xobito_app.features.flows.repository import FlowRepository
from xobito_app.features.templates import service as templates
from xobito_app.features.workspaces import service as workspaces
from xobito_app.models.flows import Flow

Pair = tuple[str, str]
MOST = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """Values and what people call them, by what they are for.

    Attributes:
        blanks: By the name and language of a template, its blanks.
    """

    contact_fields: tuple[Pair, ...] = ()
    groups: tuple[Pair, ...] = ()
    statuses: tuple[Pair, ...] = ()
    sources: tuple[Pair, ...] = ()
    assignees: tuple[Pair, ...] = ()
    flows: tuple[Pair, ...] = ()
    templates: tuple[Pair, ...] = ()
    blanks: Mapping[str, tuple[Pair, ...]] = field(default_factory=dict[str, tuple[Pair, ...]])


def node_nouns() -> dict[str, str]:
    """Return what people call each kind of node."""
    return {name: kind.noun for name, kind in kinds().items()}


def node_defaults(kind: str) -> dict[str, Any]:
    """Return what the fields of a kind are while nobody said anything."""
    return kinds()[kind]().model_dump(mode="json", exclude_none=True)


def fixed_ports(kind: str) -> tuple[str, ...]:
    """Return the ways out a node of a kind always has, without those of its rows."""
    return kinds()[kind]().ports


async def list_choices(session: AsyncSession, actor: Actor) -> Choices:
    """Return what nodes may name in this workspace.

    Raises:
        Forbidden: The actor may not see flows.
    """
    require(actor, Permission.FLOWS_VIEW)
    labels = await contacts.list_labels(session, actor)
    fields = await contacts.list_placeholders(session, actor.workspace_id)
    people = await workspaces.list_answerers(session, actor.workspace_id)
    roles = sorted({person.role for person in people if person.role})
    flows = FlowRepository(session, actor.workspace_id)
    rows = await flows.all(flows.scoped().order_by(col(Flow.name)).limit(MOST))
    approved = await templates.list_all_approved(session, actor.workspace_id, limit=MOST)
    return Choices(
        contact_fields=tuple((name.removeprefix(contacts.PREFIX), label) for name, label in fields),
        groups=tuple((one.name, one.name) for one in labels.groups),
        statuses=tuple((one.name, one.name) for one in labels.statuses),
        sources=tuple((one.name, one.name) for one in labels.sources),
        assignees=(
            ("nobody", "Nobody: it waits in Unassigned"),
            ("rota", "Whose turn it is"),
            *((f"role:{role}", f"Somebody with the role {role}") for role in roles),
            *((f"person:{person.email}", person.name) for person in people),
        ),
        flows=tuple((str(row.id), row.name) for row in rows),
        templates=tuple((row.name, row.language) for row in approved),
        blanks={
            f"{row.name}|{row.language}": tuple(
                (one.key, one.label) for one in templates.read_template(row).variables
            )
            for row in approved
        },
    )
