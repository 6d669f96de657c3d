"""Imports: a file is looked at, its columns are mapped, tried dry, and then taken in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Conflict, Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import file_name, one_line, shorten
from xobito_app.core.views import taken_from
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts.background import OPEN, WorkRepository, stop
from xobito_app.features.contacts.change_events import percent_of
from xobito_app.features.contacts.imports import files
from xobito_app.features.contacts.imports.files import Prepared, read_rows
from xobito_app.features.contacts.imports.labels import announcement
from xobito_app.features.contacts.job_types import CONTACTS_IMPORT
from xobito_app.features.contacts.labels.custom_fields import load_fields
from xobito_app.features.contacts.records.columns import IGNORED, columns_of, fold, guess_mapping
from xobito_app.models.contact_work import ContactImport, ImportMapping, ImportState
from xobito_app.persistence.repository import Repository
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work

PREVIEW_ROWS = 5
PREVIEW_CELL = 80
RIGHTS = (Permission.STATUSES_MANAGE, Permission.SOURCES_MANAGE, Permission.GROUPS_MANAGE)
"""What decides whether an unknown name is made or refused; frozen when the import begins."""
KEPT_FOR = timedelta(days=30)
UPLOAD_KEPT_FOR = timedelta(days=1)
"""Files are full of people: what is not taken in within a day is asked for again."""


@dataclass(frozen=True, slots=True)
class ImportView:
    """How far an import is, and what came of it.

    Attributes:
        state: `uploaded`, `waiting`, `running`, `done`, `stopped` or `failed`.
        is_dry: Nothing was written: the counts say what would be.
        labels_line: What a dry run says of statuses, sources and groups that do not exist.
        has_errors: There is a file of refused rows at `GET /imports/{id}/errors.csv`.
    """

    id: UUID
    filename: str
    kind: str
    encoding: str
    state: str
    is_dry: bool
    updates_existing: bool
    columns: tuple[str, ...]
    mapping: tuple[str, ...]
    may_create_labels: bool
    labels_line: str
    total: int
    created: int
    updated: int
    skipped: int
    failed: int
    has_errors: bool
    error: str
    actor_name: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits or runs."""
        return self.state in OPEN

    @property
    def done(self) -> int:
        """How many rows were looked at."""
        return self.created + self.updated + self.skipped + self.failed

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return percent_of(self.done, self.total, is_done=self.state == ImportState.DONE)


@dataclass(frozen=True, slots=True)
class ImportHead:
    """The beginning of a file, with how its columns are most likely meant.

    Attributes:
        mapping: A field for each column, empty where it is left out.
        is_remembered: A file with these headings was mapped so before.
        choices: All fields a column can be mapped to, with their labels.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: tuple[str, ...]
    is_remembered: bool
    choices: tuple[tuple[str, str], ...]
    total: int


class ImportRepository(WorkRepository[ContactImport]):
    """Imports of one workspace."""

    missing = "This import no longer exists."


class MappingRepository(Repository[ImportMapping]):
    """Remembered mappings of one workspace."""

    async def find_by_headings(self, digest: str) -> ImportMapping | None:
        """Return how a file with these headings was mapped."""
        return await self.one_or_none(self.scoped().where(col(ImportMapping.headings) == digest))

    async def remember(self, digest: str, mapping: Sequence[str]) -> None:
        """Keep a mapping for the next file with these headings."""
        values = {"mapping": list(mapping), "used_at": clock.now()}
        await self.session.exec(
            insert(ImportMapping)
            .values(id=ids.new(), workspace_id=self.workspace_id, headings=digest, **values)
            .on_conflict_do_update(index_elements=["workspace_id", "headings"], set_=values)
        )


async def register_import(
    session: AsyncSession,
    actor: Actor,
    *,
    import_id: UUID,
    filename: str,
    size: int,
    prepared: Prepared,
) -> ImportView:
    """Note an uploaded file that lies prepared on disk.

    Raises:
        Forbidden: The actor may not import contacts.
    """
    require(actor, Permission.CONTACTS_IMPORT)
    row = ContactImport(
        id=import_id,
        workspace_id=actor.workspace_id,
        filename=file_name(filename) or "contacts",
        kind=prepared.kind,
        size=size,
        encoding=prepared.encoding,
        delimiter=prepared.delimiter,
        columns=list(prepared.columns),
        total=prepared.rows,
        user_id=actor.user_id,
        actor_name=shorten(actor.name, 191),
    )
    await ImportRepository(session, actor.workspace_id).add(row)
    activity.record(
        session,
        actor,
        "contact.import_uploaded",
        about="contact_import",
        object_id=row.id,
        name=row.filename,
        rows=row.total,
    )
    return view_of(row)


async def read_head(session: AsyncSession, actor: Actor, *, import_id: UUID) -> ImportHead:
    """Return columns, first rows and the likely mapping of an uploaded file.

    Raises:
        Forbidden: The actor may not import contacts.
        NotFound: The workspace has no such import, or its file is gone.
    """
    require(actor, Permission.CONTACTS_IMPORT)
    row = await ImportRepository(session, actor.workspace_id).get(import_id)
    path = files.path_of(actor.workspace_id, import_id)
    if not path.is_file():
        raise NotFound("The file of this import is gone. Upload it again.")
    found = (cells.cells for cells in read_rows(path, row.delimiter) if any(cells.cells))
    first = list(islice(found, PREVIEW_ROWS + 1))[1:]
    fields = [f for f in await load_fields(session, actor.workspace_id) if f.is_active]
    choices = tuple((c.field, c.heading) for c in columns_of(fields) if c.is_read)
    known = {field for field, _ in choices} | {IGNORED}
    kept = await MappingRepository(session, actor.workspace_id).find_by_headings(
        _digest(row.columns)
    )
    mapping = guess_mapping(row.columns, fields)
    if kept:
        mapping = [field if field in known else IGNORED for field in kept.mapping]
    width = len(row.columns)
    return ImportHead(
        columns=tuple(row.columns),
        rows=tuple(
            tuple(shorten(cell, PREVIEW_CELL) for cell in (*cells, *[""] * width)[:width])
            for cells in first
        ),
        mapping=tuple(mapping),
        is_remembered=kept is not None,
        choices=choices,
        total=row.total,
    )


async def start_import(
    session: AsyncSession,
    actor: Actor,
    *,
    import_id: UUID,
    mapping: Sequence[str],
    updates_existing: bool,
    is_dry: bool,
    may_create_labels: bool = False,
) -> ImportView:
    """Begin taking a file in, or trying what would come of it.

    Args:
        mapping: A field for each column, empty where it is left out; see `ImportHead.choices`.
        updates_existing: Whether rows of known numbers change the contact or are skipped.
        may_create_labels: Whether statuses, sources and groups that do not exist are made, as far
            as the actor may; else rows that name one are refused.

    Raises:
        Conflict: It runs, or has been taken in already.
        Forbidden: The actor may not import contacts.
        Invalid: A column is mapped to nothing known or twice, or none to the phone number.
        NotFound: The workspace has no such import, or its file is gone.
    """
    require(actor, Permission.CONTACTS_IMPORT)
    row = await ImportRepository(session, actor.workspace_id).get(import_id, lock=True)
    if row.state in OPEN:
        raise Conflict("This import is running.")
    if row.state != ImportState.UPLOADED and not row.is_dry:
        raise Conflict("This file has been taken in. Upload it again to repeat that.")
    if not files.path_of(actor.workspace_id, import_id).is_file():
        raise NotFound("The file of this import is gone. Upload it again.")
    fields = [f for f in await load_fields(session, actor.workspace_id) if f.is_active]
    known = {column.field for column in columns_of(fields) if column.is_read}
    _check_mapping(row.columns, mapping, known)
    await MappingRepository(session, actor.workspace_id).remember(_digest(row.columns), mapping)
    row.mapping, row.updates_existing, row.is_dry = list(mapping), updates_existing, is_dry
    row.may_create_labels = may_create_labels
    row.rights = [str(right) for right in RIGHTS if actor.can(right)]
    row.user_id, row.actor_name = actor.user_id, shorten(actor.name, 191)
    begin_anew(row)
    row.state, row.started_at, row.finished_at = ImportState.WAITING, clock.now(), None
    session.add(row)
    activity.record(
        session,
        actor,
        "contact.import_tried" if is_dry else "contact.import_started",
        about="contact_import",
        object_id=row.id,
        name=row.filename,
        rows=row.total,
    )
    announce(session, actor.workspace_id, Topic.CONTACT_IMPORT, row.id)
    enqueue(session, CONTACTS_IMPORT, actor.workspace_id, row.id)
    return view_of(row)


async def stop_import(session: AsyncSession, actor: Actor, *, import_id: UUID) -> ImportView:
    """Stop an import; what was taken in so far stays.

    Raises:
        Forbidden: The actor may not import contacts.
        NotFound: The workspace has no such import.
    """
    require(actor, Permission.CONTACTS_IMPORT)
    # Waits for the batch at hand, which takes well under a second.
    row = await ImportRepository(session, actor.workspace_id).get(import_id, lock=True)
    stop(session, actor, row)
    return view_of(row)


async def get_import(session: AsyncSession, actor: Actor, *, import_id: UUID) -> ImportView:
    """Return how far an import is.

    Raises:
        Forbidden: The actor may not import contacts.
        NotFound: The workspace has no such import.
    """
    require(actor, Permission.CONTACTS_IMPORT)
    return view_of(await ImportRepository(session, actor.workspace_id).get(import_id))


async def list_imports(session: AsyncSession, actor: Actor, *, limit: int = 20) -> list[ImportView]:
    """Return the newest imports.

    Raises:
        Forbidden: The actor may not import contacts.
    """
    require(actor, Permission.CONTACTS_IMPORT)
    rows = await ImportRepository(session, actor.workspace_id).list_newest(limit)
    return [view_of(row) for row in rows]


async def drop_old(workspace_id: UUID) -> int:
    """Forget imports of more than thirty days ago, return how many; uploads go after a day."""
    async with unit_of_work(workspace_id) as uow:
        imports = ImportRepository(uow.session, workspace_id)
        rows = await imports.all(
            imports.scoped()
            .where(col(ContactImport.created_at) < clock.now() - UPLOAD_KEPT_FOR)
            .where(col(ContactImport.state).not_in(OPEN))
            .order_by(col(ContactImport.created_at))
            .limit(500)
        )
        old = [row for row in rows if row.created_at < clock.now() - KEPT_FOR]
        for row in old:
            await imports.delete(row)
    for row in rows:
        files.discard_upload(workspace_id, row.id)
    for row in old:
        files.discard(workspace_id, row.id)
    return len(old)


def begin_anew(row: ContactImport) -> None:
    """Put an import back before its first row."""
    row.position = row.done = row.error_bytes = 0
    row.created = row.updated = row.skipped = row.failed = 0
    row.error, row.progress_sent_at, row.missing_labels = "", None, {}


def _check_mapping(columns: Sequence[str], mapping: Sequence[str], known: set[str]) -> None:
    if len(mapping) != len(columns):
        raise Invalid.field("mapping", "Say for every column what it is, or leave it out.")
    for column, field in zip(columns, mapping, strict=True):
        if field != IGNORED and field not in known:
            raise Invalid.field("mapping", f"“{column}” is mapped to a field that does not exist.")
    chosen = [field for field in mapping if field not in {IGNORED, "groups"}]
    if len(chosen) != len(set(chosen)):
        twice = next(field for field in chosen if chosen.count(field) > 1)
        raise Invalid.field("mapping", f"Two columns are mapped to “{twice}”. Choose one.")
    if "phone" not in chosen:
        raise Invalid.field("mapping", "Choose the column with the phone number.")


def _digest(columns: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(fold(one_line(c)) for c in columns).encode()).hexdigest()


def view_of(row: ContactImport) -> ImportView:
    """Take an import out of its table."""
    return taken_from(
        row,
        ImportView,
        state=str(row.state),
        columns=tuple(row.columns),
        mapping=tuple(row.mapping),
        labels_line=announcement(row.missing_labels, may_create=row.may_create_labels),
        has_errors=row.error_bytes > 0,
    )
