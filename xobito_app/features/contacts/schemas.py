"""What the contacts feature tells and is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xobito_app.core.phone import E164
from xobito_app.models.contacts import IdentityKind


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as Meta speaks of them; at least one of phone and user id is usually known.

    Attributes:
        user_id: Meta's business-scoped user id (BSUID).
    """

    phone: E164 | None
    user_id: str | None = None
    parent_user_id: str | None = None
    profile_name: str | None = None
    username: str | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether there is any name to find the person by."""
        return bool(self.phone or self.user_id or self.parent_user_id)

    def identities(self) -> list[tuple[IdentityKind, str]]:
        """Return the names this person goes by, the surest first."""
        names = [
            (IdentityKind.WA_ID, self.phone.removeprefix("+") if self.phone else None),
            (IdentityKind.BSUID, self.user_id),
            (IdentityKind.PARENT_BSUID, self.parent_user_id),
        ]
        return [(kind, name[:191]) for kind, name in names if name]


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is known of a contact, ready to show; absent facts are empty."""

    id: UUID
    name: str
    first_name: str
    last_name: str
    phone: str
    username: str
    email: str
    company: str
    city: str
    country: str
    language: str
    type: str
    status: str
    source: str
    groups: tuple[str, ...]
    description: str
    created_at: datetime
    opted_out_at: datetime | None
    opt_out_reason: str
