"""Files that come with a request or are fetched for it, until a message carries them."""

from __future__ import annotations

import asyncio
import mimetypes
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import UploadFile

from xobito_app.core import ids
from xobito_app.core.errors import AppError, Invalid, TooLarge
from xobito_app.core.permissions import Actor
from xobito_app.features.inbox.media import files
from xobito_app.features.outbound_http import service as client
from xobito_app.whatsapp import media as media_rules
from xobito_app.whatsapp.payloads import MediaKind

FETCH_SECONDS = 60.0
_VAGUE = {"", "application/octet-stream", "binary/octet-stream", "application/download"}


@dataclass(slots=True)
class Kept:
    """A file in its place, checked, not yet known to the database.

    Attributes:
        is_used: A message carries it; else it is thrown away in the end.
    """

    media_id: UUID
    facts: files.Facts
    mime: str
    filename: str
    is_used: bool = False

    async def use(self, session: AsyncSession, actor: Actor) -> UUID:
        """Make it a file of the workspace and return its id."""
        await files.add_upload(
            session,
            actor,
            media_id=self.media_id,
            facts=self.facts,
            mime=self.mime,
            filename=self.filename,
        )
        self.is_used = True
        return self.media_id


@asynccontextmanager
async def fetched(
    workspace_id: UUID, url: str, kind: MediaKind, *, field: str, filename: str = ""
) -> AsyncGenerator[Kept]:
    """Fetch a file from an address outside.

    Raises:
        Invalid: The address is refused, does not answer, or gives no file of this kind.
        TooLarge: It is over Meta's limit for the kind.
    """
    with files.draft(workspace_id) as path:
        try:
            with path.open("wb") as into:
                answer = await client.download(
                    url,
                    into.write,
                    seconds=FETCH_SECONDS,
                    most=media_rules.RULES[kind].max_bytes,
                )
        except TooLarge:
            raise
        except AppError as error:
            raise Invalid.field(field, error.message) from None
        name = filename or unquote(urlsplit(url).path).rpartition("/")[2]
        declared = answer.headers.get("content-type", "")
        async with _kept(workspace_id, path, kind, declared, name, field) as kept:
            yield kept


@asynccontextmanager
async def uploaded(
    workspace_id: UUID, file: UploadFile, kind: MediaKind, *, field: str, filename: str = ""
) -> AsyncGenerator[Kept]:
    """Take over a file that came with the request.

    Raises:
        Invalid: It is no file of this kind, or over Meta's limit for it.
    """
    with files.draft(workspace_id) as path:
        await asyncio.to_thread(_copy, file.file, path)
        name, declared = filename or file.filename or "", file.content_type or ""
        async with _kept(workspace_id, path, kind, declared, name, field) as kept:
            yield kept


def _copy(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as into:
        shutil.copyfileobj(source, into, 1 << 20)


@asynccontextmanager
async def _kept(
    workspace_id: UUID, path: Path, kind: MediaKind, declared: str, name: str, field: str
) -> AsyncGenerator[Kept]:
    facts = await asyncio.to_thread(files.examine, path)
    try:
        mime = media_rules.check_outgoing(
            kind, _type_of(declared, name, facts.head), facts.size, facts.head
        )
    except Invalid as error:
        raise Invalid.field(field, error.message) from None
    media_id = ids.new()
    await asyncio.to_thread(files.keep, path, workspace_id, media_id)
    kept = Kept(media_id, facts, mime, name or f"{kind.value}{mimetypes.guess_extension(mime)}")
    is_done = False
    try:
        yield kept
        is_done = kept.is_used
    finally:
        if not is_done:
            files.discard(workspace_id, media_id)


def _type_of(declared: str, name: str, head: bytes) -> str:
    """Return what a file says it is; one that does not say is known by its inside or name."""
    if media_rules.base_type(declared) not in _VAGUE:
        return declared
    return media_rules.sniff(head) or mimetypes.guess_type(name)[0] or declared
