"""What came of a template's messages: one definition, in SQL, for pages and reports.

Sent is what WhatsApp took. Delivered and read are Meta's statuses; a read message was delivered,
whether Meta said so or not. Replied are contacts who wrote within `REPLY_WITHIN` of a message;
tapped are messages of which a quick reply was pressed. Meta's times are whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.permissions import Actor, Permission, require

REPLY_WITHIN = timedelta(days=3)

_RESULTS = text(
    """
    SELECT count(*) FILTER (WHERE sent) AS sent,
           count(*) FILTER (WHERE arrived) AS delivered,
           count(*) FILTER (WHERE seen) AS read,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE sent AND EXISTS (
               SELECT FROM message AS reply
               WHERE reply.workspace_id = :workspace
                 AND reply.conversation_id = made.conversation_id
                 AND reply.direction = 'in'
                 AND reply.at >= date_trunc('second', made.at)
                 AND reply.at <= made.at + :within)) AS replied,
           count(*) FILTER (WHERE sent AND EXISTS (
               SELECT FROM message AS tap
               WHERE tap.workspace_id = :workspace
                 AND tap.conversation_id = made.conversation_id
                 AND tap.direction = 'in'
                 AND tap.at >= date_trunc('second', made.at)
                 AND tap.reply_to_wamid = made.wamid
                 AND tap.content -> 'reply' ->> 'kind' = 'template_button')) AS tapped
    FROM (
        SELECT message.*,
               status IN ('accepted', 'sent', 'delivered', 'read') AS sent,
               status IN ('delivered', 'read') AS arrived,
               status = 'read' AS seen
        FROM message
        WHERE workspace_id = :workspace AND template_id = :template
          AND direction = 'out' AND at >= :since
        ORDER BY at DESC
        LIMIT :most
    ) AS made
    """
)
MOST = 100_000
"""Messages counted; the oldest of more are left out."""


@dataclass(frozen=True, slots=True)
class TemplateResults:
    """How many messages of a template came how far."""

    sent: int
    delivered: int
    read: int
    failed: int
    replied: int
    tapped: int


async def read_results(
    session: AsyncSession, actor: Actor, *, template_id: UUID, since: datetime
) -> TemplateResults:
    """Count what came of the messages of a template since a moment.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    found = await (await session.connection()).execute(
        _RESULTS,
        {
            "workspace": actor.workspace_id,
            "template": template_id,
            "since": since,
            "within": REPLY_WITHIN,
            "most": MOST,
        },
    )
    return TemplateResults(**found.mappings().one())
