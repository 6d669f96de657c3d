"""Drafts of campaigns: made, changed, found and thrown away."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import paging
from xobito_app.core.errors import Conflict
from xobito_app.core.events import Topic
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.text import one_line
from xobito_app.features.activity import service as activity
from xobito_app.features.campaigns import rules
from xobito_app.features.campaigns.drafting import fields
from xobito_app.features.campaigns.repository import CampaignRepository, RecipientRepository
from xobito_app.features.campaigns.schemas import CampaignDraft, CampaignLine, CampaignView
from xobito_app.features.campaigns.views import load_lines, load_view
from xobito_app.models.campaigns import Campaign, CampaignStatus
from xobito_app.persistence import keyset
from xobito_app.persistence.unit_of_work import announce

MOST_PER_PAGE = 100


async def create_campaign(
    session: AsyncSession, actor: Actor, *, draft: CampaignDraft
) -> CampaignView:
    """Make a draft; it may be incomplete, but for its name.

    Raises:
        Forbidden: The actor may not make campaigns.
        Invalid: `fields` names what breaks a rule.
    """
    require(actor, Permission.CAMPAIGNS_CREATE)
    row = Campaign(workspace_id=actor.workspace_id, name="")
    await fields.apply(session, row, {"name": draft.get("name", ""), **draft})
    await CampaignRepository(session, actor.workspace_id).add(row)
    tell(session, actor, "campaign.created", row)
    return await load_view(session, row)


async def delete_campaign(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> None:
    """Delete a draft or a scheduled campaign.

    Raises:
        Conflict: It has begun: what was sent stays known.
        Forbidden: The actor may not delete campaigns.
        NotFound: The workspace has no such campaign.
    """
    row = await lock_changeable(session, actor, campaign_id, Permission.CAMPAIGNS_DELETE)
    await thaw(session, row)
    tell(session, actor, "campaign.deleted", row)
    await CampaignRepository(session, actor.workspace_id).delete(row)


async def get_campaign(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> CampaignView:
    """Return a campaign whole.

    Raises:
        Forbidden: The actor may not see campaigns.
        NotFound: The workspace has no such campaign.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    return await load_view(
        session, await CampaignRepository(session, actor.workspace_id).get(campaign_id)
    )


async def list_campaigns(
    session: AsyncSession,
    actor: Actor,
    *,
    status: str = "",
    search: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[CampaignLine]:
    """Return a window of campaigns, newest first.

    Raises:
        Forbidden: The actor may not see campaigns.
        Invalid: The cursor is damaged.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    campaigns = CampaignRepository(session, actor.workspace_id)
    size = max(1, min(limit, MOST_PER_PAGE))
    statement = campaigns.scoped().where(*_narrowed(status, search))
    if cursor:
        position = paging.decode(cursor)
        statement = statement.where(
            keyset.before(position, col(Campaign.created_at), col(Campaign.id))
        )
    rows = await campaigns.all(
        statement.order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc()).limit(size + 1)
    )
    page = paging.page_of(rows, size, lambda row: (row.created_at, row.id))
    return Page(tuple(await load_lines(session, page.rows)), page.cursor)


async def page_campaigns(
    session: AsyncSession,
    actor: Actor,
    *,
    status: str = "",
    search: str = "",
    page: int = 1,
    per_page: int = 15,
) -> Page[CampaignLine]:
    """Return a numbered page of campaigns, newest first, with how many there are.

    Raises:
        Forbidden: The actor may not see campaigns.
    """
    require(actor, Permission.CAMPAIGNS_VIEW)
    campaigns = CampaignRepository(session, actor.workspace_id)
    chosen = _narrowed(status, search)
    counting = (
        select(func.count())
        .select_from(Campaign)
        .where(col(Campaign.workspace_id) == actor.workspace_id, *chosen)
    )
    size = max(1, min(per_page, MOST_PER_PAGE))
    rows = await campaigns.all(
        campaigns.scoped()
        .where(*chosen)
        .order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc())
        .offset((max(1, page) - 1) * size)
        .limit(size)
    )
    lines = tuple(await load_lines(session, rows))
    return Page(lines, total=(await session.exec(counting)).one())


def _narrowed(status: str, search: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if status:
        found.append(col(Campaign.status) == status)
    if word := one_line(search):
        found.append(
            or_(
                col(Campaign.name).icontains(word, autoescape=True),
                col(Campaign.template_name).icontains(word, autoescape=True),
            )
        )
    return found


async def lock_changeable(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    *rights: Permission,
) -> Campaign:
    """Return a campaign that has not begun, locked for change.

    Raises:
        Conflict: It has begun.
        Forbidden: The actor holds none of the rights; by default those to create and to edit.
        NotFound: The workspace has no such campaign.
    """
    require(actor, *(rights or (Permission.CAMPAIGNS_EDIT, Permission.CAMPAIGNS_CREATE)))
    row = await CampaignRepository(session, actor.workspace_id).get(campaign_id, lock=True)
    if row.status not in rules.CHANGEABLE:
        raise Conflict("This campaign has begun. Make a new one to change anything.")
    return row


async def thaw(session: AsyncSession, row: Campaign) -> None:
    """Make a draft again of a launched campaign of which nothing has left."""
    await RecipientRepository(session, row.workspace_id).delete_all_of(row.id)
    row.status, row.reason = CampaignStatus.DRAFT, ""
    row.template, row.template_b = {}, {}
    row.begins_at = row.launched_at = row.launched_by = row.started_at = None
    row.guarded_at = row.canary_passed_at = None
    row.number_quality = ""
    session.add(row)


def tell(session: AsyncSession, actor: Actor, action: str, row: Campaign, **detail: object) -> None:
    """Note what was done in the log, and tell the screens."""
    activity.record(
        session, actor, action, about="campaign", object_id=row.id, name=row.name, **detail
    )
    announce(session, actor.workspace_id, Topic.CAMPAIGN, row.id)
