"""Canned replies: prepared answers with the contact's facts filled in."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import Findings
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import clean
from xobito_app.features.activity import service as activity
from xobito_app.features.contacts import service as contacts
from xobito_app.features.contacts.schemas import ContactFacts
from xobito_app.features.inbox.schemas import CannedReplyView
from xobito_app.features.inbox.threads.threads import get_visible
from xobito_app.models.inbox import CannedReply
from xobito_app.persistence.repository import Repository

BODY_LIMIT = 4096
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_VARIABLE = re.compile(r"\{([a-z_.]+)\}")


class CannedReplyRepository(Repository[CannedReply]):
    """Canned replies of one workspace."""

    missing = "This canned reply no longer exists."


async def find(
    session: AsyncSession, actor: Actor, *, typed: str, limit: int = 20
) -> list[CannedReplyView]:
    """Return the replies whose shortcut begins with, or whose words contain, what was typed."""
    require(actor, Permission.CANNED_REPLIES_VIEW)
    replies = CannedReplyRepository(session, actor.workspace_id)
    statement = replies.scoped()
    if wanted := typed.strip().lstrip("/").lower():
        statement = statement.where(
            or_(
                func.lower(CannedReply.shortcut).startswith(wanted, autoescape=True),
                func.lower(CannedReply.body).contains(wanted, autoescape=True),
            )
        )
    rows = await replies.all(statement.order_by(col(CannedReply.shortcut)).limit(limit))
    return [CannedReplyView(row.id, row.shortcut, row.body) for row in rows]


async def get(session: AsyncSession, actor: Actor, *, reply_id: UUID) -> CannedReplyView:
    """Return one reply whole.

    Raises:
        NotFound: The workspace has no such reply.
    """
    require(actor, Permission.CANNED_REPLIES_VIEW)
    row = await CannedReplyRepository(session, actor.workspace_id).get(reply_id)
    return CannedReplyView(row.id, row.shortcut, row.body)


async def save(
    session: AsyncSession, actor: Actor, *, reply_id: UUID | None, shortcut: str, body: str
) -> UUID:
    """Create or change a canned reply.

    Raises:
        Invalid: The shortcut is odd or taken, or the text empty or over 4096 characters.
    """
    require(actor, Permission.CANNED_REPLIES_MANAGE)
    name, text = shortcut.strip().lstrip("/").lower(), clean(body)
    found = Findings()
    found.expect(
        _SHORTCUT.fullmatch(name),
        "shortcut",
        "Use a-z, 0-9, - and _ for the shortcut, at most 40.",
    )
    found.expect(
        0 < len(text) <= BODY_LIMIT, "body", f"Write between 1 and {BODY_LIMIT} characters."
    )
    replies = CannedReplyRepository(session, actor.workspace_id)
    taken = await replies.one_or_none(
        replies.scoped().where(func.lower(CannedReply.shortcut) == name)
    )
    found.expect(not taken or taken.id == reply_id, "shortcut", f"/{name} is taken.")
    found.check()
    reply = (
        await replies.get(reply_id)
        if reply_id
        else CannedReply(workspace_id=actor.workspace_id, shortcut=name)
    )
    reply.shortcut, reply.body = name, text
    await replies.add(reply)
    activity.record(
        session, actor, "canned_reply.saved", about="canned_reply", object_id=reply.id, name=name
    )
    return reply.id


async def remove(session: AsyncSession, actor: Actor, *, reply_id: UUID) -> None:
    """Delete a canned reply."""
    require(actor, Permission.CANNED_REPLIES_MANAGE)
    replies = CannedReplyRepository(session, actor.workspace_id)
    reply = await replies.get(reply_id)
    await replies.delete(reply)
    activity.record(
        session,
        actor,
        "canned_reply.deleted",
        about="canned_reply",
        object_id=reply_id,
        name=reply.shortcut,
    )


async def render(
    session: AsyncSession, actor: Actor, *, reply_id: UUID, conversation_id: UUID
) -> str:
    """Return a reply's text for a conversation, variables filled in.

    A variable that is empty or unknown stays as it is, so that nobody sends a gap unseen.
    """
    require(actor, Permission.CANNED_REPLIES_VIEW)
    thread = await get_visible(session, actor, conversation_id)
    contact = await contacts.load_facts(session, actor.workspace_id, thread.contact_id)
    reply = await CannedReplyRepository(session, actor.workspace_id).get(reply_id)
    facts = facts_of(contact) | {"agent.name": actor.name}
    return _VARIABLE.sub(lambda found: facts.get(found[1]) or found[0], reply.body)


def facts_of(contact: ContactFacts) -> dict[str, str]:
    """Return what a text may say about a contact, by variable name."""
    return {
        "contact.name": contact.name,
        "contact.first_name": contact.greeting_name,
        "contact.last_name": contact.last_name,
        "contact.phone": contact.phone,
        "contact.email": contact.email,
        "contact.company": contact.company,
        "contact.city": contact.city,
    }
