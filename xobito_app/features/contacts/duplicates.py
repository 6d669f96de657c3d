"""Finding contacts that may be one person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text as sql
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.contacts.schemas import ContactView
from xobito_app.features.contacts.views import read_views

SHOWN = 50
MOST_ALIKE = 10
"""More contacts that share a fact are no doubles: a company's switchboard, a test import."""
TAIL = 9
"""Trailing digits that make a subscriber's number, whatever country code stands before."""


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two contacts and why they may be one; the older first."""

    first: ContactView
    second: ContactView
    reasons: tuple[str, ...]


# Every number as its shortest national variant: see `core.phone.variants`.
_CANONICAL = r"""
    CASE WHEN phone ~ '^\+55\d{2}9\d{8}$' THEN '+55' || substr(phone, 4, 2) || substr(phone, 7)
         WHEN phone ~ '^\+521\d{10}$' THEN '+52' || substr(phone, 5)
         WHEN phone ~ '^\+549\d{10}$' THEN '+54' || substr(phone, 5)
         ELSE phone END
"""
_KEYS: tuple[tuple[str, str, str], ...] = (
    ("Same number, written in another national way", _CANONICAL, "phone IS NOT NULL"),
    (
        f"Same last {TAIL} digits",
        f"right(phone, {TAIL})",
        f"length(phone) > {TAIL}",
    ),
    (
        "Same e-mail box",
        "lower(regexp_replace(email, '\\+[^@]*@', '@'))",
        "email <> ''",
    ),
    (
        "Same name and company",
        "sort_name || chr(10) || lower(btrim(company))",
        "btrim(company) <> '' AND btrim(first_name || last_name) <> ''",
    ),
)
_ALIKE = """
    SELECT array_agg(id ORDER BY created_at, id) FROM contact
    WHERE workspace_id = :workspace AND {condition}
    GROUP BY {key} HAVING count(*) BETWEEN 2 AND :most ORDER BY max(created_at) DESC LIMIT :limit
"""


async def find_duplicates(
    session: AsyncSession, actor: Actor, *, limit: int = SHOWN
) -> list[DuplicatePair]:
    """Return pairs that may be one person, those with most reasons first.

    Of several alike each is paired with the oldest.

    Raises:
        Forbidden: The actor may not see contacts.
    """
    require(actor, Permission.CONTACTS_VIEW)
    most = max(1, min(limit, SHOWN))
    connection = await session.connection()
    pairs: dict[tuple[UUID, UUID], list[str]] = {}
    for reason, key, condition in _KEYS:
        found = await connection.execute(
            sql(_ALIKE.format(key=key, condition=condition)),
            {"workspace": actor.workspace_id, "most": MOST_ALIKE, "limit": most},
        )
        for (alike,) in found:
            for other in alike[1:]:
                pairs.setdefault((alike[0], other), []).append(reason)
    best = sorted(pairs.items(), key=lambda pair: -len(pair[1]))[:most]
    views = await read_views(
        session, actor.workspace_id, {contact_id for pair, _ in best for contact_id in pair}
    )
    return [
        DuplicatePair(views[first], views[second], tuple(reasons))
        for (first, second), reasons in best
        if first in views and second in views
    ]
