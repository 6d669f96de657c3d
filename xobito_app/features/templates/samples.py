"""The example files of media headers: kept by us, handed to Meta with each submission.

Meta's guide "Resumable Upload API" names JPEG, PNG, MP4 and PDF; what Meta shows afterwards is a
link that dies, so that the file here is the only one to submit again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import file_name
from xobito_app.features.templates.repository import SampleRepository
from xobito_app.features.templates.schemas import SampleView
from xobito_app.models.templates import TemplateSample
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.settings import get_settings
from xobito_app.whatsapp import limits, media as media_rules
from xobito_app.whatsapp.payloads import MediaKind

KINDS: dict[str, MediaKind] = {
    "image/jpeg": MediaKind.IMAGE,
    "image/png": MediaKind.IMAGE,
    "video/mp4": MediaKind.VIDEO,
    "application/pdf": MediaKind.DOCUMENT,
}
"""What Meta takes as an example."""
MOST_BYTES = limits.VIDEO_BYTES
UNUSED_FOR = timedelta(days=1)
"""A file no template shows goes after this time."""
_BATCH = 200


def folder_of(workspace_id: UUID) -> Path:
    """Return where the samples of a workspace lie: with the media, so that a backup has them."""
    return get_settings().data_path / "media" / "templates" / str(workspace_id)


def path_of(workspace_id: UUID, sample_id: UUID) -> Path:
    """Return where the bytes of a sample lie."""
    return folder_of(workspace_id) / str(sample_id)


def kind_of(mime: str) -> MediaKind:
    """Return the kind of header a file is an example for.

    Raises:
        Invalid: Meta takes no such file as an example.
    """
    kind = KINDS.get(media_rules.base_type(mime))
    if kind is None:
        raise Invalid.field(
            "file", "An example is a JPEG or PNG image, an MP4 video or a PDF document."
        )
    return kind


def may_add(actor: Actor) -> None:
    """Let those pass who write templates.

    Raises:
        Forbidden: The actor may neither create nor edit templates.
    """
    require(actor, Permission.TEMPLATES_CREATE, Permission.TEMPLATES_EDIT)


async def add_sample(
    session: AsyncSession, actor: Actor, *, draft: Path, mime: str, filename: str
) -> SampleView:
    """Take over a file that lies complete at a path in the workspace's folder of samples.

    Raises:
        Forbidden: The actor may not write templates.
        Invalid: Meta takes no such file, it is not what it says, or it is too big.
    """
    may_add(actor)
    kind = kind_of(mime)
    size, head = await asyncio.to_thread(_look, draft)
    checked = media_rules.check_outgoing(kind, mime, size, head)
    if size > MOST_BYTES:
        raise Invalid.field("file", f"An example has up to {MOST_BYTES // limits.MEGABYTE} MB.")
    row = await SampleRepository(session, actor.workspace_id).add(
        TemplateSample(
            id=ids.new(),
            workspace_id=actor.workspace_id,
            uploaded_by=actor.user_id,
            mime=checked,
            filename=file_name(filename) or f"example.{checked.rpartition('/')[2]}",
            size=size,
            created_at=clock.now(),
        )
    )
    await asyncio.to_thread(draft.replace, path_of(actor.workspace_id, row.id))
    return _view(row)


def _look(path: Path) -> tuple[int, bytes]:
    with path.open("rb") as file:
        return path.stat().st_size, file.read(media_rules.HEAD_BYTES)


async def get_sample(
    session: AsyncSession, actor: Actor, *, sample_id: UUID
) -> tuple[SampleView, Path]:
    """Return a sample and where its bytes lie.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The workspace has no such sample, or its bytes are gone.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    view = _view(await SampleRepository(session, actor.workspace_id).get(sample_id))
    return view, path_of(actor.workspace_id, sample_id)


async def read_bytes(workspace_id: UUID, sample_id: UUID) -> tuple[SampleView, bytes]:
    """Return a sample with its bytes, for Meta.

    Raises:
        Invalid: It is gone; another must be attached.
    """
    async with unit_of_work(workspace_id) as uow:
        row = await SampleRepository(uow.session, workspace_id).find(sample_id)
    if row is None:
        raise Invalid(SampleRepository.missing)
    try:
        return _view(row), await asyncio.to_thread(path_of(workspace_id, sample_id).read_bytes)
    except OSError:
        raise Invalid(SampleRepository.missing) from None


async def drop_unused(workspace_id: UUID) -> int:
    """Delete samples no template shows; return how many."""
    async with unit_of_work(workspace_id) as uow:
        samples = SampleRepository(uow.session, workspace_id)
        rows = await samples.list_unused(clock.now() - UNUSED_FOR, _BATCH)
        for row in rows:
            await samples.delete(row)
    for row in rows:
        with suppress(FileNotFoundError):
            path_of(workspace_id, row.id).unlink()
    return len(rows)


def _view(row: TemplateSample) -> SampleView:
    return SampleView(row.id, row.mime, row.filename, row.size)
