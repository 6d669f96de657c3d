"""Statuses, sources and groups that a file calls by name: found, or made by whoever may."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.core.permissions import Actor, Permission
from xobito_app.core.text import shorten
from xobito_app.features.contacts.labels import groups, sources, statuses
from xobito_app.features.contacts.repository import (
    GroupRepository,
    SourceRepository,
    StatusRepository,
)

_IMPORTED = "import"
"""The source of contacts whose row names none, when the workspace has one of this name."""
_RULES = {
    "status": (statuses.SHORTEST, statuses.LONGEST, statuses.MOST_STATUSES),
    "source": (1, sources.LONGEST, sources.MOST_SOURCES),
    "groups": (1, groups.LONGEST, groups.MOST_GROUPS),
}
_RIGHTS = {
    "status": Permission.STATUSES_MANAGE,
    "source": Permission.SOURCES_MANAGE,
    "groups": Permission.GROUPS_MANAGE,
}
_CALLED = {"status": "status", "source": "source", "groups": "group"}


class Names:
    """What is called how in a workspace."""

    def __init__(self, session: AsyncSession, actor: Actor, *, is_dry: bool) -> None:
        self._session, self._actor, self._is_dry = session, actor, is_dry
        self._known: dict[str, dict[str, UUID]] = {}
        self.group_names: dict[UUID, str] = {}
        self.status_id: UUID | None = None
        self.source_id: UUID | None = None

    async def load(self, made: Collection[tuple[str, str]]) -> None:
        """Read all names; `made` are those a dry run would have made before."""
        session, workspace_id = self._session, self._actor.workspace_id
        stages = await StatusRepository(session, workspace_id).list_all()
        origins = await SourceRepository(session, workspace_id).list_all()
        labels = await GroupRepository(session, workspace_id).list_all()
        for kind, rows in (("status", stages), ("source", origins), ("groups", labels)):
            self._known[kind] = {row.name.lower(): row.id for row in rows}
        self.group_names = {row.id: row.name for row in labels}
        self.status_id = next((row.id for row in stages if row.is_default), None)
        default = next((row.id for row in origins if row.is_default), None)
        self.source_id = self._known["source"].get(_IMPORTED, default)
        for kind, name in made:
            self._known[kind].setdefault(name, ids.new())

    def problem(self, kind: str, name: str) -> str:
        """Return why a name cannot be used; nothing when it can."""
        known = self._known[kind]
        if name.lower() in known:
            return ""
        shortest, longest, most = _RULES[kind]
        if not self._actor.can(_RIGHTS[kind]):
            return f"There is no {_CALLED[kind]} of this name, and your role may not make one."
        if not shortest <= len(name) <= longest:
            return f"The name of a {_CALLED[kind]} has {shortest} to {longest} characters."
        if len(known) >= most:
            return f"A workspace has no room for another {_CALLED[kind]}: {most} at most."
        return ""

    async def use(self, kind: str, name: str) -> tuple[UUID, bool]:
        """Return what a name without a problem stands for, and whether it was made just now."""
        known = self._known[kind]
        if name.lower() in known:
            return known[name.lower()], False
        made = ids.new() if self._is_dry else await self._make(kind, name)
        known[name.lower()] = made
        self.group_names[made] = shorten(name, 191)
        return made, True

    async def _make(self, kind: str, name: str) -> UUID:
        match kind:
            case "status":
                return (await statuses.create_status(self._session, self._actor, name=name)).id
            case "source":
                return (await sources.create_source(self._session, self._actor, name=name)).id
            case _:
                (named,) = await groups.ensure_groups(self._session, self._actor, [name])
                return named.id
