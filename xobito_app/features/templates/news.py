"""What Meta tells about templates by webhook, taken over into ours."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.events import Topic
from xobito_app.core.text import shorten
from xobito_app.features.templates import history, rules
from xobito_app.features.templates.history import News
from xobito_app.features.templates.job_types import TEMPLATES_SYNC
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.models.templates import Template
from xobito_app.persistence.unit_of_work import announce, enqueue
from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.inbound_events import TemplateEvent

_REASON_LIMIT = 1000


async def take_template_event(
    session: AsyncSession, workspace_id: UUID, event: TemplateEvent
) -> str:
    """Change a template's status, quality or category; return the word for the journal.

    An event about a template we do not know, or about its content, asks for a sync instead.
    """
    template = await TemplateRepository(session, workspace_id).find_by_meta(
        meta_id=event.template_id, name=event.name, language=event.language
    )
    announce(session, workspace_id, Topic.TEMPLATE, template.id if template else "")
    if template is None:
        enqueue(session, TEMPLATES_SYNC, workspace_id)
        return "template event"
    match event.source.field:
        case "message_template_status_update" if event.event:
            await _take_status(session, template, event)
        case "message_template_quality_update" if event.current:
            await history.take_news(session, template, News(quality=event.current[:32]))
        case "template_category_update" if event.upcoming_category:
            template.upcoming_category_at = event.upcoming_at
            await history.take_news(
                session, template, News(upcoming_category=event.upcoming_category)
            )
        case "template_category_update" if event.current:
            await history.take_news(session, template, News(category=event.current[:40]))
        case _:
            enqueue(session, TEMPLATES_SYNC, workspace_id)
    session.add(template)
    return "template event"


async def _take_status(session: AsyncSession, template: Template, event: TemplateEvent) -> None:
    told_at = event.source.entry_at
    if told_at and template.status_at and told_at < template.status_at:
        # Webhooks overtake one another; what was told later is what holds.
        return
    status = rules.status_of(event.event or "")[:40]
    told = coerce.mapping(event.raw.get("rejection_info"))
    other = coerce.mapping(event.raw.get("other_info"))
    is_rejected = status == "REJECTED"
    reason = (coerce.text(event.raw.get("reason")) or "") if is_rejected else ""
    advice = [coerce.text(told.get(name)) or "" for name in ("reason", "recommendation")]
    why = " ".join(filter(None, advice)) if is_rejected else ""
    template.meta_id = template.meta_id or (event.template_id or "")[:64]
    template.pause = rules.pause_of(status, coerce.text(other.get("title")) or "")
    template.rejected_reason = shorten(reason, _REASON_LIMIT)
    template.rejection_advice = shorten(why, _REASON_LIMIT)
    template.status_at = told_at or clock.now()
    if status == "DELETED":
        await history.mark_gone(session, template, clock.now())
        return
    noted = coerce.text(other.get("description")) or " ".join(filter(None, (reason, why)))
    await history.take_news(
        session,
        template,
        News(status=status, category=(event.category or "")[:40], note=noted),
    )
