"""Rows of campaigns and their recipients; every change of a recipient's state goes through here."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, func, text
from sqlmodel import col, select

from xobito_app.core import clock
from xobito_app.models.campaigns import (
    Campaign,
    CampaignCount,
    CampaignRecipient,
    CampaignStatus,
    RecipientState,
)
from xobito_app.persistence.arrays import any_of, any_pair, chunks
from xobito_app.persistence.repository import Repository


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one recipient.

    Attributes:
        changes: Columns and their new values; what is not named stays.
    """

    recipient_id: UUID
    state: RecipientState
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Meta's promise to process a message.

    Attributes:
        lease_at: Tells the hold on the recipient that sent it from every other.
    """

    recipient_id: UUID
    lease_at: datetime
    state: RecipientState
    wamid: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a recipient is."""

    id: UUID
    campaign_id: UUID
    contact_id: UUID | None
    phone: str
    user_id: str | None
    state: RecipientState
    claimed_at: datetime | None
    wamid: str | None
    attempts: int
    accepted_at: datetime | None


PIECE = 2000
"""Rows one statement writes or deletes."""

_TYPES = {
    "wamid": "text",
    "reason": "text",
    "error_code": "bigint",
    "attempt_id": "uuid",
    "attempts": "int",
    "due_at": "timestamptz",
    "claimed_at": "timestamptz",
    "accepted_at": "timestamptz",
    "sent_at": "timestamptz",
    "delivered_at": "timestamptz",
    "read_at": "timestamptz",
    "failed_at": "timestamptz",
    "settled_at": "timestamptz",
    "opted_out_at": "timestamptz",
    "pricing": "jsonb",
    "history": "jsonb",
}
"""Columns a move may change. `state` and `updated_at` change with every move."""


# The usual case in one statement: they are still in this hand. Whatever else is written of somebody
# (a status, a cancellation, another worker's hold) ends the lease.
_ACCEPT = text("""
WITH given AS (
  SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:leases AS timestamptz[]),
    CAST(:states AS text[]), CAST(:wamids AS text[])) AS given (id, lease, state, wamid)
), held AS (
  SELECT r.id, given.state, given.wamid
  FROM campaign_recipient r JOIN given ON given.id = r.id AND given.lease = r.claimed_at
  WHERE r.workspace_id = :workspace_id
  ORDER BY r.id FOR UPDATE OF r
)
UPDATE campaign_recipient r SET state = held.state, wamid = held.wamid, claimed_at = NULL,
  accepted_at = coalesce(r.accepted_at, :now), reason = '', error_code = NULL, updated_at = :now
FROM held WHERE r.id = held.id AND r.workspace_id = :workspace_id
RETURNING r.id, r.campaign_id
""")


@cache
def _statement(columns: tuple[str, ...]) -> TextClause:
    """Return the statement that moves many recipients; the names are those of `_TYPES` alone."""
    given = "".join(f", {name}" for name in columns)
    arrays = "".join(f", CAST(:{name} AS {_TYPES[name]}[])" for name in columns)
    changes = "".join(f", {name} = given.{name}" for name in columns)
    return text(
        f"UPDATE campaign_recipient SET state = given.state, updated_at = :now{changes}"  # noqa: S608
        f" FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]){arrays})"
        f" AS given (id, state{given})"
        " WHERE campaign_recipient.id = given.id"
        " AND campaign_recipient.workspace_id = :workspace_id"
    )


class CampaignRepository(Repository[Campaign]):
    """Campaigns of one workspace."""

    missing = "This campaign no longer exists."

    async def list_at_work(self) -> Sequence[Campaign]:
        """Return the campaigns whose requests may leave now."""
        now = clock.now()
        return await self.all(
            self.scoped()
            .where(col(Campaign.status) == CampaignStatus.SENDING)
            .where(col(Campaign.begins_at) <= now)
            .order_by(col(Campaign.id))
            .limit(1000)
        )

    async def list_with_leftovers(self) -> Sequence[UUID]:
        """Return the cancelled campaigns of which somebody waits: Meta asked to try them again."""
        statement = (
            select(col(Campaign.id))
            .join(CampaignCount, col(CampaignCount.campaign_id) == col(Campaign.id))
            .where(col(Campaign.workspace_id) == self.workspace_id)
            .where(col(Campaign.status) == CampaignStatus.CANCELLED)
            .where(col(Campaign.finished_at) > clock.now() - timedelta(hours=1))
            .where(col(CampaignCount.state) == RecipientState.QUEUED)
            .group_by(col(Campaign.id))
            .having(func.sum(col(CampaignCount.count)) > 0)
            .limit(100)
        )
        return (await self.session.exec(statement)).all()

    async def counts_of(self, campaign_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
        """Return how many recipients of each campaign are in each state that has any."""
        found: dict[UUID, dict[str, int]] = {campaign_id: {} for campaign_id in campaign_ids}
        for some in chunks(campaign_ids):
            statement = (
                select(
                    col(CampaignCount.campaign_id),
                    col(CampaignCount.state),
                    func.sum(col(CampaignCount.count)),
                )
                .where(col(CampaignCount.workspace_id) == self.workspace_id)
                .where(any_of(col(CampaignCount.campaign_id), some))
                .group_by(col(CampaignCount.campaign_id), col(CampaignCount.state))
            )
            for campaign_id, state, count in await self.session.exec(statement):
                if count:
                    found[campaign_id][str(state)] = int(count)
        return found


class RecipientRepository(Repository[CampaignRecipient]):
    """Recipients of the campaigns of one workspace."""

    missing = "This recipient no longer exists."

    async def lock_many(self, recipient_ids: Collection[UUID]) -> dict[UUID, CampaignRecipient]:
        """Return recipients locked for change, always in the same order."""
        found: dict[UUID, CampaignRecipient] = {}
        for some in chunks(sorted(recipient_ids)):
            statement = (
                self.scoped()
                .where(any_of(col(CampaignRecipient.id), some))
                .order_by(col(CampaignRecipient.id))
                .with_for_update()
                .execution_options(populate_existing=True)
            )
            found |= {row.id: row for row in await self.all(statement)}
        return found

    async def delete_all_of(self, campaign_id: UUID) -> None:
        """Delete the recipients of a campaign that has not begun, in pieces."""
        statement = text(
            "DELETE FROM campaign_recipient WHERE id IN ("
            " SELECT id FROM campaign_recipient WHERE workspace_id = :workspace_id"
            " AND campaign_id = :campaign_id LIMIT :most)"
        )
        connection = await self.session.connection()
        given = {"workspace_id": self.workspace_id, "campaign_id": campaign_id, "most": PIECE}
        while (await connection.execute(statement, given)).rowcount:
            pass

    async def lock_standings(self, recipient_ids: Collection[UUID]) -> list[Standing]:
        """Return how far recipients are, locked for change, always in the same order.

        What is sent is not loaded: at full speed that is most of the work.
        """
        found: list[Standing] = []
        for some in chunks(sorted(recipient_ids)):
            statement = (
                select(*(getattr(CampaignRecipient, name) for name in Standing.__slots__))
                .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
                .where(any_of(col(CampaignRecipient.id), some))
                .order_by(col(CampaignRecipient.id))
                .with_for_update()
            )
            rows = await (await self.session.connection()).execute(statement)
            found += [Standing(*row) for row in rows]
        return found

    async def ids_by_wamid(
        self, targets: Collection[tuple[UUID, str]]
    ) -> dict[tuple[UUID, str], UUID]:
        """Return whom these messages, by number and `wamid`, were sent to."""
        found: dict[tuple[UUID, str], UUID] = {}
        for some in chunks(targets):
            statement = (
                select(
                    col(CampaignRecipient.number_id),
                    col(CampaignRecipient.wamid),
                    col(CampaignRecipient.id),
                )
                .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
                .where(
                    any_pair(col(CampaignRecipient.number_id), col(CampaignRecipient.wamid), some)
                )
            )
            found |= {
                (number, str(wamid)): row
                for number, wamid, row in await self.session.exec(statement)
            }
        return found

    async def ids_by_attempt(self, attempt_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Return whose attempts these are."""
        found: dict[UUID, UUID] = {}
        for some in chunks(attempt_ids):
            statement = (
                select(col(CampaignRecipient.attempt_id), col(CampaignRecipient.id))
                .where(col(CampaignRecipient.workspace_id) == self.workspace_id)
                .where(any_of(col(CampaignRecipient.attempt_id), some))
            )
            found |= {
                attempt: row for attempt, row in await self.session.exec(statement) if attempt
            }
        return found

    async def accept(self, taken: Sequence[Acceptance]) -> dict[UUID, UUID]:
        """Write down which messages Meta took; return whose were, each with the campaign.

        Only of those whose request was still in this hand: the others have to be looked at.
        """
        given: dict[str, Any] = {
            "ids": [one.recipient_id for one in taken],
            "leases": [one.lease_at for one in taken],
            "states": [str(one.state) for one in taken],
            "wamids": [one.wamid for one in taken],
            "workspace_id": self.workspace_id,
            "now": clock.now(),
        }
        found = await (await self.session.connection()).execute(_ACCEPT, given)
        return {row[0]: row[1] for row in found}

    async def move(self, moves: Sequence[Move]) -> None:
        """Change recipients; those that depend on what they were are locked by the caller."""
        by_columns: dict[tuple[str, ...], list[Move]] = {}
        for one in moves:
            by_columns.setdefault(tuple(sorted(one.changes)), []).append(one)
        connection = await self.session.connection()
        for columns, alike in by_columns.items():
            for some in chunks(alike):
                given: dict[str, Any] = {
                    "ids": [one.recipient_id for one in some],
                    "states": [str(one.state) for one in some],
                    "workspace_id": self.workspace_id,
                    "now": clock.now(),
                    **{name: [_bound(name, one.changes[name]) for one in some] for name in columns},
                }
                await connection.execute(_statement(columns), given)


def _bound(name: str, value: Any) -> Any:
    return json.dumps(value) if _TYPES[name] == "jsonb" else value
