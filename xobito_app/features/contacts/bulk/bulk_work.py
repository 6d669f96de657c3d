"""Working off an action on many contacts, batch by batch.

Each batch is one transaction that makes sure of the job, changes the next contacts by id and notes
how far it came. A doubled wake-up, a killed worker or two workers change nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select as sa_select, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import NotFound
from xobito_app.core.events import ChangeType, Topic
from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import Actor
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts import background
from xobito_app.features.contacts.background import JOBS
from xobito_app.features.contacts.change_events import is_progress_due, tell_contacts
from xobito_app.features.contacts.job_types import CONTACTS_BULK
from xobito_app.features.contacts.lists import filter_sql
from xobito_app.features.contacts.repository import (
    ContactRepository,
    GroupRepository,
    MemberRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.models.contact_work import ContactJob, JobKind, JobState
from xobito_app.models.contacts import Contact
from xobito_app.persistence.arrays import any_of
from xobito_app.persistence.leased_work import Lease, held_row
from xobito_app.persistence.unit_of_work import announce, unit_of_work

log = logging.getLogger(__name__)

BATCH = 250
"""Contacts in one transaction: short enough that stopping is felt within a second."""
GONE = "What was to be set no longer exists."

Originals = Mapping[UUID, Mapping[str, Any]]


async def work(workspace_id: UUID, job_id: UUID) -> None:
    """Work until the job is done or stopped; at once when another worker holds it."""
    async with held_row(JOBS, workspace_id, job_id) as lease:
        if lease is not None:
            await _work(lease)


async def _work(lease: Lease) -> None:
    while True:
        try:
            if not await work_batch(lease, BATCH):
                return
        except NotFound:
            await _give_up(lease)
            return
        except Exception as error:
            log.warning("contact_job.batch_failed", extra={"reason": type(error).__name__})
            # One of them is to blame: the others shall not suffer for it.
            if not await _one_by_one(lease):
                return


async def wake_for_open(workspace_id: UUID) -> None:
    """Wake workers for jobs that nobody is working on."""
    await background.wake_for_open(JOBS, workspace_id, CONTACTS_BULK)


async def _one_by_one(lease: Lease) -> bool:
    for _ in range(BATCH):
        try:
            if not await work_batch(lease, 1):
                return False
        except Exception as error:
            log.warning("contact_job.contact_failed", extra={"reason": type(error).__name__})
            if not await _pass_over(lease, type(error).__name__):
                return False
    return True


async def work_batch(lease: Lease, size: int) -> bool:
    """Change the next contacts; tell whether there may be more."""
    async with unit_of_work(lease.workspace_id) as uow:
        job = await JOBS.lock(uow.session, lease)
        if job is None:
            return False
        contact_ids = await _next(uow.session, job, size)
        if contact_ids:
            job.changed += await apply(uow.session, job, contact_ids)
            job.done += len(contact_ids)
            job.after_id = contact_ids[-1]
        if len(contact_ids) < size:
            job.state, job.finished_at = JobState.DONE, clock.now()
            job.total = job.done
        _tell_progress(uow.session, job)
        return job.state == JobState.RUNNING


async def _pass_over(lease: Lease, reason: str) -> bool:
    async with unit_of_work(lease.workspace_id) as uow:
        job = await JOBS.lock(uow.session, lease)
        if job is None or not (next_ids := await _next(uow.session, job, 1)):
            return job is not None
        job.after_id = next_ids[0]
        job.done, job.failed = job.done + 1, job.failed + 1
        job.error = f"{job.failed} contacts could not be changed ({reason})."
        _tell_progress(uow.session, job)
        return True


async def _give_up(lease: Lease) -> None:
    async with unit_of_work(lease.workspace_id) as uow:
        if job := await JOBS.lock(uow.session, lease):
            job.state, job.finished_at, job.error = JobState.FAILED, clock.now(), GONE
            _tell_progress(uow.session, job)


async def _next(session: AsyncSession, job: ContactJob, size: int) -> list[UUID]:
    """Return the next contacts by id; those who came after the asking are not meant."""
    contact_filter = ContactFilter.model_validate(job.contact_filter)
    statement = filter_sql.matching(job.workspace_id, contact_filter).where(
        col(Contact.created_at) <= job.created_at
    )
    if job.after_id:
        statement = statement.where(col(Contact.id) > job.after_id)
    return list(await session.exec(statement.order_by(col(Contact.id)).limit(size)))


def _tell_progress(session: AsyncSession, job: ContactJob) -> None:
    now = clock.now()
    is_over = job.state != JobState.RUNNING
    if is_over or is_progress_due(job.progress_sent_at, now):
        job.progress_sent_at = now
        announce(session, job.workspace_id, Topic.CONTACT_JOB, job.id)
    if is_over and (job.failed or job.state == JobState.FAILED):
        # That it was asked for, and of how many, stands in the log: it is all there is to say
        # unless something else came of it.
        activity.record(
            session,
            actor_of(job),
            "contact.bulk_failed",
            about="contact_job",
            object_id=job.id,
            name=str(job.kind).replace("_", " "),
            contacts=job.done,
            changed=job.changed,
            failed=job.failed,
        )
    session.add(job)


def actor_of(job: ContactJob) -> Actor:
    """Return who asked, for the activity log; their rights were judged when they asked."""
    user_id = UserId(job.user_id) if job.user_id else None
    return Actor(WorkspaceId(job.workspace_id), user_id, job.actor_name)


async def apply(session: AsyncSession, job: ContactJob, contact_ids: Sequence[UUID]) -> int:
    """Do the job to these contacts and tell of those it changed; return how many."""
    match job.kind:
        case JobKind.DELETE:
            return await _delete(session, job, contact_ids)
        case JobKind.ADD_GROUP | JobKind.REMOVE_GROUP:
            originals = await _change_group(session, job, contact_ids)
        case _:
            originals = await _set(session, job, contact_ids, await _values(session, job))
    await tell_contacts(session, job.workspace_id, ChangeType.UPDATED, originals)
    return len(originals)


async def _values(session: AsyncSession, job: ContactJob) -> dict[str, Any]:
    match job.kind:
        case JobKind.SET_STATUS:
            await StatusRepository(session, job.workspace_id).get(_target(job))
            return {"status_id": job.target_id}
        case JobKind.SET_SOURCE:
            await SourceRepository(session, job.workspace_id).get(_target(job))
            return {"source_id": job.target_id}
        case JobKind.ASSIGN:
            return {"assignee_id": job.target_id}
        case JobKind.OPT_OUT:
            return {"opted_out_at": clock.now(), "opt_out_reason": job.reason}
        case _:
            return {"opted_out_at": None, "opt_out_reason": ""}


def _target(job: ContactJob) -> UUID:
    if job.target_id is None:
        raise NotFound(GONE)
    return job.target_id


async def _set(
    session: AsyncSession, job: ContactJob, contact_ids: Sequence[UUID], values: dict[str, Any]
) -> Originals:
    """Set columns of the contacts that differ, and return their old values."""
    found = await (await session.connection()).execute(
        sa_select(*(col(getattr(Contact, name)) for name in values), col(Contact.id))
        .where(col(Contact.workspace_id) == job.workspace_id, any_of(col(Contact.id), contact_ids))
        .order_by(col(Contact.id))
        .with_for_update()
    )
    changed: dict[UUID, dict[str, Any]] = {}
    first = next(iter(values))
    for row in found.mappings():
        is_same = row[first] == values[first]
        if job.kind == JobKind.OPT_OUT:
            # An earlier opt-out keeps its time.
            is_same = row[first] is not None
        if not is_same:
            changed[row["id"]] = {name: row[name] for name in values}
    await _update(session, job, list(changed), **values)
    return changed


async def _update(
    session: AsyncSession, job: ContactJob, contact_ids: Sequence[UUID], **values: Any
) -> None:
    """Set columns of contacts, and that they changed just now."""
    if contact_ids:
        await session.exec(
            update(Contact)
            .where(col(Contact.workspace_id) == job.workspace_id)
            .where(any_of(col(Contact.id), contact_ids))
            .values(**values, updated_at=clock.now())
            .execution_options(synchronize_session=False)
        )


async def _change_group(
    session: AsyncSession, job: ContactJob, contact_ids: Sequence[UUID]
) -> Originals:
    group = await GroupRepository(session, job.workspace_id).get(_target(job))
    members = MemberRepository(session, job.workspace_id)
    before = await members.names_of(contact_ids)
    adds = job.kind == JobKind.ADD_GROUP
    changed = {
        contact_id: {"groups": names}
        for contact_id, names in before.items()
        if (group.name in names) is not adds
    }
    if adds:
        await members.add(list(changed), [group.id])
    else:
        await members.remove(list(changed), [group.id])
    await _update(session, job, list(changed))
    return changed


async def _delete(session: AsyncSession, job: ContactJob, contact_ids: Sequence[UUID]) -> int:
    contacts = ContactRepository(session, job.workspace_id)
    await tell_contacts(session, job.workspace_id, ChangeType.DELETED, contact_ids)
    await contacts.delete_ids(contact_ids)
    return len(contact_ids)
