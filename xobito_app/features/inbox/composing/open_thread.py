"""Finding the thread in which somebody outside is written to, made when there was none."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids, phone
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.connection import service as connection
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.contacts.service import find_phone_owner, resolve_people
from xobito_app.features.inbox.repository import ConversationRepository
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.models.contacts import Contact, ContactType
from xobito_app.models.inbox import ConversationStatus
from xobito_app.persistence.unit_of_work import announce


async def reach(
    session: AsyncSession, actor: Actor, *, phone_number: str, from_phone_number_id: str = ""
) -> UUID:
    """Return the thread with a phone number; an unknown number becomes a minimal contact.

    Args:
        session: Where it is looked up.
        actor: Who wants to write.
        phone_number: As people write it; without `+`, of the workspace's country.
        from_phone_number_id: Meta's id of our number; the primary one when empty.

    Raises:
        Forbidden: The actor may not reply.
        Invalid: It cannot be a phone number, or our number is not of this workspace.
    """
    require(actor, Permission.INBOX_REPLY)
    workspace_id = actor.workspace_id
    number = await connection.choose_number(session, workspace_id, from_phone_number_id)
    contact = await _contact(session, workspace_id, phone_number)
    now = clock.business_now()
    threads = ConversationRepository(session, workspace_id)
    found = await threads.ensure(
        [(number.id, contact.id)],
        [
            {
                "id": ids.new(),
                "workspace_id": workspace_id,
                "number_id": number.id,
                "contact_id": contact.id,
                "status": ConversationStatus.OPEN,
                "created_at": now,
                "last_message_at": now,
            }
        ],
    )
    thread = found[number.id, contact.id]
    announce(session, workspace_id, Topic.CONVERSATION, thread.id)
    return thread.id


async def _contact(session: AsyncSession, workspace_id: UUID, phone_number: str) -> Contact:
    workspace = await get_workspace(session, workspace_id)
    try:
        number = phone.normalise(phone_number, workspace.country or None)
    except Invalid as error:
        raise Invalid.field("phone_number", error.message) from None
    if owner := await find_phone_owner(session, workspace_id, number):
        return owner
    person = Person(phone=number)
    made = await resolve_people(session, workspace_id, [person], as_type=ContactType.LEAD)
    return made[person]
