"""What people, screens and other systems do with campaigns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor
from xobito_app.features.campaigns.schemas import (
    CampaignDraft,
    CampaignLine,
    CampaignView,
    DryRun,
    ExcludedLine,
    Preview,
    RateLine,
    RecipientLine,
    Report,
)

# The rights: reading asks for CAMPAIGNS_VIEW, creating CAMPAIGNS_CREATE, changing and a file
# CAMPAIGNS_EDIT (whoever may create may change too), deleting CAMPAIGNS_DELETE; dry run and
# preview CAMPAIGNS_VIEW; launch, undo, pause, resume, cancel and retry CAMPAIGNS_LAUNCH.


async def create_campaign(
    session: AsyncSession, actor: Actor, *, draft: CampaignDraft
) -> CampaignView: ...


async def update_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, draft: CampaignDraft
) -> CampaignView:
    """Change a draft, or a scheduled one, which goes back to draft unless only its name changes.

    Raises:
        Conflict: It has begun.
        Invalid: `fields` names what is wrong: `name`, `audience`, `variables.body.1`, ….
    """


async def delete_campaign(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> None: ...


async def get_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView: ...


async def list_campaigns(
    session: AsyncSession,
    actor: Actor,
    *,
    status: str = "",
    search: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[CampaignLine]: ...


async def take_file(actor: Actor, *, campaign_id: UUID, path: Path, filename: str) -> CampaignView:
    """Make an uploaded CSV or XLSX the audience; opens its own transactions.

    Raises:
        Invalid: It has no column of phone numbers, no rows, or cannot be read.
    """


async def dry_run(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> DryRun: ...


async def list_excluded(
    session: AsyncSession,
    actor: Actor,
    *,
    campaign_id: UUID,
    reason: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[ExcludedLine]: ...


def export_excluded(actor: Actor, *, campaign_id: UUID) -> AsyncIterator[bytes]: ...


async def preview(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, position: int, variant: int = 0
) -> Preview: ...


async def launch_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID, confirm: int | None = None
) -> CampaignView: ...


async def undo_launch(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView: ...


async def pause_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView: ...


async def resume_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView: ...


async def cancel_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView: ...


async def retry_campaign(
    session: AsyncSession, actor: Actor, *, campaign_id: UUID
) -> CampaignView: ...


async def read_report(session: AsyncSession, actor: Actor, *, campaign_id: UUID) -> Report: ...


async def list_recipients(
    session: AsyncSession,
    actor: Actor,
    *,
    campaign_id: UUID,
    state: str = "",
    search: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[RecipientLine]: ...


def export_recipients(actor: Actor, *, campaign_id: UUID) -> AsyncIterator[bytes]: ...


async def list_rates(session: AsyncSession, actor: Actor) -> list[RateLine]: ...
