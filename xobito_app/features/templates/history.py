"""Changes of templates: applied, kept as history, and told to other features."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import TemplateChanged, publish
from xobito_app.core.ids import WorkspaceId
from xobito_app.core.permissions import system_actor
from xobito_app.core.text import shorten
from xobito_app.features.activity import service as activity
from xobito_app.features.templates import rules
from xobito_app.models.templates import DRAFT, Template, TemplateChange, TemplateEvent

META = "Meta"
NOTE_LIMIT = 1000
_UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class News:
    """What is known of a template now; empty where nothing new is.

    Attributes:
        note: Why, in the words of whoever decided it.
        by: Who that is.
    """

    status: str = ""
    category: str = ""
    quality: str = ""
    upcoming_category: str = ""
    note: str = ""
    by: str = META


async def take_news(session: AsyncSession, row: Template, news: News) -> None:
    """Let a template be what is known of it now; what changed by it is kept and told."""
    status, category, quality = row.status, row.category, row.quality
    for kind, before, after in (
        (TemplateChange.STATUS, status, news.status),
        (TemplateChange.CATEGORY, category, news.category),
        (TemplateChange.QUALITY, quality, news.quality),
        (TemplateChange.UPCOMING_CATEGORY, row.upcoming_category, news.upcoming_category),
    ):
        if after and after != before:
            note(session, row, kind, before=before, after=after, news=news)
    row.status, row.category = news.status or status, news.category or category
    row.quality = news.quality or quality
    row.upcoming_category = news.upcoming_category or row.upcoming_category
    session.add(row)
    if row.category != category:
        row.upcoming_category, row.upcoming_category_at = "", None
        row.previous_category = category
    before, after = (status, category, quality), (row.status, row.category, row.quality)
    if status not in {"", DRAFT} and before != after:
        await _tell(session, row, status, category)


def note(
    session: AsyncSession,
    row: Template,
    kind: TemplateChange,
    *,
    before: str,
    after: str,
    news: News,
) -> None:
    """Keep a change in the history of a template; that it has no quality yet is none."""
    if kind is TemplateChange.QUALITY and before in {"", _UNKNOWN} and after == _UNKNOWN:
        return
    session.add(
        TemplateEvent(
            workspace_id=row.workspace_id,
            template_id=row.id,
            kind=kind,
            before=before[:40],
            after=after[:40],
            note=shorten(news.note, NOTE_LIMIT),
            actor_name=shorten(news.by, 191),
            at=clock.now(),
        )
    )


async def mark_gone(session: AsyncSession, row: Template, now: datetime) -> None:
    """Note that Meta no longer has a template."""
    row.gone_at = now
    session.add(row)
    note(
        session,
        row,
        TemplateChange.STATUS,
        before=row.status,
        after=rules.GONE,
        news=News(),
    )
    await publish(
        session,
        TemplateChanged(
            workspace_id=row.workspace_id,
            template_id=row.id,
            status=rules.GONE,
            previous_status=row.status,
            category=row.category,
            previous_category=row.category,
            quality=row.quality,
        ),
    )


async def _tell(session: AsyncSession, row: Template, status: str, category: str) -> None:
    if row.category != category:
        activity.record(
            session,
            system_actor(WorkspaceId(row.workspace_id), META),
            "templates.recategorised",
            about="template",
            object_id=row.id,
            name=row.name,
            before=category.lower(),
            after=row.category.lower(),
        )
    await publish(
        session,
        TemplateChanged(
            workspace_id=row.workspace_id,
            template_id=row.id,
            status=row.status,
            previous_status=status,
            category=row.category,
            previous_category=category,
            quality=row.quality,
        ),
    )
