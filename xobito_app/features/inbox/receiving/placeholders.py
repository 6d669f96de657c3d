"""Files of the history: it first names a message, and brings its file later under the same id."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.features.inbox.message_updates import show
from xobito_app.features.inbox.receiving.arrivals import Arrival, await_media
from xobito_app.features.inbox.receiving.content import content_of, words_of
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.models.inbox import Message
from xobito_app.whatsapp.inbound_content import MEDIA_KINDS
from xobito_app.whatsapp.inbound_model import MessageKind, Origin

_WAITING_KINDS = {MessageKind.UNKNOWN, MessageKind.UNSUPPORTED, *MEDIA_KINDS}


def is_placeholder(message: Message) -> bool:
    """Tell whether an entry of the history still stands for a file that may follow."""
    is_old = message.origin == Origin.HISTORY.value and message.kind in _WAITING_KINDS
    return is_old and "media" not in message.content


async def replace(
    session: AsyncSession, workspace_id: UUID, repeats: Mapping[tuple[UUID, str], Arrival]
) -> None:
    """Put the file in the place of its placeholder; any other repeat changes nothing."""
    bringing = {key: arrival for key, arrival in repeats.items() if arrival.media_id}
    if not bringing:
        return
    messages = MessageRepository(session, workspace_id)
    known = await messages.lock_by_wamid(set(bringing))
    found = {key: row for key, row in known.items() if is_placeholder(row)}
    for key, row in found.items():
        arrival = bringing[key]
        row.kind = arrival.message.kind.value
        row.body = words_of(arrival.message) or row.body
        row.content = content_of(arrival.message, arrival.media_id)
        session.add(row)
    await await_media(
        session,
        workspace_id,
        [(bringing[key], row.id, row.conversation_id) for key, row in found.items()],
    )
    await messages.index_words([(row.id, row.at, row.body) for row in found.values() if row.body])
    await show(session, workspace_id, list(found.values()))
