"""Groups: labels of which a contact may have any number."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import ChangeType, Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.change_events import TOLD_AT_ONCE, tell_contacts
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.repository import GroupRepository, MemberRepository
from xobito_app.features.contacts.schemas import GroupView, Named
from xobito_app.models.contacts import ContactGroup
from xobito_app.persistence.unit_of_work import announce

LONGEST = 191
MOST_GROUPS = 500
SEPARATORS = frozenset(";|")
"""They stand between the names of groups in files."""


async def list_groups(session: AsyncSession, actor: Actor) -> list[GroupView]:
    """Return the groups by name, with how many contacts are in each."""
    require(actor, Permission.CONTACTS_VIEW, Permission.GROUPS_MANAGE)
    counts = await MemberRepository(session, actor.workspace_id).count_by_group()
    rows = await GroupRepository(session, actor.workspace_id).list_all()
    return [_view(row, counts.get(row.id, 0)) for row in rows]


async def get_group(session: AsyncSession, actor: Actor, *, group_id: UUID) -> GroupView:
    """Return one group.

    Raises:
        NotFound: The workspace has no such group.
    """
    require(actor, Permission.CONTACTS_VIEW, Permission.GROUPS_MANAGE)
    row = await GroupRepository(session, actor.workspace_id).get(group_id)
    return _view(row, await MemberRepository(session, actor.workspace_id).count(group_id))


async def create_group(session: AsyncSession, actor: Actor, *, name: str) -> GroupView:
    """Add a group.

    Raises:
        Forbidden: The actor may not manage groups.
        Invalid: The name is empty, too long or taken.
    """
    require(actor, Permission.GROUPS_MANAGE)
    line = _name(name)
    groups = GroupRepository(session, actor.workspace_id)
    await _check_free(groups, line)
    return _view((await _add(session, actor, [line]))[line], 0)


async def ensure_groups(session: AsyncSession, actor: Actor, names: Sequence[str]) -> list[Named]:
    """Return the groups with these names, made when missing.

    Raises:
        Invalid: A name breaks its rule, or is new and the actor may not make groups.
    """
    spelled: dict[str, str] = {}
    for line in (_name(name, field="groups") for name in names):
        spelled.setdefault(line.lower(), line)
    lines = list(spelled.values())
    groups = GroupRepository(session, actor.workspace_id)
    known = await groups.list_by_names(lines)
    missing = [line for line in lines if line not in known]
    if missing and not actor.can(Permission.GROUPS_MANAGE):
        raise Invalid.field(
            "groups", f"There is no group “{missing[0]}”, and your role may not make groups."
        )
    if missing:
        # Sorted, so that two who make the same groups at once do not wait for one another.
        known |= await _add(session, actor, sorted(missing))
    found = {known[line].id: Named(known[line].id, known[line].name) for line in lines}
    return list(found.values())


async def update_group(
    session: AsyncSession, actor: Actor, *, group_id: UUID, name: str
) -> GroupView:
    """Rename a group.

    Raises:
        Forbidden: The actor may not manage groups.
        Invalid: The name is empty, too long or taken.
        NotFound: The workspace has no such group.
    """
    require(actor, Permission.GROUPS_MANAGE)
    line = _name(name)
    groups = GroupRepository(session, actor.workspace_id)
    row = await groups.get(group_id, lock=True)
    await _check_free(groups, line, except_id=group_id)
    async with integrity_as_invalid(session):
        row.name, row.updated_at = line, clock.now()
        session.add(row)
    _tell(session, actor, "group.updated", row)
    return _view(row, await MemberRepository(session, actor.workspace_id).count(group_id))


async def delete_group(
    session: AsyncSession, actor: Actor, *, group_id: UUID, replace_with: UUID | None = None
) -> None:
    """Delete a group; its contacts go into the replacement, or merely lose it.

    Raises:
        Forbidden: The actor may not manage groups.
        Invalid: The replacement does not exist.
        NotFound: The workspace has no such group.
    """
    require(actor, Permission.GROUPS_MANAGE)
    groups = GroupRepository(session, actor.workspace_id)
    members = MemberRepository(session, actor.workspace_id)
    row = await groups.get(group_id, lock=True)
    if replace_with and (replace_with == group_id or await groups.find(replace_with) is None):
        raise Invalid.field("replace_with", "This group no longer exists.")
    contact_ids = await members.list_contact_ids(group_id)
    for start in range(0, len(contact_ids), TOLD_AT_ONCE):
        part = contact_ids[start : start + TOLD_AT_ONCE]
        before = await members.names_of(part)
        await members.remove(part, [group_id])
        if replace_with:
            await members.add(part, [replace_with])
        originals = {contact_id: {"groups": before.get(contact_id, [])} for contact_id in part}
        await tell_contacts(session, actor.workspace_id, ChangeType.UPDATED, originals)
    _tell(session, actor, "group.deleted", row)
    await groups.delete(row)


async def _check_free(groups: GroupRepository, line: str, *, except_id: UUID | None = None) -> None:
    taken = await groups.one_or_none(
        groups.scoped().where(func.lower(col(ContactGroup.name)) == line.lower())
    )
    if taken and taken.id != except_id:
        raise Invalid.field("name", "There is already a group with this name.")


async def _add(
    session: AsyncSession, actor: Actor, names: Sequence[str]
) -> dict[str, ContactGroup]:
    """Return the groups with these names, those that were missing made and told of."""
    groups = GroupRepository(session, actor.workspace_id)
    if await groups.count() + len(names) > MOST_GROUPS:
        raise Invalid.field("groups", f"A workspace has at most {MOST_GROUPS} groups.")
    made = await groups.insert_missing(names)
    found = await groups.list_by_names(names)
    for row in found.values():
        if row.id in made:
            _tell(session, actor, "group.created", row)
    return found


def _name(name: str, *, field: str = "name") -> str:
    line = one_line(str(name))
    if not 1 <= len(line) <= LONGEST:
        raise Invalid.field(field, f"Write a group name of 1 to {LONGEST} characters.")
    if set(line) & SEPARATORS:
        raise Invalid.field(field, "A group name has no ; and no | in it: they part names.")
    return line


def _tell(session: AsyncSession, actor: Actor, action: str, row: ContactGroup) -> None:
    activity.record(session, actor, action, about="group", object_id=row.id, name=row.name)
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)


def _view(row: ContactGroup, contacts: int) -> GroupView:
    return taken_from(row, GroupView, contacts=contacts)
