"""What Meta's webhooks say of messages that campaigns sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import StatusesReceived, Topic
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.repository import Move, RecipientRepository
from xobito_app.features.campaigns.sending import consent
from xobito_app.models.campaigns import CampaignRecipient, RecipientState
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp.errors import advice_for
from xobito_app.whatsapp.inbound_model import Status

_STAMPS = {
    RecipientState.SENT: "sent_at",
    RecipientState.DELIVERED: "delivered_at",
    RecipientState.READ: "read_at",
    RecipientState.FAILED: "failed_at",
}
_SETTLED = frozenset(
    {
        RecipientState.DELIVERED,
        RecipientState.READ,
        RecipientState.FAILED,
    }
)


async def take_statuses(session: AsyncSession, event: StatusesReceived) -> None:
    """Move the recipients on whose messages these statuses are about, and mark those as known.

    A recipient is found by the message's `wamid`, or by the attempt's id that Meta carries along
    when the answer to the request never came.
    """
    recipients = RecipientRepository(session, event.workspace_id)
    news = [(number, status) for number, status in event.news if status.wamid]
    by_wamid = await recipients.ids_by_wamid({(n, str(s.wamid)) for n, s in news})
    attempts = {
        attempt
        for number, status in news
        if (number, str(status.wamid)) not in by_wamid and (attempt := _attempt(status))
    }
    by_attempt = await recipients.ids_by_attempt(attempts)
    told: dict[UUID, list[Status]] = {}
    for number_id, status in news:
        attempt = _attempt(status)
        row_id = by_wamid.get((number_id, str(status.wamid))) or (
            by_attempt.get(attempt) if attempt else None
        )
        if row_id:
            told.setdefault(row_id, []).append(status)
            event.known.add(str(status.wamid))
    if not told:
        return
    locked = await recipients.lock_many(told)
    moves = [move for row in locked.values() if (move := _move(row, told[row.id]))]
    await recipients.move(moves)
    for campaign_id in {row.campaign_id for row in locked.values()}:
        announce(session, event.workspace_id, Topic.CAMPAIGN, campaign_id)
    await _opt_out(session, event.workspace_id, locked, told)


def _attempt(status: Status) -> UUID | None:
    try:
        return UUID(status.opaque) if status.opaque else None
    except ValueError:
        return None


def _move(row: CampaignRecipient, news: Sequence[Status]) -> Move | None:
    """Return what this makes of a recipient; the order and repeats of news change nothing."""
    changes: dict[str, Any] = {}
    # A column read from the database holds the word, not the member.
    state = RecipientState(row.state)
    for status in news:
        if row.wamid not in (None, status.wamid):
            # Of an attempt before the newest one.
            continue
        changes["wamid"] = status.wamid
        after = rules.after_status(state, status.status)
        stamp = _STAMPS.get(rules.after_status(RecipientState.QUEUED, status.status))
        if stamp:
            changes[stamp] = _earlier(changes.get(stamp) or getattr(row, stamp), status.at)
        if status.pricing:
            changes["pricing"] = {k: v for k, v in asdict(status.pricing).items() if v is not None}
        if after is not state and after is RecipientState.FAILED:
            code = status.errors[0].code if status.errors else None
            changes |= {"error_code": code, "reason": advice_for(code).explanation}
        elif after is not state:
            changes |= {"error_code": None, "reason": ""}
        state = after
    if not changes:
        return None
    if row.accepted_at is None:
        changes["accepted_at"] = min(status.at for status in news)
    if state in _SETTLED and row.settled_at is None:
        changes["settled_at"] = max(status.at for status in news)
    return Move(row.id, state, {**changes, "claimed_at": None})


def _earlier(known: datetime | None, told: datetime) -> datetime:
    return min(known, told) if known else told


async def _opt_out(
    session: AsyncSession,
    workspace_id: UUID,
    rows: Mapping[UUID, CampaignRecipient],
    told: Mapping[UUID, Sequence[Status]],
) -> None:
    refusals = [
        consent.Refusal(row.contact_id, row.phone, row.user_id, status.at)
        for row in rows.values()
        for status in told[row.id]
        if any(advice_for(fault.code).opts_out for fault in status.errors)
    ]
    await consent.remember(session, workspace_id, refusals)
