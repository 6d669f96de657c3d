"""Finding contacts that may be one person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text as sql
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.contacts.merging.not_duplicates import DistinctRepository, Pair
from xobito_app.features.contacts.records.views import load_views
from xobito_app.features.contacts.schemas import ContactView

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
# Left out are those of whom every two are known to be two people.
_ALIKE = """
    SELECT ids FROM (
        SELECT array_agg(id ORDER BY created_at, id) AS ids, max(created_at) AS newest FROM contact
        WHERE workspace_id = :workspace AND {condition}
        GROUP BY {key} HAVING count(*) BETWEEN 2 AND :most
    ) alike
    WHERE (
        SELECT count(*) FROM distinct_pair WHERE workspace_id = :workspace
        AND first_id = ANY (ids) AND second_id = ANY (ids)
    ) < cardinality(ids) * (cardinality(ids) - 1) / 2
    ORDER BY newest DESC LIMIT :limit
"""


async def find_duplicates(
    session: AsyncSession, actor: Actor, *, limit: int = SHOWN
) -> list[DuplicatePair]:
    """Return pairs that may be one person, those with most reasons first.

    Of several alike each is paired with the oldest it is not set apart from.

    Raises:
        Forbidden: The actor may not see contacts.
    """
    require(actor, Permission.CONTACTS_VIEW)
    most = max(1, min(limit, SHOWN))
    connection = await session.connection()
    groups: list[tuple[str, list[UUID]]] = []
    for reason, key, condition in _KEYS:
        found = await connection.execute(
            sql(_ALIKE.format(key=key, condition=condition)),
            {"workspace": actor.workspace_id, "most": MOST_ALIKE, "limit": most},
        )
        groups += [(reason, alike) for (alike,) in found]
    apart = await DistinctRepository(session, actor.workspace_id).list_within(
        {contact_id for _, alike in groups for contact_id in alike}
    )
    pairs: dict[Pair, list[str]] = {}
    for reason, alike in groups:
        for pair in _pair_up(alike, apart):
            pairs.setdefault(pair, []).append(reason)
    best = sorted(pairs.items(), key=lambda pair: -len(pair[1]))[:most]
    views = await load_views(
        session, actor.workspace_id, {contact_id for pair, _ in best for contact_id in pair}
    )
    return [
        DuplicatePair(views[first], views[second], tuple(reasons))
        for (first, second), reasons in best
        if first in views and second in views
    ]


def _pair_up(alike: Sequence[UUID], apart: Collection[Pair]) -> Iterator[Pair]:
    """Pair each with the first before it that may be the same person."""
    for index, other in enumerate(alike):
        for older in alike[:index]:
            if (min(older, other), max(older, other)) not in apart:
                yield older, other
                break
