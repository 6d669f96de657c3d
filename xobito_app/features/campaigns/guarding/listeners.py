"""What is told of other things and stops campaigns at once."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import StatusesReceived, TemplateChanged
from xobito_app.features.campaigns.guarding.guard import pause
from xobito_app.features.campaigns.repository import CampaignRepository, RecipientRepository
from xobito_app.features.connection import service as connection
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.models.connection import Connection, Number
from xobito_app.whatsapp.errors import PORTFOLIO_PACING, advice_for

PORTFOLIO_STOPPED = (
    "Meta stopped the messages of your business portfolio and dropped what it held. See what it "
    "wants in Meta's Business Manager, then resume."
)
_APPROVED = "APPROVED"


async def hear_of_stops(session: AsyncSession, event: StatusesReceived) -> None:
    """Pause what Meta says must not go on.

    135000 drops what the portfolio has waiting: every campaign of its numbers stops. 132015 and
    the like are about a template: every campaign that sends it stops.
    """
    faults = [
        (number_id, str(status.wamid or ""), fault.code)
        for number_id, status in event.news
        for fault in status.errors
    ]
    paced = {number for number, _, code in faults if code == PORTFOLIO_PACING}
    if paced:
        await _stop_portfolio(session, event.workspace_id, paced)
    stopped = {
        (number, wamid): advice_for(code).explanation
        for number, wamid, code in faults
        if wamid and advice_for(code).stops_template
    }
    if stopped:
        await _stop_templates(session, event.workspace_id, stopped)


async def _stop_portfolio(session: AsyncSession, workspace_id: UUID, paced: set[UUID]) -> None:
    rows = await _list_sending(session, workspace_id)
    lines = await connection.lines_of(
        session, workspace_id, [*paced, *(row.number_id for row in rows if row.number_id)]
    )
    portfolios = {_portfolio(lines[number]) for number in paced if number in lines}
    for row in rows:
        line = lines.get(row.number_id) if row.number_id else None
        if line and _portfolio(line) in portfolios:
            pause(session, row, PORTFOLIO_STOPPED)


async def hear_of_template(session: AsyncSession, event: TemplateChanged) -> None:
    """Pause the campaigns whose template Meta took away, or prices differently from now on."""
    if event.category != event.previous_category:
        reason = (
            f"Meta made the template {event.category.lower()}: look at the new estimate, "
            "then resume."
        )
    elif event.status != event.previous_status and event.status != _APPROVED:
        reason = "Meta does not let this template be sent any more. See its page."
    else:
        return
    for row in await _list_sending(session, event.workspace_id):
        if event.template_id in (row.template_id, row.template_b_id):
            pause(session, row, reason)


def _portfolio(line: tuple[Number, Connection]) -> str:
    _, account = line
    return account.business_id or str(account.id)


async def _stop_templates(
    session: AsyncSession, workspace_id: UUID, stopped: dict[tuple[UUID, str], str]
) -> None:
    recipients = RecipientRepository(session, workspace_id)
    found = await recipients.ids_by_wamid(stopped)
    rows = await recipients.list_by_ids(list(found.values()))
    campaigns = CampaignRepository(session, workspace_id)
    known = await campaigns.list_by_ids(list({row.campaign_id for row in rows.values()}))
    reasons: dict[UUID, str] = {}
    for target, recipient_id in found.items():
        campaign = known[rows[recipient_id].campaign_id]
        template_id = campaign.template_b_id if rows[recipient_id].variant else campaign.template_id
        if template_id:
            reasons[template_id] = stopped[target]
    for row in await _list_sending(session, workspace_id):
        for template_id in (row.template_id, row.template_b_id):
            if template_id and template_id in reasons and row.status == CampaignStatus.SENDING:
                pause(session, row, reasons[template_id])


async def _list_sending(session: AsyncSession, workspace_id: UUID) -> list[Campaign]:
    campaigns = CampaignRepository(session, workspace_id)
    rows = await campaigns.all(
        campaigns.scoped()
        .where(col(Campaign.status) == CampaignStatus.SENDING)
        .order_by(col(Campaign.id))
        .limit(1000)
        .with_for_update()
    )
    return list(rows)
