"""Lists of threads: who sees which, in windows, with counts that stay cheap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select as sa_select, union_all
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, paging
from xobito_app.core.errors import NotFound
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor
from xobito_app.features.contacts.service import name_of, phone_of
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.repository import ConversationRepository
from xobito_app.features.inbox.rules import ConversationVisibility
from xobito_app.features.inbox.schemas import (
    COUNT_CAP,
    Counts,
    ListView,
    ThreadFilter,
    ThreadLine,
)
from xobito_app.models.accounts import User
from xobito_app.models.campaigns import CampaignRecipient
from xobito_app.models.contacts import Contact, ContactGroupMember
from xobito_app.models.inbox import Conversation, ConversationRead, ConversationStatus
from xobito_app.persistence import keyset
from xobito_app.persistence.arrays import any_of

Rows = Any
"""A SELECT of several columns; its type differs with each clause."""

UNREAD_REACH = 300
"""How far down the newest open threads the unread badge looks."""


def visibility_condition(visibility: ConversationVisibility) -> ColumnElement[bool]:
    """Say a person's sight in SQL."""
    return or_(*_branches(visibility, ListView.ALL)) if not visibility.is_blind else literal(False)


def _branches(visibility: ConversationVisibility, view: ListView) -> Sequence[ColumnElement[bool]]:
    """Return conditions on the assignee that each fit one index range."""
    assignee = col(Conversation.assignee_id)
    mine = assignee == visibility.user_id
    match view:
        case ListView.MINE:
            return [mine] if visibility.own else []
        case ListView.UNASSIGNED:
            return [assignee.is_(None)] if visibility.unassigned else []
        case ListView.TEAM:
            if visibility.others:
                return [assignee.is_not(None)]
            return [mine] if visibility.own else []
    if visibility.others and visibility.unassigned:
        return [literal(True)]
    shown = [assignee.is_(None)] if visibility.unassigned else []
    if visibility.others:
        return [*shown, assignee.is_not(None)]
    return [*shown, mine] if visibility.own else shown


def _restrict(statement: Rows, wanted: ThreadFilter, now: datetime) -> Rows:
    statement = statement.where(col(Conversation.status) == wanted.status)
    if wanted.number_id:
        statement = statement.where(col(Conversation.number_id) == wanted.number_id)
    if wanted.closing_soon:
        statement = statement.where(
            col(Conversation.last_msg_time) > now - rules.REPLY_WINDOW,
            col(Conversation.last_msg_time) <= now - rules.REPLY_WINDOW + rules.CLOSING_SOON,
        )
    return _restrict_contact(statement, wanted)


def _restrict_contact(statement: Rows, wanted: ThreadFilter) -> Rows:
    if wanted.status_id or wanted.source_id:
        contacts = select(Contact.id).where(
            col(Contact.workspace_id) == col(Conversation.workspace_id)
        )
        if wanted.status_id:
            contacts = contacts.where(col(Contact.status_id) == wanted.status_id)
        if wanted.source_id:
            contacts = contacts.where(col(Contact.source_id) == wanted.source_id)
        statement = statement.where(col(Conversation.contact_id).in_(contacts))
    if wanted.campaign_id:
        replied = select(col(CampaignRecipient.contact_id)).where(
            col(CampaignRecipient.campaign_id) == wanted.campaign_id,
            col(CampaignRecipient.workspace_id) == col(Conversation.workspace_id),
            col(CampaignRecipient.replied_at).is_not(None),
        )
        statement = statement.where(col(Conversation.contact_id).in_(replied))
    if wanted.group_id:
        members = select(ContactGroupMember.contact_id).where(
            col(ContactGroupMember.group_id) == wanted.group_id
        )
        statement = statement.where(col(Conversation.contact_id).in_(members))
    return statement


def _unread(user_id: UUID | None) -> ColumnElement[bool]:
    seen = (
        select(ConversationRead.seen_count)
        .where(col(ConversationRead.conversation_id) == col(Conversation.id))
        .where(col(ConversationRead.user_id) == user_id)
        .scalar_subquery()
    )
    return col(Conversation.inbound_count) > func.coalesce(seen, 0)


def _id_windows(
    workspace_id: UUID,
    visibility: ConversationVisibility,
    wanted: ThreadFilter,
    cursor: str,
    limit: int,
) -> Rows | None:
    """Return a statement for the ids of the wanted window; None when nothing can be seen."""
    windows = []
    for branch in _branches(visibility, wanted.view):
        statement: Rows = select(col(Conversation.id), col(Conversation.last_message_at)).where(
            col(Conversation.workspace_id) == workspace_id, branch
        )
        statement = _restrict(statement, wanted, clock.business_now())
        if wanted.unread:
            statement = statement.where(_unread(visibility.user_id))
        if cursor:
            position = paging.decode(cursor)
            statement = statement.where(
                keyset.before(position, col(Conversation.last_message_at), col(Conversation.id))
            )
        windows.append(
            statement.order_by(
                col(Conversation.last_message_at).desc(), col(Conversation.id).desc()
            ).limit(limit)
        )
    if not windows:
        return None
    if len(windows) == 1:
        return windows[0]
    # Each branch reads its own index from the top; together they are at most two windows long.
    merged = union_all(*(sa_select(w.subquery()) for w in windows)).subquery()
    return (
        sa_select(merged).order_by(merged.c.last_message_at.desc(), merged.c.id.desc()).limit(limit)
    )


async def list_threads(
    session: AsyncSession,
    actor: Actor,
    wanted: ThreadFilter,
    *,
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[ThreadLine]:
    """Return a window of the threads an actor may see, newest activity first."""
    ids = _id_windows(
        actor.workspace_id, ConversationVisibility.of(actor), wanted, cursor, limit + 1
    )
    if ids is None:
        return Page(())
    found: Rows = await (await session.connection()).execute(ids)
    rows = found.all()
    page = paging.page_of(rows, limit, lambda row: (row[1], row[0]))
    lines = await load_lines(session, actor.workspace_id, [row[0] for row in page.rows])
    seen = await seen_counts(session, actor.workspace_id, list(lines), [actor.user_id])
    return Page(
        tuple(
            for_person(lines[row[0]], seen, actor.user_id) for row in page.rows if row[0] in lines
        ),
        page.cursor,
    )


def for_person(
    line: ThreadLine, seen: dict[tuple[UUID, UUID], int], user_id: UUID | None
) -> ThreadLine:
    """Return a line with what this person has not seen yet."""
    known = seen.get((user_id, line.id), 0) if user_id else 0
    return replace(line, unread=max(0, line.inbound_count - known))


async def load_lines(
    session: AsyncSession, workspace_id: UUID, conversation_ids: Collection[UUID]
) -> dict[UUID, ThreadLine]:
    """Return threads as lists show them, in one query. The caller judges who may see them."""
    if not conversation_ids:
        return {}
    statement = (
        select(Conversation, Contact, User.name, User.picture)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(User, col(User.id) == col(Conversation.assignee_id), isouter=True)
        .where(col(Conversation.workspace_id) == workspace_id)
        .where(any_of(col(Conversation.id), conversation_ids))
    )
    return {
        thread.id: ThreadLine(
            id=thread.id,
            contact_id=contact.id,
            number_id=thread.number_id,
            name=name_of(contact),
            phone=phone_of(contact),
            status=thread.status,
            assignee_id=thread.assignee_id,
            assignee_name=assignee or "",
            assignee_picture=picture or "",
            last_at=thread.last_message_at,
            last_msg_time=thread.last_msg_time,
            preview=thread.last_preview,
            kind=thread.last_kind,
            direction=thread.last_direction,
            message_status=thread.last_status,
            inbound_count=thread.inbound_count,
            snoozed_until=thread.snoozed_until,
            is_group=thread.group_id is not None,
        )
        for thread, contact, assignee, picture in await session.exec(statement)
    }


async def fitting(
    session: AsyncSession,
    workspace_id: UUID,
    conversation_ids: Collection[UUID],
    wanted: ThreadFilter,
) -> frozenset[UUID]:
    """Return which of these threads fit a list's wishes about the contact."""
    if not conversation_ids or not wanted.narrows_contacts:
        return frozenset(conversation_ids)
    statement: Rows = (
        select(Conversation.id)
        .where(col(Conversation.workspace_id) == workspace_id)
        .where(any_of(col(Conversation.id), conversation_ids))
    )
    return frozenset((await session.exec(_restrict_contact(statement, wanted))).all())


async def seen_counts(
    session: AsyncSession,
    workspace_id: UUID,
    conversation_ids: Collection[UUID],
    user_ids: Sequence[UUID | None],
) -> dict[tuple[UUID, UUID], int]:
    """Return how many messages of each thread each person has seen, keyed (person, thread)."""
    people = [user_id for user_id in user_ids if user_id]
    if not conversation_ids or not people:
        return {}
    rows = await session.exec(
        select(ConversationRead)
        .where(col(ConversationRead.workspace_id) == workspace_id)
        .where(any_of(col(ConversationRead.conversation_id), conversation_ids))
        .where(any_of(col(ConversationRead.user_id), people))
    )
    return {(row.user_id, row.conversation_id): row.seen_count for row in rows}


async def count_unseen_by_all(session: AsyncSession, thread: Conversation) -> int:
    """Return how many of a thread's newest messages no person has seen."""
    statement = select(func.max(ConversationRead.seen_count)).where(
        col(ConversationRead.workspace_id) == thread.workspace_id,
        col(ConversationRead.conversation_id) == thread.id,
    )
    most = (await session.exec(statement)).one_or_none()
    return max(0, thread.inbound_count - (most or 0))


async def count_threads(session: AsyncSession, actor: Actor) -> Counts:
    """Return how many open threads stand in each list, and how many of the newest are unread.

    One statement: it is asked again for everybody who looks, whenever something happened.
    """
    visibility = ConversationVisibility.of(actor)
    now = clock.business_now()

    def capped(view: ListView) -> ColumnElement[int]:
        counts: list[ColumnElement[int]] = []
        for branch in _branches(visibility, view):
            rows: Rows = select(literal(1)).where(
                col(Conversation.workspace_id) == actor.workspace_id, branch
            )
            window = _restrict(rows, ThreadFilter(), now).limit(COUNT_CAP).subquery()
            counts.append(select(func.count()).select_from(window).scalar_subquery())
        return func.least(sum(counts, literal(0)), COUNT_CAP)

    statement: Rows = sa_select(
        capped(ListView.MINE),
        capped(ListView.UNASSIGNED),
        capped(ListView.TEAM),
        capped(ListView.ALL),
        _unread_count(actor, visibility),
    )
    found: Rows = await (await session.connection()).execute(statement)
    mine, unassigned, team, everything, unread = found.one()
    return Counts(mine=mine, unassigned=unassigned, team=team, all=everything, unread=unread)


async def count_unread(session: AsyncSession, actor: Actor) -> int:
    """Return how many of the newest open threads have something the actor has not seen."""
    statement: Rows = sa_select(_unread_count(actor, ConversationVisibility.of(actor)))
    found: Rows = await (await session.connection()).execute(statement)
    return found.scalar_one()


def _unread_count(actor: Actor, visibility: ConversationVisibility) -> ColumnElement[int]:
    newest = _id_windows(actor.workspace_id, visibility, ThreadFilter(), "", UNREAD_REACH)
    if newest is None:
        return literal(0)
    ids = newest.subquery()
    counted: Rows = (
        select(func.count())
        .select_from(Conversation)
        .where(col(Conversation.workspace_id) == actor.workspace_id)
        .where(col(Conversation.id).in_(select(ids.c.id)))
        .where(_unread(actor.user_id))
    )
    return func.least(counted.scalar_subquery(), COUNT_CAP)


async def get_visible(
    session: AsyncSession, actor: Actor, conversation_id: UUID, *, lock: bool = False
) -> Conversation:
    """Return a thread the actor may see.

    Raises:
        NotFound: It is missing, another workspace's, or out of the actor's sight.
    """
    threads = ConversationRepository(session, actor.workspace_id)
    thread = await threads.get(conversation_id, lock=lock)
    if not ConversationVisibility.of(actor).includes(thread.assignee_id):
        raise NotFound(threads.missing)
    return thread


async def wake_snoozed(
    session: AsyncSession, workspace_id: UUID, *, limit: int = 500
) -> list[UUID]:
    """Open the threads whose snooze is over, and return them."""
    rows = await ConversationRepository(session, workspace_id).all(
        select(Conversation)
        .where(col(Conversation.workspace_id) == workspace_id)
        .where(col(Conversation.status) == ConversationStatus.SNOOZED)
        .where(col(Conversation.snoozed_until) <= clock.now())
        .order_by(col(Conversation.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    for thread in rows:
        thread.status = ConversationStatus.OPEN
        thread.snoozed_until = None
        session.add(thread)
    return [thread.id for thread in rows]
