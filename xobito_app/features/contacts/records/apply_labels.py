"""The names that sort contacts, without their counts, for menus; and adding one to a contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.records.columns import CUSTOM
from xobito_app.features.contacts.records.contacts import get_contact_view, update_contact
from xobito_app.features.contacts.repository import (
    GroupRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.schemas import ContactDraft, Named, StatusMark

Label = TypeVar("Label", Named, StatusMark)


@dataclass(frozen=True, slots=True)
class Labels:
    """Every name contacts are sorted by."""

    groups: tuple[Named, ...]
    statuses: tuple[StatusMark, ...]
    sources: tuple[Named, ...]


async def list_labels(session: AsyncSession, actor: Actor) -> Labels:
    """Return the groups, statuses and sources of the workspace."""
    workspace_id = actor.workspace_id
    groups = await GroupRepository(session, workspace_id).list_all()
    statuses = await StatusRepository(session, workspace_id).list_all()
    sources = await SourceRepository(session, workspace_id).list_all()
    return Labels(
        groups=tuple(Named(row.id, row.name) for row in groups),
        statuses=tuple(StatusMark(row.id, row.name, row.color) for row in statuses),
        sources=tuple(Named(row.id, row.name) for row in sources),
    )


async def get_group_name(session: AsyncSession, actor: Actor, group_id: UUID) -> str:
    """Return the name of a group.

    Raises:
        NotFound: The workspace has no such group.
    """
    return (await GroupRepository(session, actor.workspace_id).get(group_id)).name


async def add_to_group(
    session: AsyncSession, actor: Actor, *, contact_id: UUID, group_id: UUID
) -> None:
    """Put a contact in a group; one who is in it already stays.

    Raises:
        Forbidden: The actor may not edit contacts.
        Invalid: The workspace has no such group.
        NotFound: The workspace has no such contact.
    """
    contact = await get_contact_view(session, actor, contact_id=contact_id)
    known = {group.id for group in contact.groups}
    draft = ContactDraft(group_ids=[*known, group_id])
    await update_contact(session, actor, contact_id=contact_id, draft=draft)


async def apply_changes(
    session: AsyncSession, actor: Actor, *, contact_id: UUID, changes: Mapping[str, Any]
) -> None:
    """Change a contact as a bot says it: labels by their names, fields by theirs.

    Args:
        session: Where it is changed.
        actor: Who the log says did it.
        contact_id: Whose.
        changes: `status`, `source`, `add_groups`, `remove_groups`, `fields` (`city`,
            `custom.tier` …), `opt_out`; what is left out stays.

    Raises:
        Invalid: There is no such label or field, or a value breaks its rule.
        NotFound: The workspace has no such contact.
    """
    labels = await list_labels(session, actor)
    draft = ContactDraft()
    if status := changes.get("status"):
        draft["status_id"] = _named(labels.statuses, status, "status").id
    if source := changes.get("source"):
        draft["source_id"] = _named(labels.sources, source, "source").id
    if "add_groups" in changes or "remove_groups" in changes:
        added = [_named(labels.groups, name, "group") for name in changes.get("add_groups", ())]
        gone = {name.casefold() for name in changes.get("remove_groups", ())}
        contact = await get_contact_view(session, actor, contact_id=contact_id)
        kept = [group for group in contact.groups if group.name.casefold() not in gone]
        draft["group_ids"] = list(dict.fromkeys(group.id for group in (*kept, *added)))
    if (opted_out := changes.get("opt_out")) is not None:
        draft["opted_out"] = opted_out
    facts: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, value in changes.get("fields", {}).items():
        place, key = (
            (custom, name.removeprefix(CUSTOM)) if name.startswith(CUSTOM) else (facts, name)
        )
        place[key] = value
    if custom:
        draft["custom"] = custom
    await update_contact(
        session, actor, contact_id=contact_id, draft=cast(ContactDraft, {**facts, **draft})
    )


def _named(labels: Iterable[Label], name: str, what: str) -> Label:
    """Return the label of a name, whatever its case.

    Raises:
        Invalid: There is none.
    """
    for label in labels:
        if label.name.casefold() == name.casefold():
            return label
    raise Invalid(f"There is no {what} “{name}”.")
