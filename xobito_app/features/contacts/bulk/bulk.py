"""Asking for one action on many contacts, watching it and stopping it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line, shorten
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.background import OPEN, WorkRepository, stop
from xobito_app.features.contacts.change_events import percent_of
from xobito_app.features.contacts.job_types import CONTACTS_BULK
from xobito_app.features.contacts.lists.listing import count_contacts
from xobito_app.features.contacts.repository import (
    GroupRepository,
    SourceRepository,
    StatusRepository,
)
from xobito_app.features.contacts.schemas import ContactFilter
from xobito_app.features.workspaces.service import member_name
from xobito_app.models.contact_work import ContactJob, JobKind, JobState
from xobito_app.persistence.unit_of_work import announce, enqueue

_TARGETS = {
    JobKind.ADD_GROUP: (GroupRepository, "Choose a group."),
    JobKind.REMOVE_GROUP: (GroupRepository, "Choose a group."),
    JobKind.SET_STATUS: (StatusRepository, "Choose a status."),
    JobKind.SET_SOURCE: (SourceRepository, "Choose a source."),
}


@dataclass(frozen=True, slots=True)
class JobView:
    """How far a bulk action is; `done` counts contacts looked at, `changed` those it changed."""

    id: UUID
    kind: str
    state: str
    total: int
    done: int
    changed: int
    failed: int
    error: str
    actor_name: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits or runs."""
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return percent_of(self.done, self.total, is_done=self.state == JobState.DONE)


class JobRepository(WorkRepository[ContactJob]):
    """Bulk actions of one workspace."""

    missing = "This action no longer exists."


async def start_job(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: str,
    contact_filter: ContactFilter,
    target_id: UUID | None = None,
    reason: str = "",
) -> JobView:
    """Begin an action on all contacts a filter means now; `ids` in it are a selection by hand.

    Args:
        kind: A `JobKind`.
        target_id: The group, status, source or person; nobody for `assign` is nobody.
        reason: For `opt_out`.

    Raises:
        Forbidden: The actor may not do this to contacts.
        Invalid: The kind or its target does not exist, or no contact is meant.
    """
    try:
        wanted = JobKind(kind)
    except ValueError:
        raise Invalid.field("kind", f"Choose one of {', '.join(JobKind)}.") from None
    require(
        actor,
        Permission.CONTACTS_DELETE if wanted is JobKind.DELETE else Permission.CONTACTS_EDIT,
    )
    name = await _check_target(session, actor, wanted, target_id)
    total = await count_contacts(session, actor, contact_filter=contact_filter)
    if not total:
        raise Invalid("No contact is selected.")
    job = ContactJob(
        workspace_id=actor.workspace_id,
        kind=wanted,
        contact_filter=contact_filter.model_dump(mode="json", exclude_defaults=True),
        target_id=target_id,
        reason=shorten(one_line(reason) or f"Set by {actor.name}", 255),
        user_id=actor.user_id,
        actor_name=shorten(actor.name, 191),
        total=total,
    )
    await JobRepository(session, actor.workspace_id).add(job)
    activity.record(
        session,
        actor,
        "contact.bulk_started",
        about="contact_job",
        object_id=job.id,
        name=f"{wanted.replace('_', ' ')} {name}".strip(),
        contacts=total,
    )
    announce(session, actor.workspace_id, Topic.CONTACT_JOB, job.id)
    enqueue(session, CONTACTS_BULK, actor.workspace_id, job.id)
    return view_of(job)


async def stop_job(session: AsyncSession, actor: Actor, *, job_id: UUID) -> JobView:
    """Stop an action; what it did so far stays done.

    Raises:
        Forbidden: The actor may not edit contacts.
        NotFound: The workspace has no such action.
    """
    require(actor, Permission.CONTACTS_EDIT, Permission.CONTACTS_DELETE)
    # Waits for the batch at hand, which takes well under a second.
    job = await JobRepository(session, actor.workspace_id).get(job_id, lock=True)
    stop(session, actor, job)
    return view_of(job)


async def get_job(session: AsyncSession, actor: Actor, *, job_id: UUID) -> JobView:
    """Return how far an action is.

    Raises:
        NotFound: The workspace has no such action.
    """
    require(actor, Permission.CONTACTS_VIEW)
    return view_of(await JobRepository(session, actor.workspace_id).get(job_id))


async def list_jobs(session: AsyncSession, actor: Actor, *, limit: int = 20) -> list[JobView]:
    """Return the newest actions."""
    require(actor, Permission.CONTACTS_VIEW)
    rows = await JobRepository(session, actor.workspace_id).list_newest(limit)
    return [view_of(row) for row in rows]


async def _check_target(
    session: AsyncSession, actor: Actor, kind: JobKind, target_id: UUID | None
) -> str:
    if kind in _TARGETS:
        repository, sentence = _TARGETS[kind]
        row = target_id and await repository(session, actor.workspace_id).find(target_id)
        if not row:
            raise Invalid.field("target_id", sentence)
        return row.name
    if kind is JobKind.ASSIGN and target_id:
        try:
            return await member_name(session, actor.workspace_id, target_id)
        except NotFound as error:
            raise Invalid.field("target_id", error.message) from None
    return ""


def view_of(job: ContactJob) -> JobView:
    """Take an action out of its table."""
    return taken_from(job, JobView, kind=str(job.kind), state=str(job.state))
