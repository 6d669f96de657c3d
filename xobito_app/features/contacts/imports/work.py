"""Working off an import, batch by batch.

A batch and the byte where it ends are committed together: after a kill the next worker goes on at
exactly that row. The file of refused rows is cut back to what was committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.core.ids import UserId, WorkspaceId
from xobito_app.core.permissions import Actor, Permission
from xobito_app.core.text import defuse
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts import background
from xobito_app.features.contacts.background import IMPORTS
from xobito_app.features.contacts.change_events import is_progress_due
from xobito_app.features.contacts.imports import files, writing
from xobito_app.features.contacts.imports.files import read_rows
from xobito_app.features.contacts.imports.importing import begin_anew
from xobito_app.features.contacts.imports.labels import summary
from xobito_app.features.contacts.imports.planning import (
    Action,
    BatchPlan,
    Decision,
    DryRunMemory,
    plan_batch,
)
from xobito_app.features.contacts.imports.rows import ColumnMapping, Problem, ReadRow, read_row
from xobito_app.features.contacts.job_types import CONTACTS_IMPORT
from xobito_app.features.contacts.labels.custom_fields import load_fields
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.models.contact_work import ContactImport, ImportState
from xobito_app.persistence.leased_work import Lease, held_row
from xobito_app.persistence.unit_of_work import announce, unit_of_work

log = logging.getLogger(__name__)

BATCH = 1000
TRIES = 3
COUNTED_AFTER = frozenset({1, 10, 100})
"""Batches after which the tables are another size than PostgreSQL thinks."""


@dataclass(frozen=True, slots=True)
class _Task:
    """An import as one batch needs it."""

    mapping: ColumnMapping
    actor: Actor
    delimiter: str
    position: int
    done: int
    updates_existing: bool
    may_create_labels: bool
    is_dry: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next rows of a file, judged, and where they end."""

    rows: tuple[ReadRow, ...]
    position: int
    done: int
    is_last: bool


async def work(workspace_id: UUID, import_id: UUID) -> None:
    """Work until the import is done or stopped; at once when another worker holds it."""
    async with held_row(IMPORTS, workspace_id, import_id) as lease:
        if lease is not None:
            with contextlib.closing(_Reader(workspace_id, import_id)) as reader:
                await _work(lease, reader)


async def _work(lease: Lease, reader: _Reader) -> None:
    seen, failures, careful_until, is_first, taken = DryRunMemory(), 0, 0, True, 0
    while task := await _begin(lease, is_first=is_first):
        is_first = False
        size = 1 if failures >= TRIES or task.done < careful_until else BATCH
        try:
            piece = await reader.read(task, size)
        except (Invalid, OSError) as error:
            said = error.message if isinstance(error, Invalid) else "The file is gone."
            await _give_up(lease, said)
            return
        if failures > TRIES:
            piece.rows[0].problems.append(Problem("", "", "The database refuses this row."))
        try:
            if not await take_in(lease, task, piece, seen):
                return
            failures, taken = 0, taken + 1
            if taken in COUNTED_AFTER and not task.is_dry:
                await _count_tables()
        except OperationalError:
            # The database is in trouble, not the rows: the sweep takes this up again.
            raise
        except (DBAPIError, Invalid) as error:
            # Most likely somebody made one of these contacts in the same moment: now they are
            # known. What is refused again and again is looked for row by row.
            failures += 1
            careful_until = max(careful_until, task.done + BATCH if failures >= TRIES else 0)
            log.warning("contact_import.batch_failed", extra={"reason": type(error).__name__})


async def _count_tables() -> None:
    """Let PostgreSQL see how large the tables are by now; by itself it looks once a minute.

    Until then it takes a new workspace for empty, and the next batches are looked up in what is
    the wrong index once there are thousands.
    """
    async with unit_of_work() as uow:
        await (await uow.session.connection()).execute(
            sql("ANALYZE (SKIP_LOCKED) contact (workspace_id, phone, email), contact_group_member")
        )


async def wake_for_open(workspace_id: UUID) -> None:
    """Wake workers for imports that nobody is working on."""
    await background.wake_for_open(IMPORTS, workspace_id, CONTACTS_IMPORT)


async def _begin(lease: Lease, *, is_first: bool) -> _Task | None:
    """Return what the next batch needs; None when there is nothing to do here."""
    async with unit_of_work(lease.workspace_id) as uow:
        row = await IMPORTS.lock(uow.session, lease)
        if row is None:
            return None
        if is_first and row.is_dry and row.position:
            # What a dry run has seen is lost with its worker.
            begin_anew(row)
            uow.session.add(row)
        return await _task(uow.session, row)


async def _task(session: AsyncSession, row: ContactImport) -> _Task:
    workspace = await get_workspace(session, row.workspace_id)
    fields = await load_fields(session, row.workspace_id)
    actor = Actor(
        WorkspaceId(row.workspace_id),
        UserId(row.user_id) if row.user_id else None,
        row.actor_name,
        frozenset(Permission(right) for right in row.rights),
    )
    mapping = ColumnMapping(
        columns=tuple(row.columns),
        fields=tuple(row.mapping),
        country=workspace.country,
        custom={field.slug: field for field in fields if field.is_active},
    )
    return _Task(
        mapping,
        actor,
        row.delimiter,
        row.position,
        row.done,
        row.updates_existing,
        row.may_create_labels,
        row.is_dry,
    )


class _Reader:
    """Reads a file batch by batch, the next one while the database has the last in hand."""

    def __init__(self, workspace_id: UUID, import_id: UUID) -> None:
        self._workspace_id, self._import_id = workspace_id, import_id
        self._ahead: asyncio.Task[Chunk] | None = None
        self._ahead_of: tuple[_Task, int] | None = None

    async def read(self, task: _Task, size: int) -> Chunk:
        """Return the next rows, and begin with those behind them.

        Raises:
            Invalid: A quotation mark is opened and never closed.
            OSError: The file cannot be read.
        """
        reading = self._ahead if self._ahead_of == (task, size) else None
        if reading is None:
            self.close()
            reading = self._begin(task, size)
        piece = await reading
        self._ahead = self._ahead_of = None
        if not piece.is_last:
            following = replace(task, position=piece.position, done=piece.done)
            self._ahead, self._ahead_of = self._begin(following, size), (following, size)
        return piece

    def close(self) -> None:
        """Forget what was read ahead."""
        if self._ahead:
            self._ahead.cancel()
        self._ahead = self._ahead_of = None

    def _begin(self, task: _Task, size: int) -> asyncio.Task[Chunk]:
        return asyncio.create_task(
            asyncio.to_thread(load_chunk, self._workspace_id, self._import_id, task, size)
        )


def load_chunk(workspace_id: UUID, import_id: UUID, task: _Task, size: int) -> Chunk:
    """Read and judge the next rows; empty ones are passed over, the first one is the heading."""
    path = files.path_of(workspace_id, import_id)
    rows: list[ReadRow] = []
    position, done, is_heading = task.position, task.done, task.position == 0
    for row in read_rows(path, task.delimiter, start=task.position, number=task.done):
        position, done = row.end, row.number
        if not any(row.cells):
            continue
        if is_heading:
            is_heading = False
            continue
        rows.append(read_row(task.mapping, row.number, row.cells))
        if len(rows) >= size:
            return Chunk(tuple(rows), position, done, is_last=False)
    return Chunk(tuple(rows), position, done, is_last=True)


async def take_in(lease: Lease, task: _Task, piece: Chunk, seen: DryRunMemory) -> bool:
    """Write a batch with its position; tell whether there is more to do here."""
    async with unit_of_work(lease.workspace_id) as uow:
        row = await IMPORTS.lock(uow.session, lease)
        if row is None:
            return False
        known = await writing.load_known(
            uow.session,
            piece.rows,
            actor=task.actor,
            may_create_labels=task.may_create_labels,
        )
        plan = plan_batch(
            piece.rows,
            task.mapping,
            known,
            updates_existing=task.updates_existing,
            seen=seen if task.is_dry else None,
        )
        if task.is_dry:
            row.missing_labels = summary({**seen.labels, **plan.brought.labels}.values())
        else:
            await writing.write_plan(uow.session, plan, known, actor=task.actor)
        _count(row, plan, piece)
        refused = [one for one in plan.decisions if one.action is Action.REFUSE]
        row.error_bytes = await asyncio.to_thread(
            list_refused, row.workspace_id, row.id, row.error_bytes, task.mapping, refused
        )
        if piece.is_last:
            row.state, row.finished_at = ImportState.DONE, clock.now()
        _tell_progress(uow.session, row, task.actor)
    seen.take(plan.brought)
    if piece.is_last and not task.is_dry:
        files.discard_upload(row.workspace_id, row.id)
    return not piece.is_last


def _count(row: ContactImport, plan: BatchPlan, piece: Chunk) -> None:
    row.created += plan.count(Action.CREATE)
    row.updated += plan.count(Action.UPDATE)
    row.skipped += plan.count(Action.SKIP)
    row.failed += plan.count(Action.REFUSE)
    row.position, row.done = piece.position, piece.done


def list_refused(
    workspace_id: UUID,
    import_id: UUID,
    size: int,
    mapping: ColumnMapping,
    refused: Sequence[Decision],
) -> int:
    """Append refused rows behind what was committed; return the size of the file now."""
    if not refused:
        return size
    buffer = io.StringIO()
    if not size:
        # Excel takes a file for UTF-8 only when it begins with a byte order mark.
        buffer.write("\ufeff")
    lines = csv.writer(buffer)
    if not size:
        lines.writerow(["Row", "Column", "Value", "Reason", *map(defuse, mapping.columns)])
    for decision in refused:
        told = (
            str(decision.row.number),
            " | ".join(problem.column for problem in decision.problems),
            " | ".join(problem.value for problem in decision.problems),
            " | ".join(problem.reason for problem in decision.problems),
        )
        lines.writerow([defuse(cell) for cell in (*told, *decision.row.cells)])
    path = files.errors_path_of(workspace_id, import_id)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.truncate(size)
        file.seek(size)
        file.write(buffer.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


async def _give_up(lease: Lease, reason: str) -> None:
    async with unit_of_work(lease.workspace_id) as uow:
        if row := await IMPORTS.lock(uow.session, lease):
            row.state, row.finished_at, row.error = ImportState.FAILED, clock.now(), reason[:500]
            task = await _task(uow.session, row)
            _tell_progress(uow.session, row, task.actor)


def _tell_progress(session: AsyncSession, row: ContactImport, actor: Actor) -> None:
    now = clock.now()
    is_over = row.state != ImportState.RUNNING
    if is_over or is_progress_due(row.progress_sent_at, now):
        row.progress_sent_at = now
        announce(session, row.workspace_id, Topic.CONTACT_IMPORT, row.id)
    if is_over:
        activity.record(
            session,
            actor,
            "contact.import_tried_out" if row.is_dry else "contact.import_finished",
            about="contact_import",
            object_id=row.id,
            name=row.filename,
            created=row.created,
            updated=row.updated,
            skipped=row.skipped,
            failed=row.failed,
        )
    session.add(row)
