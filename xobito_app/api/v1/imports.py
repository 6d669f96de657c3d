"""`/contacts/imports`: files of contacts on their way in."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Depends, Form, UploadFile
from pydantic import Field, TypeAdapter, ValidationError

from xobito_app.api.rest.requests import FORM, attached, json_body
from xobito_app.api.rest.route import Call, RestRoute, current_call, lacking, needs, not_found
from xobito_app.api.rest.shapes import In, Moment, Numbered, Out, Page, limited
from xobito_app.api.tables import CsvFile
from xobito_app.core import ids
from xobito_app.core.errors import Invalid
from xobito_app.features.contacts.imports import files, importing
from xobito_app.features.contacts.imports.files import Prepared
from xobito_app.features.contacts.records.columns import IGNORED, PLAIN
from xobito_app.features.inbox.media.files import draft_in
from xobito_app.features.tokens.schemas import Caller

router = APIRouter(tags=["Imports"], route_class=RestRoute)
_THING = "Import"
_PIECE = 1 << 18
_MAPPING = TypeAdapter(dict[str, str])
_TAKEN = ", ".join(f"`{column.field}`" for column in PLAIN if column.is_read)


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
        f"column that is wanted, of {_TAKEN}, and `custom.` with the slug of a custom field. "
        "Without it columns are known by their headings.",
    )
    file: Annotated[UploadFile, attached(files.MOST_BYTES)]


_Form = Annotated[ImportForm, Form(media_type=FORM)]


@dataclass(slots=True)
class _Uploaded:
    """A file that lies prepared on disk."""

    import_id: UUID
    filename: str
    size: int
    prepared: Prepared
    is_used: bool = False


async def _prepared(
    call: Annotated[Call, Depends(current_call)], body: _Form
) -> AsyncGenerator[_Uploaded]:
    """Read a file through before the transaction; what is not used in the end is thrown away."""
    await call.require_first()
    body.check(call.caller)
    workspace_id, import_id = call.actor.workspace_id, ids.new()
    is_used = False
    try:
        with draft_in(files.folder_of(workspace_id)) as raw:
            size = await asyncio.to_thread(_copy, body.file.file, raw)
            prepared = await asyncio.to_thread(
                files.prepare, raw, files.path_of(workspace_id, import_id)
            )
        uploaded = _Uploaded(import_id, body.file.filename or "", size, prepared)
        yield uploaded
        is_used = uploaded.is_used
    finally:
        if not is_used:
            files.discard(workspace_id, import_id)


def _copy(source: BinaryIO, path: Path) -> int:
    with path.open("wb") as into:
        shutil.copyfileobj(source, into, 1 << 20)
        return into.tell()


@router.post(
    "/contacts/imports",
    status_code=202,
    response_description="Import begun",
    max_body_size=files.MOST_BYTES,
)
async def start_import(
    call: Annotated[Call, needs("contacts.create")],
    body: _Form,
    uploaded: Annotated[_Uploaded, Depends(_prepared, scope="function")],
) -> Import:
    """Import contacts from a CSV or XLSX file of at most 50 MB.

    The first row has the headings; one column must be the phone number, and `mapping` says what
    the others are. Statuses, sources and groups stand by name, several groups with commas between
    them; missing ones are made with `create_labels`. It is done in the background; the answer names
    the import, to be asked how far it is.
    """
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


@router.get("/contacts/imports")
async def list_imports(
    call: Annotated[Call, needs("contacts.create")], query: Numbered
) -> Page[Import]:
    """List imports.

    The newest fifty.
    """
    found = await importing.list_imports(call.session, call.actor, limit=50)
    return Page[Import].part(call, [Import.of(view) for view in found], query)


@router.get("/contacts/imports/{import_id}", responses=not_found(_THING))
async def get_import(call: Annotated[Call, needs("contacts.create")], import_id: UUID) -> Import:
    """Tell how far an import is, and what came of it."""
    return Import.of(await importing.get_import(call.session, call.actor, import_id=import_id))


@router.get(
    "/contacts/imports/{import_id}/errors", responses=not_found(_THING), response_class=CsvFile
)
async def read_import_errors(
    call: Annotated[Call, needs("contacts.create")], import_id: UUID
) -> CsvFile:
    """Get the rows an import refused, as CSV.

    Each with its row number, the column, the value and the reason before the row itself. Empty when
    none was refused.
    """
    await importing.get_import(call.session, call.actor, import_id=import_id)
    path = files.errors_path_of(call.actor.workspace_id, import_id)
    return CsvFile(f"refused-{import_id}", _pieces(path))


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    if not await asyncio.to_thread(path.is_file):
        return
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


@router.post(
    "/contacts/imports/{import_id}/start",
    status_code=202,
    response_description="Import begun",
    responses=not_found(_THING),
)
async def start_tried_import(
    call: Annotated[Call, needs("contacts.create")],
    import_id: UUID,
    body: Annotated[ImportOrder, json_body({"update_existing": False})],
) -> Import:
    """Take in a file that was only tried.

    With the mapping of the dry run, without uploading it again; or try it once more. Refused when
    the file has been taken in.
    """
    body.check(call.caller)
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


@router.post(
    "/contacts/imports/{import_id}/stop",
    response_description="Import stopped",
    responses=not_found(_THING),
)
async def stop_import(call: Annotated[Call, needs("contacts.create")], import_id: UUID) -> Import:
    """Stop an import.

    What was taken in so far stays; one that has ended already stays as it is.
    """
    return Import.of(await importing.stop_import(call.session, call.actor, import_id=import_id))
