"""What the parts of a delivery do in their workspace, all together or one by one."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.features.connection import news as connection_news
from xobito_app.features.contacts import service as contacts
from xobito_app.features.contacts.resolve import resolve_people
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.inbox.effects import receive_statuses
from xobito_app.features.inbox.receive import receive_messages
from xobito_app.features.templates import news as template_news
from xobito_app.features.workspaces.service import read_settings
from xobito_app.models.contacts import ContactType
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp import inbound_events
from xobito_app.whatsapp.inbound import Part, UnreadablePart
from xobito_app.whatsapp.inbound_model import AccountError, Message, Source, Status

log = logging.getLogger(__name__)


async def apply_parts(session: AsyncSession, workspace_id: UUID, parts: Sequence[Part]) -> str:
    """Do what the parts say, messages before statuses; repeats change nothing.

    Returns:
        What was done, in words for the journal.

    Raises:
        Exception: Something in one of them does not work; the caller tries them one by one.
    """
    settings = await read_settings(session, workspace_id)
    messages = [part for part in parts if isinstance(part, Message)]
    statuses = [part for part in parts if isinstance(part, Status)]
    numbers = await connection_news.numbers_for(
        session, workspace_id, [part.source for part in (*messages, *statuses)]
    )
    done: Counter[str] = Counter()
    if messages:
        pairs = [(_number(numbers, m.source), m) for m in messages]
        done["new message"] = await receive_messages(session, workspace_id, pairs, settings)
        await connection_news.note_inbound(session, workspace_id)
    if statuses:
        pairs = [(_number(numbers, s.source), s) for s in statuses]
        done["status"] = await receive_statuses(session, workspace_id, pairs)
    for part in parts:
        if not isinstance(part, Message | Status) and (
            word := await _other(session, workspace_id, part)
        ):
            done[word] += 1
    announce(session, workspace_id, Topic.JOURNAL, workspace_id)
    return ", ".join(f"{count} × {word}" for word, count in done.items() if count)


def _number(numbers: dict[str, UUID], source: Source) -> UUID:
    number_id = numbers.get(source.phone_number_id or "")
    if number_id is None:
        raise ValueError("The change does not say which business number it is about.")
    return number_id


async def _other(session: AsyncSession, workspace_id: UUID, part: Part) -> str:
    """Do what a rarer part says and return its word for the journal; empty when only kept."""
    match part:
        case inbound_events.PreferenceChange():
            return await _preference(session, workspace_id, part)
        case inbound_events.ContactSync() if not part.removed:
            person = Person(part.phone, part.user_id, None, part.full_name or part.first_name)
            await resolve_people(session, workspace_id, [person], as_type=ContactType.LEAD)
            return "contact"
        case inbound_events.UserIdChange():
            old = Person(part.phone, part.previous_user_id)
            new = Person(part.phone, part.user_id)
            await _link(session, workspace_id, old, new)
            return "identity"
        case inbound_events.TemplateEvent():
            return await template_news.take_template_event(session, workspace_id, part)
        case inbound_events.AccountEvent() | AccountError():
            return await connection_news.take_account_event(session, workspace_id, part)
        case UnreadablePart():
            raise ValueError(part.reason)
        case _:
            return ""


async def _preference(
    session: AsyncSession, workspace_id: UUID, part: inbound_events.PreferenceChange
) -> str:
    person = Person(part.phone, part.user_id, None, part.profile_name)
    found = await resolve_people(session, workspace_id, [person], as_type=ContactType.LEAD)
    for contact in found.values():
        if part.stopped:
            await contacts.opt_out(
                session,
                workspace_id,
                {contact.id: part.at},
                reason="Stopped marketing in WhatsApp",
            )
        elif part.stopped is False:
            await contacts.opt_in(session, workspace_id, [contact.id])
    return "preference" if found else ""


async def _link(session: AsyncSession, workspace_id: UUID, old: Person, new: Person) -> None:
    """Attach a changed user id to whoever had the old one."""
    merged = Person(old.phone, old.user_id or new.user_id)
    await resolve_people(session, workspace_id, [merged], as_type=ContactType.LEAD)
    if old.user_id and new.user_id:
        await contacts.attach_user_id(session, workspace_id, known=old.user_id, added=new.user_id)
