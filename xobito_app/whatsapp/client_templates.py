"""Calls about message templates, and uploading the samples of their headers.

Meta's guides "Message Templates" and "Resumable Upload API".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xobito_app.whatsapp import coerce
from xobito_app.whatsapp.errors import OutcomeUnknown
from xobito_app.whatsapp.graph import UPLOAD_SECONDS, Credentials, Graph

TEMPLATE_FIELDS = (
    "id,name,language,status,category,previous_category,sub_category,components,parameter_format,"
    "rejected_reason,quality_score,message_send_ttl_seconds,source"
)
TEMPLATES_PER_PAGE = 100
ANALYTICS_AT_ONCE = 10
"""Templates that `template_analytics` tells of in one call."""
UPLOAD_TRIES = 3


class TemplateCalls(Graph):
    """Calls around message templates."""

    async def list_templates(
        self, credentials: Credentials, waba_id: str, **filters: str
    ) -> list[dict[str, Any]]:
        """Return all templates; filters are Meta's: `name`, `status`, `category`, `language`.

        Raises:
            GraphError: Meta refuses a page, also when it is asked again: there is no half list.
        """
        query = {"fields": TEMPLATE_FIELDS, "limit": TEMPLATES_PER_PAGE, **filters}
        return await self.whole(f"{waba_id}/message_templates", credentials, query)

    async def template(self, credentials: Credentials, template_id: str) -> dict[str, Any]:
        """Return one template."""
        params = {"fields": TEMPLATE_FIELDS}
        return await self.call("GET", template_id, credentials, params=params)

    async def create_template(
        self, credentials: Credentials, waba_id: str, definition: dict[str, Any]
    ) -> dict[str, Any]:
        """Submit a template for review and return its `id`, `status` and `category`."""
        return await self.call("POST", f"{waba_id}/message_templates", credentials, body=definition)

    async def edit_template(
        self, credentials: Credentials, template_id: str, changes: dict[str, Any]
    ) -> None:
        """Replace all components, or the category; only APPROVED, REJECTED or PAUSED ones."""
        await self.call("POST", template_id, credentials, body=changes)

    async def unpause_template(self, credentials: Credentials, template_id: str) -> None:
        """Let a template go out again that was paused for pacing."""
        await self.call("POST", f"{template_id}/unpause", credentials, body={})

    async def delete_template(
        self, credentials: Credentials, waba_id: str, name: str, *, template_id: str | None = None
    ) -> None:
        """Delete a template in all languages, or only the one with this id (`hsm_id`)."""
        await self.call(
            "DELETE",
            f"{waba_id}/message_templates",
            credentials,
            params={"name": name, "hsm_id": template_id},
        )

    async def template_analytics(
        self,
        credentials: Credentials,
        waba_id: str,
        *,
        start: datetime,
        end: datetime,
        template_ids: Sequence[str],
    ) -> list[dict[str, Any]]:
        """Return daily points of at most `ANALYTICS_AT_ONCE` templates; Meta keeps 90 days.

        Figures are approximate. Reads and clicks count for 7 days after the message.

        Raises:
            GraphError: Meta refuses; 200005 while `enable_insights` was never called.
        """
        query = {
            "start": int(start.timestamp()),
            "end": int(end.timestamp()),
            "granularity": "DAILY",
            "template_ids": f"[{','.join(template_ids)}]",
            "metric_types": "SENT,DELIVERED,READ,CLICKED",
        }
        series = await self.whole(f"{waba_id}/template_analytics", credentials, query)
        return [point for item in series for point in coerce.mappings(item.get("data_points"))]

    async def enable_insights(self, credentials: Credentials, waba_id: str) -> None:
        """Have Meta count what becomes of an account's templates; it cannot be switched off."""
        params = {"is_enabled_for_insights": "true"}
        await self.call("POST", waba_id, credentials, params=params)

    async def upload_sample(
        self, credentials: Credentials, app_id: str, content: bytes, mime_type: str, filename: str
    ) -> str:
        """Upload a header's sample and return its handle; what breaks off is gone on with.

        Raises:
            GraphError: Meta refuses the file.
            Unavailable: Meta does not answer, also when it is asked again.
        """
        about = {"file_name": filename, "file_length": len(content), "file_type": mime_type}
        answer = await self.call("POST", f"{app_id}/uploads", credentials, params=about)
        session = coerce.text(answer.get("id"))
        if not session:
            raise OutcomeUnknown("WhatsApp did not say where to put the file.")
        offset = 0
        for _ in range(UPLOAD_TRIES - 1):
            try:
                return await self._send_bytes(credentials, session, content, offset)
            except OutcomeUnknown:
                told = await self.call("GET", session, credentials)
                offset = coerce.integer(told.get("file_offset")) or 0
        return await self._send_bytes(credentials, session, content, offset)

    async def _send_bytes(
        self, credentials: Credentials, session: str, content: bytes, offset: int
    ) -> str:
        answer = await self.call(
            "POST",
            session,
            credentials,
            seconds=UPLOAD_SECONDS,
            headers={
                "Authorization": f"OAuth {credentials.access_token}",
                "file_offset": str(offset),
            },
            content=content[offset:],
        )
        handle = coerce.text(answer.get("h"))
        if not handle:
            raise OutcomeUnknown("WhatsApp took the file but gave no handle for it.")
        return handle
