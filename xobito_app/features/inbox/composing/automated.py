"""Messages the house sends by itself: many at once, in threads that are locked already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.features.inbox import rules
from xobito_app.features.inbox.composing import stored_payload
from xobito_app.features.inbox.composing.compose_template import draft_of_template
from xobito_app.features.inbox.composing.outgoing import Draft, lead, new_message
from xobito_app.features.inbox.job_types import OUTBOUND_SEND
from xobito_app.features.inbox.repository import MessageRepository
from xobito_app.models.inbox import Conversation, Message
from xobito_app.models.templates import Template as TemplateRow
from xobito_app.persistence.unit_of_work import announce, enqueue
from xobito_app.whatsapp.cards import ContactCard
from xobito_app.whatsapp.payloads import Payload


@dataclass(frozen=True, slots=True)
class Automated:
    """A message of a bot.

    Attributes:
        thread: Where it goes, locked for change.
        key: The same key never makes a second message; at most 64 characters.
        said: Meta's body without address (`payloads.said`).
        author: Who people read as its author.
        template: The template's row, when it is one; `values` are what fills it.
    """

    thread: Conversation
    key: str
    said: Payload
    author: str
    template: TemplateRow | None = None
    values: Mapping[str, str] | None = None


async def queue_automated(
    session: AsyncSession, workspace_id: UUID, messages: Sequence[Automated]
) -> list[UUID]:
    """Queue messages and return their ids; one whose key is known already is left out.

    The window is judged when they are sent: what comes too late fails like everything else.
    """
    rows = [_row(one) for one in messages]
    if not rows:
        return []
    inserted = await session.exec(
        insert(Message).on_conflict_do_nothing().returning(col(Message.id)),
        params=[row.model_dump() for row in rows],
    )
    fresh = set(inserted.scalars())
    new = [(one, row) for one, row in zip(messages, rows, strict=True) if row.id in fresh]
    words = [(row.id, row.at, row.body) for _, row in new if row.body]
    await MessageRepository(session, workspace_id).index_words(words)
    for one, row in new:
        lead(one.thread, row)
        session.add(one.thread)
        announce(session, workspace_id, Topic.CONVERSATION, one.thread.id)
        announce(session, workspace_id, Topic.MESSAGE, one.thread.id, row.id)
    if new:
        enqueue(session, OUTBOUND_SEND, workspace_id)
    return [row.id for _, row in new]


def _row(one: Automated) -> Message:
    if one.template is not None:
        draft = draft_of_template(one.template, one.values or {}, one.said)
    else:
        draft = draft_of(one.said)
    actor = system_actor(WorkspaceId(one.thread.workspace_id), one.author)
    row = new_message(actor, one.thread, draft, key=one.key)
    row.origin = rules.BOT
    return row


def draft_of(said: Payload) -> Draft:
    """Return the inside of a message from what Meta is told, for all kinds but templates."""
    kind = str(said["type"])
    content = said[kind]
    kept = {stored_payload.SEND: stored_payload.keep(said)}
    match kind:
        case "text":
            return Draft(kind, content["body"], kept)
        case "location":
            place = {"name": "", "address": "", **content}
            place |= {name: float(content[name]) for name in ("latitude", "longitude")}
            return Draft(kind, "", {"location": place, **kept})
        case "contacts":
            cards = [ContactCard.of(card) for card in content]
            names = ", ".join(card.formatted_name for card in cards)
            shown = [asdict(card) for card in cards]
            return Draft(kind, "", {"cards": shown, "names": names, **kept})
        case "interactive":
            words = content["body"]["text"]
            return Draft(kind, words, {"interactive": _bubble(content), **kept})
    if link := content.get("link"):
        return Draft(kind, content.get("caption", ""), {"link": link, **kept})
    shown = {
        "id": str(next(iter(stored_payload.media_ids(kept)))),
        "mime": "",
        "filename": content.get("filename", ""),
        "voice": False,
        "animated": False,
    }
    return Draft(kind, content.get("caption", ""), {"media": shown, **kept})


def _bubble(content: Mapping[str, Any]) -> dict[str, Any]:
    action = content["action"]
    told: dict[str, Any] = {"kind": content["type"], "buttons": []}
    match content["type"]:
        case "button":
            told["buttons"] = [button["reply"] for button in action["buttons"]]
        case "list":
            told["buttons"] = [{"id": "", "title": action["button"], "type": "list"}]
            told["sections"] = [
                {
                    "title": section.get("title", ""),
                    "rows": [{"description": "", **row} for row in section["rows"]],
                }
                for section in action["sections"]
            ]
        case "cta_url":
            link = action["parameters"]
            told["buttons"] = [
                {"id": "", "title": link["display_text"], "type": "url", "url": link["url"]}
            ]
    return {
        "header": content.get("header", {}).get("text", ""),
        "body": content["body"]["text"],
        "footer": content.get("footer", {}).get("text", ""),
        **told,
    }
