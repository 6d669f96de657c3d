"""The address book: making, changing and deleting contacts by hand or through REST."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, phone
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.events import ChangeType
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line, shorten
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.change_events import plain, tell_contacts
from xobito_app.features.contacts.constraint_errors import integrity_as_invalid
from xobito_app.features.contacts.labels.custom_fields import load_fields, read_values
from xobito_app.features.contacts.labels.groups import ensure_groups
from xobito_app.features.contacts.records import drafts
from xobito_app.features.contacts.records.catalogue import REFERENCES
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.repository import (
    ContactRepository,
    GroupRepository,
    IdentityRepository,
    MemberRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.rules import name_of
from xobito_app.features.contacts.schemas import ContactDraft, ContactView, Named
from xobito_app.features.workspaces import service as workspaces
from xobito_app.features.workspaces.service import member_name
from xobito_app.models.contacts import Contact, IdentityKind

MOST_AT_ONCE = 1000
"""Contacts deleted in one go; more is a background job."""
MOST_GROUPS = 50

Errors = dict[str, list[str]]


async def create_contact(
    session: AsyncSession, actor: Actor, *, draft: ContactDraft
) -> ContactView:
    """Add a contact; status and source are the defaults unless given.

    Raises:
        Forbidden: The actor may not add contacts.
        Invalid: With every field that is wrong; a number or address somebody has names them.
    """
    require(actor, Permission.CONTACTS_CREATE)
    errors: Errors = {}
    if not one_line(str(draft.get("phone") or "")):
        errors["phone"] = ["Write a phone number."]
    row = Contact(workspace_id=actor.workspace_id, phone=None)
    values = await _judge(session, actor, draft, row, errors, is_new=True)
    groups = await _groups(session, actor, draft, errors)
    _refuse(errors)
    for field, value in values.items():
        setattr(row, field, value)
    async with integrity_as_invalid(session):
        session.add(row)
    if groups:
        await MemberRepository(session, actor.workspace_id).add([row.id], [g.id for g in groups])
    activity.record(
        session, actor, "contact.created", about="contact", object_id=row.id, name=name_of(row)
    )
    await tell_contacts(session, actor.workspace_id, ChangeType.CREATED, [row.id])
    return (await load_views(session, actor.workspace_id, [row.id]))[row.id]


async def update_contact(
    session: AsyncSession, actor: Actor, *, contact_id: UUID, draft: ContactDraft
) -> ContactView:
    """Change the given fields of a contact; what is the same already is no change.

    Raises:
        Forbidden: The actor may not edit contacts.
        Invalid: With every field that is wrong.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_EDIT)
    row = await ContactRepository(session, actor.workspace_id).get(contact_id, lock=True)
    before = (await load_views(session, actor.workspace_id, [contact_id]))[contact_id]
    errors: Errors = {}
    values = await _judge(session, actor, draft, row, errors, is_new=False)
    groups = await _groups(session, actor, draft, errors)
    _refuse(errors)
    original = {
        field: getattr(row, field)
        for field, value in values.items()
        if getattr(row, field) != value
    }
    async with integrity_as_invalid(session):
        for field in original:
            setattr(row, field, values[field])
        session.add(row)
    if "custom" in original:
        original["custom"] = _changed_slugs(original["custom"], row.custom)
    if groups is not None and {g.id for g in groups} != {g.id for g in before.groups}:
        original["groups"] = [group.name for group in before.groups]
        await _set_groups(session, row, before, groups)
    if not original:
        return before
    row.updated_at = clock.now()
    session.add(row)
    await session.flush()
    after = (await load_views(session, actor.workspace_id, [contact_id]))[contact_id]
    activity.record(
        session,
        actor,
        "contact.updated",
        about="contact",
        object_id=contact_id,
        name=after.name,
        changes={field: [_said(before, field), _said(after, field)] for field in original},
    )
    await tell_contacts(session, actor.workspace_id, ChangeType.UPDATED, {contact_id: original})
    return after


async def delete_contact(session: AsyncSession, actor: Actor, *, contact_id: UUID) -> None:
    """Delete a contact with its conversations.

    Raises:
        Forbidden: The actor may not delete contacts.
        NotFound: The workspace has no such contact.
    """
    if not await delete_contacts(session, actor, contact_ids=[contact_id]):
        raise NotFound(ContactRepository.missing)


async def delete_contacts(
    session: AsyncSession, actor: Actor, *, contact_ids: Collection[UUID]
) -> int:
    """Delete the contacts among these ids with their conversations, and return how many.

    Raises:
        Forbidden: The actor may not delete contacts.
        Invalid: They are more than a thousand.
    """
    require(actor, Permission.CONTACTS_DELETE)
    if len(contact_ids) > MOST_AT_ONCE:
        raise Invalid(f"Delete at most {MOST_AT_ONCE} contacts at once.")
    contacts = ContactRepository(session, actor.workspace_id)
    rows = await contacts.list_by_ids(list(contact_ids))
    if len(rows) == 1:
        (row,) = rows.values()
        activity.record(
            session, actor, "contact.deleted", about="contact", object_id=row.id, name=name_of(row)
        )
    elif rows:
        activity.record(
            session, actor, "contact.deleted", about="contact", name=f"{len(rows)} contacts"
        )
    await tell_contacts(session, actor.workspace_id, ChangeType.DELETED, list(rows))
    await contacts.delete_ids(list(rows))
    return len(rows)


async def get_contact_view(session: AsyncSession, actor: Actor, *, contact_id: UUID) -> ContactView:
    """Return one contact.

    Raises:
        Forbidden: The actor may not see contacts.
        NotFound: The workspace has no such contact.
    """
    require(actor, Permission.CONTACTS_VIEW)
    views = await load_views(session, actor.workspace_id, [contact_id])
    if contact_id not in views:
        raise NotFound(ContactRepository.missing)
    return views[contact_id]


async def find_phone_owner(
    session: AsyncSession, workspace_id: UUID, number: str
) -> Contact | None:
    """Return whose number it is, in any of its national variants or as Meta's name for somebody."""
    ways = phone.variants(number)
    contacts = ContactRepository(session, workspace_id)
    for held in (await contacts.list_by_phones(ways)).values():
        return held
    names = [(IdentityKind.WA_ID, way.removeprefix("+")) for way in ways]
    owners = await IdentityRepository(session, workspace_id).owners(names)
    for owner in owners.values():
        return await contacts.find(owner)
    return None


async def _judge(
    session: AsyncSession,
    actor: Actor,
    draft: ContactDraft,
    row: Contact,
    errors: Errors,
    *,
    is_new: bool,
) -> dict[str, Any]:
    """Return the columns a draft sets, with every rule looked at."""
    workspace = await workspaces.get_workspace(session, actor.workspace_id)
    given: Mapping[str, Any] = draft
    values = drafts.read_facts(given, workspace.country, errors)
    if is_new and values.get("phone") is None:
        values.pop("phone", None)
    await _unique(session, row, values, errors)
    values |= await _references(session, actor, draft, errors, is_new=is_new)
    if "opted_out" in draft and draft["opted_out"] != (row.opted_out_at is not None):
        out = draft["opted_out"]
        values["opted_out_at"] = clock.now() if out else None
        reason = values.get("opt_out_reason") or shorten(f"Set by {actor.name}", 255)
        values["opt_out_reason"] = reason if out else ""
    if is_new or "custom" in draft:
        fields = await load_fields(session, actor.workspace_id)
        held = None if is_new else row.custom
        values["custom"] = read_values(fields, draft.get("custom") or {}, held, errors)
    return values


async def _unique(
    session: AsyncSession, row: Contact, values: Mapping[str, Any], errors: Errors
) -> None:
    contacts = ContactRepository(session, row.workspace_id)
    number, email = values.get("phone"), values.get("email")
    if number and number != row.phone:
        # Two variants of one number violate no index: whoever comes second waits and then sees.
        await contacts.lock_names(f"{row.workspace_id} {min(phone.variants(number))}")
        owner = await find_phone_owner(session, row.workspace_id, number)
        if owner and owner.id != row.id:
            errors["phone"] = [f"This number already belongs to {shorten(name_of(owner), 60)}."]
    elif "phone" in values and number is None and row.phone:
        identities = await IdentityRepository(session, row.workspace_id).list_user_ids([row.id])
        if not identities:
            errors["phone"] = ["A contact needs a phone number."]
    if email and email != row.email:
        owner = await contacts.find_by_email(email)
        if owner and owner.id != row.id:
            errors["email"] = [f"This address already belongs to {shorten(name_of(owner), 60)}."]


async def _references(
    session: AsyncSession, actor: Actor, draft: ContactDraft, errors: Errors, *, is_new: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, repository, what in (
        ("status_id", StatusRepository, "status"),
        ("source_id", SourceRepository, "source"),
    ):
        if not is_new and field not in draft:
            continue
        rows = await repository(session, actor.workspace_id).list_all()
        wanted = draft.get(field)
        has_default = is_new or what == "status"
        chosen = next(
            (r for r in rows if (r.id == wanted if wanted else r.is_default and has_default)), None
        )
        if chosen is None and wanted:
            errors[field] = [f"This {what} does not exist."]
        found[field] = chosen.id if chosen else None
    if "assignee_id" in draft:
        found["assignee_id"] = assignee = draft["assignee_id"]
        try:
            if assignee:
                await member_name(session, actor.workspace_id, assignee)
        except NotFound:
            errors["assignee_id"] = ["This person is not active in the workspace."]
    return found


async def _groups(
    session: AsyncSession, actor: Actor, draft: ContactDraft, errors: Errors
) -> list[Named] | None:
    """Return the groups the contact shall be in; None when the draft does not say."""
    if "groups" not in draft and "group_ids" not in draft:
        return None
    wanted = list(draft.get("group_ids") or ())
    names = list(draft.get("groups") or ())
    if len(wanted) + len(names) > MOST_GROUPS:
        errors["groups"] = [f"A contact is in at most {MOST_GROUPS} groups."]
        return None
    known = await GroupRepository(session, actor.workspace_id).list_by_ids(wanted)
    if missing := set(wanted) - known.keys():
        errors["group_ids"] = [f"There is no group {min(map(str, missing))}."]
    found = {group.id: Named(group.id, group.name) for group in known.values()}
    if names and not errors:
        # Last, and only when nothing else is wrong: a refused contact leaves no new group.
        try:
            found |= {named.id: named for named in await ensure_groups(session, actor, names)}
        except Invalid as reason:
            errors.update(reason.fields)
    return list(found.values())


async def _set_groups(
    session: AsyncSession, row: Contact, before: ContactView, groups: Collection[Named]
) -> None:
    members = MemberRepository(session, row.workspace_id)
    old, new = {group.id for group in before.groups}, {group.id for group in groups}
    async with integrity_as_invalid(session):
        await members.remove([row.id], old - new)
        await members.add([row.id], new - old)


def _refuse(errors: Errors) -> None:
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def _changed_slugs(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    slugs = [slug for slug in {**old, **new} if old.get(slug) != new.get(slug)]
    return {slug: old.get(slug) for slug in slugs}


def _said(view: ContactView, field: str) -> Any:
    """Return a field's value as the activity log tells it: names, and long texts shortened."""
    value = getattr(view, REFERENCES.get(field, field))
    if field == "groups":
        return [group.name for group in view.groups]
    if field in REFERENCES:
        return value.name if value else ""
    return shorten(value, 191) if isinstance(value, str) else plain(value)
