"""`/contacts/imports`: files of contacts on their way in."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from xobito_app.api.v1.declare import Call, CsvFile, FilePart, endpoint, lacking
from xobito_app.api.v1.shapes import In, Moment, Out, Page, PageQuery, limited, part
from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.features.contacts.imports import files, importing
from xobito_app.features.contacts.imports.files import Prepared
from xobito_app.features.contacts.imports.importing import ImportView
from xobito_app.features.contacts.records.columns import IGNORED
from xobito_app.features.inbox.media.files import draft_in
from xobito_app.features.tokens.schemas import Caller

_TAG, _THING = "Imports", "Import"
_PIECE = 1 << 18
_MAPPING = TypeAdapter(dict[str, str])


class Import(Out):
    """How far an import is, and what came of it."""

    id: UUID
    filename: str
    state: str = Field(description="uploaded, waiting, running, done, stopped or failed.")
    percent: int
    dry_run: bool = Field(
        validation_alias="is_dry",
        description="Nothing was written: the counts say what would be.",
    )
    update_existing: bool = Field(validation_alias="updates_existing")
    columns: list[str]
    mapping: list[str] = Field(description="The field of each column; empty where left out.")
    create_labels: bool = Field(validation_alias="may_create_labels")
    labels: str = Field(
        validation_alias="labels_line",
        description="After a dry run: the statuses, sources and groups that do not exist.",
    )
    total: int = Field(description="Rows of the file.")
    created: int
    updated: int
    skipped: int
    failed: int = Field(description="Rows that were refused; `errors` has them as a file.")
    error: str
    actor_name: str
    created_at: Moment
    finished_at: Moment | None

    @classmethod
    def of(cls, view: ImportView) -> Import:
        """Take an import over."""
        return cls.model_validate(view, from_attributes=True)


class ImportOrder(In):
    """What to do with a file."""

    update_existing: bool = Field(
        default=False,
        description="Change contacts whose number is known; else their rows are skipped. Takes "
        "the ability `contacts.update` as well.",
    )
    dry_run: bool = Field(default=False, description="Write nothing, only tell what would be.")
    create_labels: bool = Field(
        default=False,
        description="Make statuses, sources and groups that do not exist, as far as the token may; "
        "else rows that name one are refused.",
    )

    def check(self, caller: Caller) -> None:
        """Refuse what the token may not.

        Raises:
            Forbidden: It is to change contacts, and the token may only create them.
        """
        if self.update_existing and "contacts.update" not in caller.abilities:
            raise lacking("contacts.update")


class ImportForm(ImportOrder):
    """How a file is taken in."""

    mapping: Annotated[str, limited(40_000)] = Field(
        default="",
        description='JSON like `{"Mobile": "phone", "Tier": "custom.tier"}`: a field for each '
        "column that is wanted. Without it columns are known by their headings.",
    )


@dataclass(slots=True)
class _Uploaded:
    """A file that lies prepared on disk."""

    import_id: UUID
    filename: str
    size: int
    prepared: Prepared
    is_used: bool = False


@asynccontextmanager
async def _prepared(
    caller: Caller, body: ImportForm, file: UploadFile
) -> AsyncGenerator[_Uploaded]:
    """Read a file through before the transaction; what is not used in the end is thrown away."""
    body.check(caller)
    workspace_id, import_id = caller.actor.workspace_id, ids.new()
    is_used = False
    try:
        with draft_in(files.folder_of(workspace_id)) as raw:
            size = await asyncio.to_thread(_copy, file.file, raw)
            prepared = await asyncio.to_thread(
                files.prepare, raw, files.path_of(workspace_id, import_id)
            )
        uploaded = _Uploaded(import_id, file.filename or "", size, prepared)
        yield uploaded
        is_used = uploaded.is_used
    finally:
        if not is_used:
            files.discard(workspace_id, import_id)


def _copy(source: BinaryIO, path: Path) -> int:
    with path.open("wb") as into:
        shutil.copyfileobj(source, into, 1 << 20)
        return into.tell()


@endpoint(
    "POST",
    "/contacts/imports",
    tag=_TAG,
    ability="contacts.create",
    message="Import begun",
    status=202,
    file=FilePart("file", files.MOST_BYTES, ImportForm, is_alone=True),
    prepare=_prepared,
)
async def start_import(call: Call, *, body: ImportForm) -> Import:
    """Import contacts from a CSV or XLSX file of at most 50 MB.

    The first row has the headings; one column must be the phone number. Fields for the others are
    `first_name`, `last_name`, `email`, `company`, `website`, `description`, `country`, `city`,
    `state`, `zip`, `address`, `type`, `status`, `source`, `groups`, `language`, and `custom.` with
    the slug of a custom field. Statuses, sources and groups stand by name, several groups
    with commas between them; missing ones are made with `create_labels`. It is done in the
    background; the answer names the import, to be asked how far it is.
    """
    uploaded: _Uploaded = call.prepared
    await importing.register_import(
        call.session,
        call.actor,
        import_id=uploaded.import_id,
        filename=uploaded.filename,
        size=uploaded.size,
        prepared=uploaded.prepared,
    )
    if body.mapping:
        mapping = _mapping(body.mapping, uploaded.prepared.columns)
    else:
        head = await importing.read_head(call.session, call.actor, import_id=uploaded.import_id)
        mapping = list(head.mapping)
    view = await importing.start_import(
        call.session,
        call.actor,
        import_id=uploaded.import_id,
        mapping=mapping,
        updates_existing=body.update_existing,
        is_dry=body.dry_run,
        may_create_labels=body.create_labels,
    )
    uploaded.is_used = True
    return Import.of(view)


def _mapping(text: str, columns: tuple[str, ...]) -> list[str]:
    """Return the field of each column.

    Raises:
        Invalid: It is no JSON object of texts, or names a column the file does not have.
    """
    try:
        wanted = _MAPPING.validate_json(text)
    except ValidationError:
        raise Invalid.field("mapping", "Write a JSON object of columns and fields.") from None
    for column in wanted:
        if column not in columns:
            raise Invalid.field("mapping", f"The file has no column “{column[:100]}”.")
    return [wanted.get(column, IGNORED) for column in columns]


@endpoint("GET", "/contacts/imports", tag=_TAG, ability="contacts.create")
async def list_imports(call: Call, *, query: PageQuery) -> Page[Import]:
    """List imports.

    The newest fifty.
    """
    found = await importing.list_imports(call.session, call.actor, limit=50)
    return Page[Import](**part(call, [Import.of(view) for view in found], query))


@endpoint("GET", "/contacts/imports/{import_id}", tag=_TAG, thing=_THING, ability="contacts.create")
async def get_import(call: Call) -> Import:
    """Tell how far an import is, and what came of it."""
    return Import.of(
        await importing.get_import(call.session, call.actor, import_id=call.id("import_id"))
    )


@endpoint(
    "GET",
    "/contacts/imports/{import_id}/errors",
    tag=_TAG,
    thing=_THING,
    ability="contacts.create",
)
async def read_import_errors(call: Call) -> CsvFile:
    """Get the rows an import refused, as CSV.

    Each with its row number, the column, the value and the reason before the row itself. Empty when
    none was refused.
    """
    import_id = call.id("import_id")
    await importing.get_import(call.session, call.actor, import_id=import_id)
    path = files.errors_path_of(call.actor.workspace_id, import_id)
    return CsvFile(f"refused-{import_id}", _pieces(path))


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    if not await asyncio.to_thread(path.is_file):
        return
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


@endpoint(
    "POST",
    "/contacts/imports/{import_id}/start",
    tag=_TAG,
    thing=_THING,
    ability="contacts.create",
    message="Import begun",
    status=202,
    example={"update_existing": False},
)
async def start_tried_import(call: Call, *, body: ImportOrder) -> Import:
    """Take in a file that was only tried.

    With the mapping of the dry run, without uploading it again; or try it once more. Refused when
    the file has been taken in.
    """
    body.check(call.caller)
    import_id = call.id("import_id")
    tried = await importing.get_import(call.session, call.actor, import_id=import_id)
    view = await importing.start_import(
        call.session,
        call.actor,
        import_id=import_id,
        mapping=tried.mapping,
        updates_existing=body.update_existing,
        is_dry=body.dry_run,
        may_create_labels=body.create_labels,
    )
    return Import.of(view)


@endpoint(
    "POST",
    "/contacts/imports/{import_id}/stop",
    tag=_TAG,
    thing=_THING,
    ability="contacts.create",
    message="Import stopped",
)
async def stop_import(call: Call) -> Import:
    """Stop an import.

    What was taken in so far stays; one that has ended already stays as it is.
    """
    return Import.of(
        await importing.stop_import(call.session, call.actor, import_id=call.id("import_id"))
    )
