"""What Meta tells about templates, taken over into ours."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.events import Topic
from xobito_app.core.text import shorten
from xobito_app.features.templates.job_types import TEMPLATES_SYNC
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.persistence.unit_of_work import announce, enqueue
from xobito_app.whatsapp.inbound_events import TemplateEvent

_STATUS_OF = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": "APPROVED"}


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
    if template is None or event.source.field == "message_template_components_update":
        enqueue(session, TEMPLATES_SYNC, workspace_id)
        return "template event"
    match event.source.field:
        case "message_template_status_update" if event.event:
            template.status = _STATUS_OF.get(event.event, event.event)[:40]
            reason = shorten(event.reason or "", 1000)
            template.rejected_reason = reason if event.event == "REJECTED" else ""
        case "message_template_quality_update" if event.current:
            template.quality = event.current[:32]
        case "template_category_update" if event.current and not event.upcoming_category:
            template.category = event.current[:40]
        case _:
            enqueue(session, TEMPLATES_SYNC, workspace_id)
    session.add(template)
    return "template event"
