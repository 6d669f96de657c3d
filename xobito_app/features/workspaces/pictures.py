"""Photos of people and the logo of a workspace: made square and small, shown to members only."""

from __future__ import annotations

import asyncio
import io
import os
import secrets
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import ids
from xobito_app.core.errors import Invalid, NotFound
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.accounts.service import get_user
from xobito_app.features.activity import service as activity
from xobito_app.features.workspaces.repository import MemberRepository
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.persistence.unit_of_work import announce
from xobito_app.settings import get_settings

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 40_000_000
SIDE = 256
FORMATS = ("PNG", "JPEG", "WEBP")
_UNREADABLE = "Choose a picture: PNG, JPEG or WebP."
_MISSING = "There is no such picture."


def _folder() -> Path:
    # Beside the media, so that a backup takes it along.
    return get_settings().data_path / "media" / "pictures"


def path_of(picture: str) -> Path:
    """Return where a picture lies; its name is one of ours."""
    return _folder() / str(ids.parse(picture))


async def keep(content: bytes) -> str:
    """Crop a picture to a square, store it and return its name.

    Raises:
        Invalid: It is no PNG, JPEG or WebP, or too large to be unpacked.
    """
    return await asyncio.to_thread(_keep, content)


def _keep(content: bytes) -> str:
    square = crop(content)
    name = str(ids.new())
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{secrets.token_hex(8)}.part"
    draft.write_bytes(square)
    os.chmod(draft, 0o600)
    draft.replace(folder / name)
    return name


def crop(content: bytes) -> bytes:
    """Return the middle of a picture as a square WebP, upright and without what it tells of itself.

    Raises:
        Invalid: It is no PNG, JPEG or WebP, or too large to be unpacked.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            # Only the header is read so far: a bomb is refused before it is unpacked.
            if image.width * image.height > MOST_PIXELS:
                raise Invalid.field("file", "This picture has too many pixels.")
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise Invalid.field("file", _UNREADABLE) from None
    square = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    into = io.BytesIO()
    square.save(into, "WEBP", quality=86)
    return into.getvalue()


def discard(picture: str) -> None:
    """Delete a picture's bytes; none, or one that is gone already, is fine."""
    if picture:
        with suppress(FileNotFoundError):
            path_of(picture).unlink()


async def set_photo(session: AsyncSession, actor: Actor, *, picture: str) -> str:
    """Give the actor another photo, or none, and return the one before.

    Raises:
        NotFound: The actor is nobody who signs in.
    """
    if actor.user_id is None:
        raise NotFound(_MISSING)
    user = await get_user(session, actor.user_id)
    before, user.picture = user.picture, picture
    session.add(user)
    activity.record(
        session, actor, "account.photo_changed", about="staff", object_id=user.id, name=user.name
    )
    announce(session, actor.workspace_id, Topic.ACCESS, user.id)
    return before


async def set_logo(session: AsyncSession, actor: Actor, *, picture: str) -> str:
    """Give the workspace another logo, or none, and return the one before.

    Raises:
        Forbidden: The actor may not edit settings.
    """
    require(actor, Permission.SETTINGS_EDIT)
    workspace = await get_workspace(session, actor.workspace_id)
    before, workspace.logo = workspace.logo, picture
    session.add(workspace)
    activity.record(
        session, actor, "workspace.logo_changed", about="workspace", name=workspace.name
    )
    announce(session, actor.workspace_id, Topic.SETTINGS, actor.workspace_id)
    return before


async def find_photo(session: AsyncSession, actor: Actor, *, user_id: UUID) -> Path:
    """Return where the photo of a colleague lies, one of today or of the past.

    Raises:
        NotFound: The person has none, or was never in the actor's workspace.
    """
    if await MemberRepository(session, actor.workspace_id).find_by_user(user_id) is None:
        raise NotFound(_MISSING)
    return _existing((await get_user(session, user_id)).picture)


async def find_logo(session: AsyncSession, actor: Actor) -> Path:
    """Return where the logo of the actor's workspace lies.

    Raises:
        NotFound: It has none.
    """
    return _existing((await get_workspace(session, actor.workspace_id)).logo)


def _existing(picture: str) -> Path:
    if not picture or not path_of(picture).is_file():
        raise NotFound(_MISSING)
    return path_of(picture)


def photo_url(user_id: UUID, picture: str) -> str:
    """Return the address of a photo; another photo is another address. Empty without one."""
    return f"/pictures/people/{user_id}?v={picture[-12:]}" if picture else ""


def logo_url(picture: str) -> str:
    """Return the address of the workspace's logo; empty without one."""
    return f"/pictures/workspace?v={picture[-12:]}" if picture else ""
