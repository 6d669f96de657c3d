"""Finding a few contacts by what a person types, for pickers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.features.contacts.repository import ContactRepository
from xobito_app.features.contacts.rules import name_of, phone_of
from xobito_app.models.contacts import Contact


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A contact as a picker shows it."""

    id: UUID
    name: str
    phone: str


async def find_contacts(
    session: AsyncSession, actor: Actor, *, typed: str, limit: int = 8
) -> list[FoundContact]:
    """Return contacts whose name, company or number contains what was typed, newest first.

    Raises:
        Forbidden: The actor may not see contacts.
    """
    require(actor, Permission.CONTACTS_VIEW)
    contacts = ContactRepository(session, actor.workspace_id)
    statement = contacts.scoped()
    if line := one_line(typed)[:100].lower():
        name = func.lower(col(Contact.first_name) + " " + col(Contact.last_name))
        fits = [
            name.contains(line, autoescape=True),
            func.lower(col(Contact.profile_name)).contains(line, autoescape=True),
            func.lower(col(Contact.company)).contains(line, autoescape=True),
        ]
        digits = "".join(c for c in line if c.isdigit())
        if len(digits) >= 3:
            fits.append(col(Contact.phone).contains(digits))
        statement = statement.where(or_(*fits))
    rows = await contacts.all(
        statement.order_by(col(Contact.created_at).desc(), col(Contact.id).desc()).limit(limit)
    )
    return [FoundContact(row.id, name_of(row), phone_of(row)) for row in rows]
