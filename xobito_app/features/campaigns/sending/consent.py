"""Who told Meta that they want no more marketing (131050): remembered, contact or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.phone import E164
from xobito_app.features.contacts import service as contacts
from xobito_app.features.contacts.schemas import Person
from xobito_app.models.contacts import ContactType

REASON = "Stopped marketing in WhatsApp"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody who takes no more marketing, as a campaign knows them.

    Attributes:
        contact_id: None for a row of a file that is no contact.
        at: When Meta said so.
    """

    contact_id: UUID | None
    phone: str
    user_id: str | None
    at: datetime


async def remember(session: AsyncSession, workspace_id: UUID, refusals: Sequence[Refusal]) -> None:
    """Opt these people out; who was no contact becomes one: the next campaign has to know."""
    strangers = {
        Person(E164(one.phone) if one.phone else None, one.user_id): one.at
        for one in refusals
        if one.contact_id is None
    }
    found = await contacts.resolve_people(
        session, workspace_id, strangers, as_type=ContactType.LEAD
    )
    stopped = {one.contact_id: one.at for one in refusals if one.contact_id}
    stopped |= {contact.id: strangers[person] for person, contact in found.items()}
    if stopped:
        await contacts.opt_out(session, workspace_id, stopped, reason=REASON)
