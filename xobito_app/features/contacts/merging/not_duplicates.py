"""Contacts that look alike and are two people: said once, remembered, and taken back on request."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import shorten
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.contacts.rules import name_of
from xobito_app.features.contacts.schemas import ContactView
from xobito_app.models.contact_work import DistinctPair
from xobito_app.models.contacts import Contact
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce

SHOWN = 50
Document = dict[str, Any]
Pair = tuple[UUID, UUID]
"""Two contacts, the smaller id first."""


@dataclass(frozen=True, slots=True)
class DistinctView:
    """Two people who look alike, and who said that they are two."""

    first: ContactView
    second: ContactView
    actor_name: str
    created_at: datetime


class DistinctRepository(Repository[DistinctPair]):
    """Pairs of one workspace that are no duplicates."""

    missing = "These two are not set apart any more."

    async def list_newest(self, limit: int) -> Sequence[DistinctPair]:
        """Return the pairs set apart last."""
        return await self.all(
            self.scoped()
            .order_by(col(DistinctPair.created_at).desc(), col(DistinctPair.id).desc())
            .limit(limit)
        )

    async def list_within(self, contact_ids: Collection[UUID]) -> set[Pair]:
        """Return the pairs that are set apart among some contacts."""
        if not contact_ids:
            return set()
        rows = await self.all(
            self.scoped()
            .where(any_of(col(DistinctPair.first_id), contact_ids))
            .where(any_of(col(DistinctPair.second_id), contact_ids))
        )
        return {(row.first_id, row.second_id) for row in rows}

    async def list_of(self, contact_id: UUID) -> Sequence[DistinctPair]:
        """Return the pairs a contact is in."""
        return await self.all(
            self.scoped().where(
                or_(
                    col(DistinctPair.first_id) == contact_id,
                    col(DistinctPair.second_id) == contact_id,
                )
            )
        )

    async def find_pair(self, pair: Pair) -> DistinctPair | None:
        """Return a pair, if it is set apart."""
        return await self.one_or_none(
            self.scoped().where(
                col(DistinctPair.first_id) == pair[0], col(DistinctPair.second_id) == pair[1]
            )
        )

    async def insert_missing(self, pair: Pair, actor: Actor) -> bool:
        """Set two contacts apart; tell whether they were not yet."""
        statement = (
            insert(DistinctPair)
            .values(
                id=ids.new(),
                workspace_id=self.workspace_id,
                first_id=pair[0],
                second_id=pair[1],
                user_id=actor.user_id,
                actor_name=shorten(actor.name, 191),
                created_at=clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(col(DistinctPair.id))
        )
        return bool((await self.session.exec(statement)).all())


async def set_apart(
    session: AsyncSession, actor: Actor, *, first_id: UUID, second_id: UUID
) -> None:
    """Remember that two contacts are two people: the finder does not show them again.

    Saying it twice is once.

    Raises:
        Forbidden: The actor may not edit contacts.
        Invalid: Both are the same contact.
        NotFound: One of them does not exist.
    """
    require(actor, Permission.CONTACTS_EDIT)
    pair = _pair(first_id, second_id)
    contacts = ContactRepository(session, actor.workspace_id)
    first, second = await contacts.get(first_id), await contacts.get(second_id)
    if await DistinctRepository(session, actor.workspace_id).insert_missing(pair, actor):
        _tell(session, actor, "contact.set_apart", first, second)


async def take_back(
    session: AsyncSession, actor: Actor, *, first_id: UUID, second_id: UUID
) -> None:
    """Let two contacts be found as duplicates again.

    Raises:
        Forbidden: The actor may not edit contacts.
        NotFound: They are not set apart, or one of them does not exist.
    """
    require(actor, Permission.CONTACTS_EDIT)
    pairs = DistinctRepository(session, actor.workspace_id)
    row = await pairs.find_pair(_pair(first_id, second_id))
    if row is None:
        raise NotFound(DistinctRepository.missing)
    contacts = ContactRepository(session, actor.workspace_id)
    first, second = await contacts.get(first_id), await contacts.get(second_id)
    await pairs.delete(row)
    _tell(session, actor, "contact.set_apart_undone", first, second)


async def list_distinct(
    session: AsyncSession, actor: Actor, *, limit: int = SHOWN
) -> list[DistinctView]:
    """Return the pairs that were set apart last.

    Raises:
        Forbidden: The actor may not see contacts.
    """
    require(actor, Permission.CONTACTS_VIEW)
    rows = await DistinctRepository(session, actor.workspace_id).list_newest(
        max(1, min(limit, SHOWN))
    )
    wanted = {row_id for row in rows for row_id in (row.first_id, row.second_id)}
    views = await load_views(session, actor.workspace_id, wanted)
    return [
        DistinctView(views[row.first_id], views[row.second_id], row.actor_name, row.created_at)
        for row in rows
    ]


async def move_pairs(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID
) -> Document:
    """Let whoever is somebody else than the dropped contact be so of the kept one too.

    Returns what `give_pairs_back` needs; the dropped contact's own pairs go when it goes.
    """
    pairs = DistinctRepository(session, workspace_id)
    held = [
        {
            "other_id": str(row.second_id if row.first_id == drop_id else row.first_id),
            "user_id": str(row.user_id) if row.user_id else None,
            "actor_name": row.actor_name,
            "created_at": row.created_at.isoformat(),
        }
        for row in await pairs.list_of(drop_id)
    ]
    others = [row for row in held if row["other_id"] != str(keep_id)]
    return {"held": held, "added": await _insert(session, workspace_id, keep_id, others)}


async def give_pairs_back(
    session: AsyncSession, workspace_id: UUID, keep_id: UUID, drop_id: UUID, moved: Document
) -> None:
    """Undo `move_pairs`: who was set apart from the dropped contact is so again."""
    del keep_id
    pairs = DistinctRepository(session, workspace_id)
    for row in (await pairs.list_by_ids([UUID(row_id) for row_id in moved["added"]])).values():
        await pairs.delete(row)
    await _insert(session, workspace_id, drop_id, moved["held"])


async def _insert(
    session: AsyncSession, workspace_id: UUID, contact_id: UUID, rows: Sequence[Document]
) -> list[str]:
    """Set a contact apart from others that still exist; return the ids of the new pairs."""
    if not rows:
        return []
    found = await (await session.connection()).execute(
        sql(_INSERT),
        {
            "workspace": workspace_id,
            "contact": contact_id,
            "rows": json.dumps([{"id": str(ids.new()), **row} for row in rows]),
        },
    )
    return [str(row_id) for (row_id,) in found]


_INSERT = """
    INSERT INTO distinct_pair
        (id, workspace_id, first_id, second_id, user_id, actor_name, created_at)
    SELECT r.id, :workspace, least(o.id, CAST(:contact AS uuid)),
        greatest(o.id, CAST(:contact AS uuid)), u.id, r.actor_name, r.created_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(id uuid, other_id uuid, user_id uuid, actor_name text, created_at timestamptz)
    JOIN contact o ON o.workspace_id = :workspace AND o.id = r.other_id
    LEFT JOIN app_user u ON u.id = r.user_id
    ON CONFLICT DO NOTHING RETURNING id
"""


def _pair(one_id: UUID, other_id: UUID) -> Pair:
    if one_id == other_id:
        raise Invalid.field("second_id", "Choose two different contacts.")
    return min(one_id, other_id), max(one_id, other_id)


def _tell(
    session: AsyncSession, actor: Actor, action: str, first: Contact, second: Contact
) -> None:
    activity.record(
        session,
        actor,
        action,
        about="contact",
        object_id=first.id,
        name=name_of(first),
        other=shorten(name_of(second), 191),
    )
    announce(session, actor.workspace_id, Topic.CONTACT, first.id)
