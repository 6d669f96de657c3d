"""Statuses, sources and groups that a file calls by name: known, missing, or made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.core.permissions import Actor, Permission
from xobito_app.features.contacts.labels import groups, sources, statuses
from xobito_app.features.contacts.repository import (
    GroupRepository,
    SourceRepository,
    StatusRepository,
)

NAMED_AT_MOST = 20
"""Missing labels that a dry run names; of more it says how many there are."""
_IMPORTED = "import"
"""The source of contacts whose row names none, when the workspace has one of this name."""


@dataclass(frozen=True, slots=True)
class _Kind:
    called: str
    plural: str
    shortest: int
    longest: int
    most: int
    right: Permission


_KINDS: Mapping[str, _Kind] = {
    "status": _Kind(
        "status",
        "statuses",
        statuses.SHORTEST,
        statuses.LONGEST,
        statuses.MOST_STATUSES,
        Permission.STATUSES_MANAGE,
    ),
    "source": _Kind(
        "source", "sources", 1, sources.LONGEST, sources.MOST_SOURCES, Permission.SOURCES_MANAGE
    ),
    "groups": _Kind(
        "group", "groups", 1, groups.LONGEST, groups.MOST_GROUPS, Permission.GROUPS_MANAGE
    ),
}


@dataclass(frozen=True, slots=True)
class NewLabel:
    """A label that a file needs; `label_id` stands for it until it is made."""

    kind: str
    name: str
    label_id: UUID = field(default_factory=ids.new)

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return self.kind, self.name.lower()


@dataclass(frozen=True, slots=True)
class Labels:
    """What is called how in a workspace, and what may be made.

    Attributes:
        known: Ids by kind and name in small letters.
        may_create: Whether missing ones are made, where the actor may.
        status_id: Of contacts whose row names no status; likewise `source_id`.
    """

    known: Mapping[tuple[str, str], UUID]
    group_names: Mapping[UUID, str]
    makable: frozenset[str]
    may_create: bool
    status_id: UUID | None
    source_id: UUID | None

    def split(self, kind: str, given: str) -> list[str]:
        """Return the names in a part of a cell: groups stand in a row, unless one has that name."""
        if kind != "groups" or (kind, given.lower()) in self.known:
            return [given]
        return [name for part in given.split(",") if (name := part.strip())]

    def refusal(self, kind: str, name: str, made: int) -> str:
        """Return why a missing name cannot be made; nothing when it could be.

        Args:
            made: How many of the kind are made by this file already.
        """
        rules = _KINDS[kind]
        if kind not in self.makable:
            return f"There is no {rules.called} of this name, and your role may not make one."
        if not rules.shortest <= len(name) <= rules.longest:
            return (
                f"The name of a {rules.called} has {rules.shortest} to {rules.longest} characters."
            )
        if made + sum(known == kind for known, _ in self.known) >= rules.most:
            return f"A workspace has no room for another {rules.called}: {rules.most} at most."
        return ""


def summary(labels: Iterable[NewLabel]) -> dict[str, dict[str, Any]]:
    """Return how many labels of each kind are missing, and some of their names, to be stored."""
    by_kind: dict[str, list[str]] = {}
    for label in labels:
        by_kind.setdefault(label.kind, []).append(label.name)
    return {
        kind: {"count": len(names), "names": names[:NAMED_AT_MOST]}
        for kind, names in by_kind.items()
    }


def announcement(stored: Mapping[str, Mapping[str, Any]], *, may_create: bool) -> str:
    """Return what a dry run says about missing labels: “2 statuses would be made: Hot, Cold.”.

    Args:
        stored: What `summary` returned.
    """
    sentences = []
    for kind, rules in _KINDS.items():
        if (found := stored.get(kind)) is None:
            continue
        count, names = found["count"], ", ".join(found["names"])
        more = ", …" if count > len(found["names"]) else ""
        what = rules.called if count == 1 else rules.plural
        does = "would be made" if may_create else "does not exist" if count == 1 else "do not exist"
        sentences.append(f"{count:,} {what} {does}: {names}{more}.")
    return " ".join(sentences)


def missing_sentence(kind: str) -> str:
    """Return what to do about a name that nothing has, when the import may not make it."""
    called = _KINDS[kind].called
    return f"There is no {called} of this name. Add it, or let the import make missing ones."


async def load_labels(session: AsyncSession, *, actor: Actor, may_create: bool) -> Labels:
    """Read all labels of the workspace."""
    workspace_id = actor.workspace_id
    stages = await StatusRepository(session, workspace_id).list_all()
    origins = await SourceRepository(session, workspace_id).list_all()
    teams = await GroupRepository(session, workspace_id).list_all()
    known = {
        (kind, row.name.lower()): row.id
        for kind, rows in (("status", stages), ("source", origins), ("groups", teams))
        for row in rows
    }
    default = next((row.id for row in origins if row.is_default), None)
    return Labels(
        known=known,
        group_names={row.id: row.name for row in teams},
        makable=frozenset(kind for kind, rules in _KINDS.items() if actor.can(rules.right)),
        may_create=may_create,
        status_id=next((row.id for row in stages if row.is_default), None),
        source_id=known.get(("source", _IMPORTED), default),
    )


async def make_label(session: AsyncSession, label: NewLabel, *, actor: Actor) -> UUID:
    """Make a label and return its id.

    Raises:
        Invalid: Somebody made it in the same moment.
    """
    match label.kind:
        case "status":
            return (await statuses.create_status(session, actor, name=label.name)).id
        case "source":
            return (await sources.create_source(session, actor, name=label.name)).id
        case _:
            (named,) = await groups.ensure_groups(session, actor, [label.name])
            return named.id
