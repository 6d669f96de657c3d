"""Making one contact of two: with a look before, and a way back for thirty days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app import registry
from xobito_app.core import clock, ids
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.core.events import ChangeType
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import shorten
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.change_events import tell_contacts
from xobito_app.features.contacts.merging import merge_rows
from xobito_app.features.contacts.merging.merge_rows import MergedField
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.contacts.rules import name_of
from xobito_app.features.contacts.schemas import ContactView
from xobito_app.models.contact_work import ContactMerge
from xobito_app.models.contacts import Contact
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.snapshots import Document, restore, row_of

UNDO_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do."""

    keep: ContactView
    drop: ContactView
    fields: tuple[MergedField, ...]
    threads: int
    messages: int
    notes: int


@dataclass(frozen=True, slots=True)
class MergeView:
    """A merge that happened; `undo_until` is empty once it was undone."""

    id: UUID
    kept_id: UUID
    kept_name: str
    dropped_name: str
    actor_name: str
    merged_at: datetime
    undone_at: datetime | None
    undo_until: datetime | None


class MergeRepository(Repository[ContactMerge]):
    """Merges of one workspace."""

    missing = "This merge no longer exists."


async def preview_merge(
    session: AsyncSession, actor: Actor, *, keep_id: UUID, drop_id: UUID
) -> MergePreview:
    """Return fact by fact what a merge would do.

    Raises:
        Forbidden: The actor may not see contacts.
        Invalid: Both are the same contact.
        NotFound: One of them does not exist.
    """
    require(actor, Permission.CONTACTS_VIEW)
    keep, drop = await _both(session, actor, keep_id, drop_id)
    views = await load_views(session, actor.workspace_id, [keep_id, drop_id])
    changes = merge_rows.combine(keep, drop)
    counts = await _count(session, actor.workspace_id, drop_id)
    return MergePreview(
        keep=views[keep_id],
        drop=views[drop_id],
        fields=tuple(merge_rows.preview(views[keep_id], views[drop_id], changes)),
        threads=counts["threads"],
        messages=counts["messages"],
        notes=await merge_rows.count_notes(session, actor.workspace_id, drop_id),
    )


async def _count(session: AsyncSession, workspace_id: UUID, contact_id: UUID) -> Counter[str]:
    counts: Counter[str] = Counter()
    for follower in registry.merge_followers():
        if follower.count:
            counts.update(await follower.count(session, workspace_id, contact_id))
    return counts


async def merge_contacts(
    session: AsyncSession, actor: Actor, *, keep_id: UUID, drop_id: UUID
) -> MergeView:
    """Make one contact of two: everything of the dropped one goes to the kept one.

    Raises:
        Forbidden: The actor may not both edit and delete contacts.
        Invalid: Both are the same contact.
        NotFound: One of them does not exist.
    """
    require(actor, Permission.CONTACTS_EDIT)
    require(actor, Permission.CONTACTS_DELETE)
    workspace_id = actor.workspace_id
    keep, drop = await _both(session, actor, keep_id, drop_id, lock=True)
    merge = ContactMerge(
        id=ids.new(),
        workspace_id=workspace_id,
        kept_id=keep_id,
        dropped_id=drop_id,
        kept_name=shorten(name_of(keep), 255),
        dropped_name=shorten(name_of(drop), 255),
        user_id=actor.user_id,
        actor_name=shorten(actor.name, 191),
    )
    changes = merge_rows.combine(keep, drop)
    before = {name: row_of(keep)[name] for name in changes}
    moved: Document = {"dropped": row_of(drop), "before": before}
    moved["followers"] = {
        follower.name: await follower.take(session, workspace_id, keep_id, drop_id)
        for follower in registry.merge_followers()
    }
    moved |= await merge_rows.move_rows(session, workspace_id, keep_id, drop_id)
    # Told while it stands; its number and address are free only when it is gone.
    await tell_contacts(session, workspace_id, ChangeType.DELETED, [drop_id])
    await session.delete(drop)
    await session.flush()
    for name, value in changes.items():
        setattr(keep, name, value)
    keep.updated_at = clock.now()
    session.add(keep)
    await session.flush()
    after = row_of(keep)
    moved["after"] = {name: after[name] for name in changes}
    number = moved["dropped"]["phone"]
    moved["added_identity"] = await merge_rows.remember_number(
        session, workspace_id, keep_id, number if number != keep.phone else None
    )
    merge.moved = moved
    session.add(merge)
    _note(session, actor, "contact.merged", keep, other=merge.dropped_name)
    original = {**before}
    if moved["groups_added"]:
        original["groups"] = moved["groups_before"]
    await tell_contacts(session, workspace_id, ChangeType.UPDATED, {keep_id: original})
    return view_of(merge)


async def undo_merge(session: AsyncSession, actor: Actor, *, merge_id: UUID) -> MergeView:
    """Part two merged contacts again; what people changed since stays with the kept one.

    Raises:
        Conflict: It is undone already, or too long ago.
        Forbidden: The actor may not both edit and add contacts.
        Invalid: Somebody else has the number or address by now.
        NotFound: The workspace has no such merge, or the kept contact is gone.
    """
    require(actor, Permission.CONTACTS_EDIT)
    require(actor, Permission.CONTACTS_CREATE)
    workspace_id = actor.workspace_id
    merge = await MergeRepository(session, workspace_id).get(merge_id, lock=True)
    if merge.undone_at is not None:
        raise Conflict("This merge is undone already.")
    if clock.now() - merge.merged_at > UNDO_FOR:
        raise Conflict(f"A merge can be undone for {UNDO_FOR.days} days.")
    contacts = ContactRepository(session, workspace_id)
    keep = await contacts.get(merge.kept_id, lock=True)
    moved = merge.moved
    was = row_of(keep)
    restore(keep, moved["before"], moved["after"])
    keep.updated_at = clock.now()
    session.add(keep)
    await session.flush()
    await merge_rows.forget_number(session, workspace_id, moved["added_identity"])
    drop = await merge_rows.restore_contact(session, workspace_id, moved["dropped"])
    await merge_rows.give_rows_back(session, workspace_id, keep.id, drop.id, moved)
    for follower in reversed(registry.merge_followers()):
        if follower.name in moved["followers"]:
            await follower.give_back(
                session, workspace_id, keep.id, drop.id, moved["followers"][follower.name]
            )
    merge.undone_at = clock.now()
    session.add(merge)
    _note(session, actor, "contact.merge_undone", keep, other=merge.dropped_name)
    await tell_contacts(session, workspace_id, ChangeType.CREATED, [drop.id])
    now = row_of(keep)
    original: Document = {n: was[n] for n in moved["before"] if was[n] != now[n]}
    await tell_contacts(session, workspace_id, ChangeType.UPDATED, {keep.id: original})
    return view_of(merge)


async def list_merges(
    session: AsyncSession, actor: Actor, *, contact_id: UUID | None = None
) -> list[MergeView]:
    """Return the newest merges, of all or into one contact."""
    require(actor, Permission.CONTACTS_VIEW)
    merges = MergeRepository(session, actor.workspace_id)
    statement = merges.scoped()
    if contact_id:
        statement = statement.where(col(ContactMerge.kept_id) == contact_id)
    rows = await merges.all(statement.order_by(col(ContactMerge.merged_at).desc()).limit(50))
    return [view_of(row) for row in rows]


def view_of(merge: ContactMerge) -> MergeView:
    """Take a merge out of its table."""
    until = merge.merged_at + UNDO_FOR
    is_open = merge.undone_at is None and clock.now() <= until
    return taken_from(merge, MergeView, undo_until=until if is_open else None)


async def _both(
    session: AsyncSession, actor: Actor, keep_id: UUID, drop_id: UUID, *, lock: bool = False
) -> tuple[Contact, Contact]:
    if keep_id == drop_id:
        raise Invalid.field("drop_id", "Choose two different contacts.")
    contacts = ContactRepository(session, actor.workspace_id)
    # Always in one order, so that two merges cannot wait for each other in a circle.
    rows = {row_id: await contacts.get(row_id, lock=lock) for row_id in sorted((keep_id, drop_id))}
    return rows[keep_id], rows[drop_id]


def _note(session: AsyncSession, actor: Actor, action: str, keep: Contact, *, other: str) -> None:
    activity.record(
        session,
        actor,
        action,
        about="contact",
        object_id=keep.id,
        name=name_of(keep),
        other=other,
    )
