"""The bytes of files: where they lie, how they get there whole, and what is read from them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from PIL import Image, UnidentifiedImageError
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor
from xobito_app.core.text import file_name
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.models.inbox import Media, MediaState
from xobito_app.settings import get_settings
from xobito_app.whatsapp import media as media_rules

_TURNED = {5, 6, 7, 8}
"""EXIF orientations that swap width and height."""
_ORIENTATION = 0x0112
LARGEST_SIDE = 30_000
"""Pixels; an image that claims more is shown without its size being trusted."""
SHOWN_INLINE = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "audio/aac",
        "audio/amr",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "video/mp4",
        "video/3gpp",
    }
)
"""What a browser shows without running anything of it; the rest is only handed over to save."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stored file is; sizes in bytes and pixels, the checksum SHA-256 in hex."""

    size: int
    sha256: str
    head: bytes
    width: int = 0
    height: int = 0


def folder_of(workspace_id: UUID) -> Path:
    """Return where a workspace's files lie."""
    return get_settings().data_path / "media" / str(workspace_id)


def path_of(workspace_id: UUID, media_id: UUID) -> Path:
    """Return where the bytes of a file lie."""
    return folder_of(workspace_id) / str(media_id)


def find_stored(file: Media) -> Path | None:
    """Return where the bytes of a file lie; None while they are not here."""
    path = path_of(file.workspace_id, file.id)
    return path if file.state == MediaState.STORED and path.is_file() else None


@contextmanager
def draft(workspace_id: UUID) -> Iterator[Path]:
    """Give a path to write to in the workspace's folder; what is left there goes at the end."""
    with draft_in(folder_of(workspace_id)) as path:
        yield path


@contextmanager
def draft_in(folder: Path) -> Iterator[Path]:
    """Give a path to write to in a folder; what is left there goes at the end."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f".{secrets.token_hex(8)}.part"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def keep(path: Path, workspace_id: UUID, media_id: UUID) -> None:
    """Give a finished draft its place; after a power cut it is there whole or not at all."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    target = path_of(workspace_id, media_id)
    path.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def discard(workspace_id: UUID, media_id: UUID) -> None:
    """Delete the bytes of a file; one that is gone already is fine."""
    with suppress(FileNotFoundError):
        path_of(workspace_id, media_id).unlink()


def examine(path: Path) -> Facts:
    """Read size, checksum, head and, of images, the dimensions."""
    checksum = hashlib.sha256()
    with path.open("rb") as file:
        head = file.read(media_rules.HEAD_BYTES)
        file.seek(0)
        while chunk := file.read(1 << 20):
            checksum.update(chunk)
        size = file.tell()
        width, height = _dimensions(file)
    return Facts(size, checksum.hexdigest(), head, width, height)


def _dimensions(file: BinaryIO) -> tuple[int, int]:
    """Return an image's size as it is shown; zeros for anything else.

    Only the header is read, nothing is unpacked, so a decompression bomb stays packed.
    """
    file.seek(0)
    try:
        with Image.open(file, formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
            width, height = image.size
            is_turned = image.format == "JPEG" and image.getexif().get(_ORIENTATION) in _TURNED
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ):
        return 0, 0
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        return 0, 0
    return (height, width) if is_turned else (width, height)


async def add_upload(
    session: AsyncSession,
    actor: Actor,
    *,
    media_id: UUID,
    facts: Facts,
    mime: str,
    filename: str,
) -> Media:
    """Note a file that a person uploaded and whose bytes are in their place."""
    return await MediaRepository(session, actor.workspace_id).add(
        Media(
            id=media_id,
            workspace_id=actor.workspace_id,
            uploaded_by=actor.user_id,
            mime=mime,
            filename=file_name(filename),
            size=facts.size,
            sha256=facts.sha256,
            width=facts.width,
            height=facts.height,
            state=MediaState.STORED,
            created_at=clock.now(),
        )
    )


async def type_of(session: AsyncSession, workspace_id: UUID, media_id: UUID) -> str | None:
    """Return the MIME type of a file whose bytes are here; None when there is no such file."""
    file = await MediaRepository(session, workspace_id).find(media_id)
    return file.mime if file and find_stored(file) else None


async def copy_all(
    session: AsyncSession, actor: Actor, media_ids: Collection[UUID]
) -> dict[UUID, Media]:
    """Return a copy of each file, for a second message that carries the same.

    Raises:
        Invalid: One of them is gone.
    """
    files = MediaRepository(session, actor.workspace_id)
    found = await files.list_by_ids(list(media_ids))
    copies: dict[UUID, Media] = {}
    for media_id in media_ids:
        original = found.get(media_id)
        twin = ids.new()
        try:
            if original is None:
                raise FileNotFoundError
            await asyncio.to_thread(_twin, actor.workspace_id, media_id, twin)
        except OSError:
            raise Invalid("The file of this message is gone. Attach it again.") from None
        copies[media_id] = await files.add(
            Media(
                **original.model_dump(
                    include={
                        "workspace_id",
                        "number_id",
                        "meta_media_id",
                        "meta_uploaded_at",
                        "mime",
                        "filename",
                        "size",
                        "sha256",
                        "width",
                        "height",
                    }
                ),
                id=twin,
                uploaded_by=actor.user_id,
                state=MediaState.STORED,
                created_at=clock.now(),
            )
        )
    return copies


def _twin(workspace_id: UUID, media_id: UUID, twin: UUID) -> None:
    source, target = path_of(workspace_id, media_id), path_of(workspace_id, twin)
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        # Some file systems know no hard links.
        shutil.copyfile(source, target)
        target.chmod(0o600)
