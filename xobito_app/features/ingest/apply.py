"""What the parts of a delivery do in their workspace, all together or one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.features.connection import service as connection
from xobito_app.features.contacts import service as contacts
from xobito_app.features.contacts.schemas import Person
from xobito_app.features.contacts.service import resolve_people
from xobito_app.features.inbox.service import (
    is_from_somebody,
    receive_calls,
    receive_messages,
    receive_statuses,
)
from xobito_app.features.templates import service as templates
from xobito_app.features.workspaces.service import load_settings
from xobito_app.models.contacts import ContactType
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp import inbound_events
from xobito_app.whatsapp.inbound import Part, UnreadablePart
from xobito_app.whatsapp.inbound_events import CallEvent
from xobito_app.whatsapp.inbound_model import AccountError, Message, Source, Status

_OF_A_NUMBER = (Message, Status, CallEvent)


async def apply_parts(
    session: AsyncSession, workspace_id: UUID, parts: Sequence[Part]
) -> dict[int, str]:
    """Do what the parts say, messages before statuses; repeats change nothing.

    Returns:
        Why some of them can never be done, by their place; the others are done.

    Raises:
        Exception: Something in one of them does not work; the caller tries them apart.
    """
    numbers = await connection.numbers_for(
        session, workspace_id, [part.source for part in parts if isinstance(part, _OF_A_NUMBER)]
    )
    unfit = {place: reason for place, part in enumerate(parts) if (reason := _unfit(part, numbers))}
    fit = [part for place, part in enumerate(parts) if place not in unfit]
    settings = await load_settings(session, workspace_id)
    if messages := [(numbers[p.source], p) for p in fit if isinstance(p, Message)]:
        await receive_messages(session, workspace_id, messages, settings)
        await connection.note_inbound(session, workspace_id)
    if calls := [(numbers[p.source], p) for p in fit if isinstance(p, CallEvent)]:
        await receive_calls(session, workspace_id, calls, settings)
    if statuses := [(numbers[p.source], p) for p in fit if isinstance(p, Status)]:
        await receive_statuses(session, workspace_id, statuses)
    for part in fit:
        await _other(session, workspace_id, part)
    announce(session, workspace_id, Topic.JOURNAL, workspace_id)
    return unfit


def _unfit(part: Part, numbers: Mapping[Source, UUID]) -> str:
    """Return why a part can never be done, whenever it is tried; empty when it may."""
    if isinstance(part, UnreadablePart):
        return part.reason
    if isinstance(part, _OF_A_NUMBER) and part.source not in numbers:
        return "The change does not say which business number it is about."
    if isinstance(part, Message | CallEvent) and not is_from_somebody(part):
        return "It names nobody it could be from."
    return ""


async def _other(session: AsyncSession, workspace_id: UUID, part: Part) -> None:
    """Do what a rarer part says; many are only kept."""
    match part:
        case inbound_events.PreferenceChange():
            await _preference(session, workspace_id, part)
        case inbound_events.ContactSync() if not part.removed:
            person = Person(part.phone, part.user_id, None, part.full_name or part.first_name)
            await resolve_people(session, workspace_id, [person], as_type=ContactType.LEAD)
        case inbound_events.UserIdChange():
            old = Person(part.phone, part.previous_user_id)
            new = Person(part.phone, part.user_id)
            await _link(session, workspace_id, old, new)
        case inbound_events.TemplateEvent():
            await templates.take_template_event(session, workspace_id, part)
        case inbound_events.AccountEvent() | AccountError():
            await connection.take_account_event(session, workspace_id, part)
        case _:
            return


async def _preference(
    session: AsyncSession, workspace_id: UUID, part: inbound_events.PreferenceChange
) -> None:
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


async def _link(session: AsyncSession, workspace_id: UUID, old: Person, new: Person) -> None:
    """Attach a changed user id to whoever had the old one."""
    merged = Person(old.phone, old.user_id or new.user_id)
    await resolve_people(session, workspace_id, [merged], as_type=ContactType.LEAD)
    if old.user_id and new.user_id:
        await contacts.attach_user_id(session, workspace_id, known=old.user_id, added=new.user_id)
