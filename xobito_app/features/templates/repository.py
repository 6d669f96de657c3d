"""Reading templates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, or_

from xobito_app.models.connection import Template
from xobito_app.persistence.repository import Repository


class TemplateRepository(Repository[Template]):
    """Templates of one workspace, as Meta holds them."""

    missing = "This template does not exist."

    async def list_of_connection(self, connection_id: UUID) -> Sequence[Template]:
        """Return everything synced from a connection, gone ones included."""
        return await self.all(
            self.scoped().where(col(Template.connection_id) == connection_id).limit(6000)
        )

    async def find_by_meta(
        self, *, meta_id: str | None, name: str | None, language: str | None
    ) -> Template | None:
        """Return a template by Meta's id, else by name and language."""
        if meta_id:
            rows = await self.all(self.scoped().where(col(Template.meta_id) == meta_id).limit(1))
            if rows:
                return rows[0]
        if not name or not language:
            return None
        code = language.replace("-", "_")
        rows = await self.all(
            self.scoped()
            .where(col(Template.name) == name)
            .where(or_(col(Template.language) == code, col(Template.language) == language))
            .limit(1)
        )
        return rows[0] if rows else None
