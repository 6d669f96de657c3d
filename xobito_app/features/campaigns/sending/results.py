"""What became of requests, written for many recipients at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.repository import (
    Acceptance,
    CampaignRepository,
    Move,
    RecipientRepository,
    Standing,
)
from xobito_app.features.campaigns.sending import consent
from xobito_app.features.campaigns.sending.claiming import Addressed
from xobito_app.features.inbox.service import UNKNOWN, Accepted
from xobito_app.models.campaigns import CampaignRecipient, CampaignStatus, RecipientState
from xobito_app.persistence.leased_work import Claimed, Lease, Outcome, Unknown
from xobito_app.persistence.unit_of_work import UnitOfWork, announce, unit_of_work
from xobito_app.whatsapp.client import SendReceipt


@dataclass(frozen=True, slots=True)
class Judged(Outcome):
    """The message surely did not go out.

    Attributes:
        code: Meta's error code, when it was Meta that refused.
    """

    verdict: rules.Verdict
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Stepped(Outcome):
    """Nothing began, and what stands in the row was written by whoever kept it from beginning."""


Result = tuple[Claimed[Addressed] | Claimed[CampaignRecipient], Outcome]
_TAKEN = frozenset({RecipientState.ACCEPTED, RecipientState.HELD})


async def record(workspace_id: UUID, results: Sequence[Result]) -> None:
    """Write down what came of requests: what Meta took in one statement, the rest one by one."""
    taken = await _accept(workspace_id, results)
    others = {one[0].lease.row_id: one for one in results if one[0].lease.row_id not in taken}
    # Rows are locked in one order, so the rest has to wait for a transaction of its own.
    if others:
        await _judge(workspace_id, others)


async def _accept(workspace_id: UUID, results: Sequence[Result]) -> Collection[UUID]:
    accepted = [
        Acceptance(claimed.lease.row_id, claimed.lease.at, state, outcome.receipt.wamid)
        for claimed, outcome in results
        if isinstance(outcome, Accepted)
        and (state := _state_after(RecipientState.DISPATCHING, outcome.receipt)) in _TAKEN
    ]
    if not accepted:
        return ()
    async with unit_of_work(workspace_id) as uow:
        taken = await RecipientRepository(uow.session, workspace_id).accept(accepted)
        for campaign_id in set(taken.values()):
            announce(uow.session, workspace_id, Topic.CAMPAIGN, campaign_id)
    return taken.keys()


async def _judge(workspace_id: UUID, by_id: Mapping[UUID, Result]) -> None:
    async with unit_of_work(workspace_id) as uow:
        recipients = RecipientRepository(uow.session, workspace_id)
        locked = await recipients.lock_standings(by_id)
        moves: list[Move] = []
        for row in locked:
            claimed, outcome = by_id[row.id]
            if _is_ours(row, claimed.lease) or outcome.is_fact:
                moves += _moves(row, outcome)
        await recipients.move(moves)
        for campaign_id in {row.campaign_id for row in locked}:
            announce(uow.session, workspace_id, Topic.CAMPAIGN, campaign_id)
        await _opt_out(uow, workspace_id, [(row, by_id[row.id][1]) for row in locked])
        await _pause(uow, workspace_id, _reasons(by_id.values()))


def _is_ours(row: Standing, lease: Lease) -> bool:
    in_hand = (RecipientState.CLAIMED, RecipientState.DISPATCHING)
    return row.state in in_hand and row.claimed_at == lease.at


def _moves(row: Standing, outcome: Outcome) -> list[Move]:
    now = clock.now()
    match outcome:
        case Accepted(receipt=receipt):
            return _accepted(row, receipt)
        case Judged(verdict=verdict, code=code):
            changes: dict[str, Any] = {
                "claimed_at": None,
                "reason": verdict.reason,
                "error_code": code,
            }
            if verdict.state is RecipientState.QUEUED:
                changes["due_at"] = now + timedelta(seconds=verdict.seconds)
                changes["attempts"] = row.attempts - (0 if verdict.is_try else 1)
            else:
                changes |= {"failed_at": now, "settled_at": now}
            return [Move(row.id, verdict.state, changes)]
        case Unknown():
            changes = {"claimed_at": None, "reason": UNKNOWN, "error_code": None}
            return [Move(row.id, RecipientState.UNRESOLVED, changes)]
        case _:
            return []


def _accepted(row: Standing, receipt: SendReceipt) -> list[Move]:
    if row.wamid not in (None, receipt.wamid):
        return []
    # Meta's webhook may have been quicker than its answer.
    state = _state_after(RecipientState(row.state), receipt)
    changes: dict[str, Any] = {
        "wamid": receipt.wamid,
        "claimed_at": None,
        "accepted_at": row.accepted_at or clock.now(),
    }
    if state is not RecipientState.FAILED:
        changes |= {"reason": "", "error_code": None}
    return [Move(row.id, state, changes)]


def _state_after(state: RecipientState, receipt: SendReceipt) -> RecipientState:
    return rules.after_status(state, receipt.message_status or "accepted")


async def _opt_out(
    uow: UnitOfWork,
    workspace_id: UUID,
    results: Sequence[tuple[Standing, Outcome]],
) -> None:
    now = clock.now()
    refusals = [
        consent.Refusal(row.contact_id, row.phone, row.user_id, now)
        for row, outcome in results
        if isinstance(outcome, Judged) and outcome.verdict.opts_out
    ]
    await consent.remember(uow.session, workspace_id, refusals)


def _reasons(results: Collection[Result]) -> dict[UUID, str]:
    return {
        claimed.row.campaign_id: outcome.verdict.reason
        for claimed, outcome in results
        if isinstance(outcome, Judged) and outcome.verdict.pauses
    }


async def pause(workspace_id: UUID, reasons: Mapping[UUID, str]) -> None:
    """Let campaigns rest until a person has acted, each with its reason."""
    if reasons:
        async with unit_of_work(workspace_id) as uow:
            await _pause(uow, workspace_id, reasons)


async def _pause(uow: UnitOfWork, workspace_id: UUID, reasons: Mapping[UUID, str]) -> None:
    campaigns = CampaignRepository(uow.session, workspace_id)
    for campaign_id in sorted(reasons):
        campaign = await campaigns.get(campaign_id, lock=True)
        if campaign.status == CampaignStatus.SENDING:
            campaign.status, campaign.reason = CampaignStatus.PAUSED, reasons[campaign_id]
            uow.session.add(campaign)
            announce(uow.session, workspace_id, Topic.CAMPAIGN, campaign_id)
