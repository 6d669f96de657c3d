"""Everything the page of a template tells, as it is read for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.permissions import Actor
from xobito_app.features.campaigns.reporting import template_use
from xobito_app.features.campaigns.reporting.template_use import TemplateUse
from xobito_app.features.inbox.threads import template_results
from xobito_app.features.inbox.threads.template_results import TemplateResults
from xobito_app.features.templates import insights, service
from xobito_app.features.templates.schemas import (
    HistoryEntry,
    Insights,
    TemplateLine,
    TemplateView,
)

RESULTS_OF = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Found:
    """A template, its languages and history, and what came of it in the last 30 days."""

    view: TemplateView
    entries: Sequence[HistoryEntry]
    languages: Sequence[TemplateLine]
    results: TemplateResults
    use: TemplateUse
    counted: Insights


async def read_found(session: AsyncSession, actor: Actor, template_id: UUID) -> Found:
    """Read all of it in one transaction.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The workspace has no such template.
    """
    since = clock.now() - RESULTS_OF
    return Found(
        view=await service.get(session, actor, template_id),
        entries=await service.read_history(session, actor, template_id),
        languages=await service.list_languages(session, actor, template_id),
        results=await template_results.read_results(
            session, actor, template_id=template_id, since=since
        ),
        use=await template_use.read_template_use(
            session,
            actor,
            template_id=template_id,
            since=since,
            replied_within=template_results.REPLY_WITHIN,
        ),
        counted=await insights.read_insights(
            session, actor, template_id=template_id, since=since.astimezone(UTC).date()
        ),
    )
