"""What tokens tell the entrypoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xobito_app.core.permissions import Actor
from xobito_app.core.views import taken_from
from xobito_app.models.tokens import ApiToken


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as lists show it; nothing of it opens anything.

    Attributes:
        is_orphaned: Whoever made it is not active any more, so it opens nothing meanwhile.
    """

    id: UUID
    name: str
    prefix: str
    abilities: tuple[str, ...]
    rate_limit: int
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    is_orphaned: bool = False

    @classmethod
    def of(cls, row: ApiToken, *, is_orphaned: bool = False) -> TokenView:
        """Take a token out of its table."""
        return taken_from(row, cls, abilities=tuple(row.abilities), is_orphaned=is_orphaned)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the REST API: a token that was accepted.

    Attributes:
        workspace: The slug in the address.
        country: ISO 3166 code for numbers written without their country; may be empty.
    """

    token_id: UUID
    actor: Actor
    abilities: frozenset[str]
    rate_limit: int
    workspace: str
    country: str
