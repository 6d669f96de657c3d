"""What leaves the composer in one press: words and files, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Invalid
from xobito_app.core.permissions import Actor
from xobito_app.core.text import clean
from xobito_app.features.inbox.composing.compose import send_media, send_text
from xobito_app.features.inbox.composing.outgoing import KEY_LIMIT, Order
from xobito_app.features.inbox.repository import MediaRepository
from xobito_app.features.inbox.schemas import EntryView
from xobito_app.whatsapp import limits, media as media_rules, payloads

MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file and the words under it."""

    media_id: UUID
    caption: str = ""


async def send_bundle(
    session: AsyncSession,
    actor: Actor,
    order: Order,
    *,
    body: str,
    attachments: Sequence[Attachment] = (),
) -> list[EntryView]:
    """Queue words and files as the messages they make, in order.

    The words become the caption of the first file when that can have one and has none; else they
    go first, as a message of their own. Only the first message answers the quoted one.

    Raises:
        Forbidden: The actor may not reply here.
        NotFound: The thread is out of sight, or a file is not the actor's.
        Invalid: There are too many files, or one of the messages breaks a rule; nothing is sent.
    """
    if len(attachments) > MOST_FILES:
        raise Invalid.field("files", f"Send at most {MOST_FILES} files at once.")
    files, words = list(attachments), clean(body)
    if words and files and await _takes_words(session, actor, files[0], words):
        files[0] = replace(files[0], caption=words)
        words = ""
    sent: list[EntryView] = []
    if words or not files:
        sent.append(await send_text(session, actor, order, body=words))
    for number, file in enumerate(files):
        sent.append(
            await send_media(
                session,
                actor,
                replace(
                    order,
                    key=f"{order.key[: KEY_LIMIT - 4]}-{number}",
                    reply_to_id=None if sent else order.reply_to_id,
                ),
                media_id=file.media_id,
                caption=file.caption,
            )
        )
    return sent


async def _takes_words(session: AsyncSession, actor: Actor, file: Attachment, words: str) -> bool:
    if file.caption or len(words) > limits.CAPTION:
        return False
    stored = await MediaRepository(session, actor.workspace_id).get(file.media_id)
    return media_rules.kind_for(stored.mime) in payloads.CAPTIONED
