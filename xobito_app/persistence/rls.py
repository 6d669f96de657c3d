"""Row-level security: the second boundary between workspaces, inside PostgreSQL itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

POLICY = "workspace_wall"
_INSIDE = "workspace_id = NULLIF(current_setting('xobito.workspace_id', true), '')::uuid"


_OWNED = text(
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'workspace'"
    " AND pg_has_role(current_user, relowner, 'MEMBER'))"
)


async def could_be_switched_off(session: AsyncSession) -> bool:
    """Tell whether this application's own role could take the policies away: it owns the tables."""
    return bool((await (await session.connection()).execute(_OWNED)).scalar_one())


def enable_rls(table: str) -> Iterator[str]:
    """Yield the statements that put a table under its RLS policy, its owner included."""
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    yield f'CREATE POLICY {POLICY} ON "{table}" USING ({_INSIDE}) WITH CHECK ({_INSIDE})'


def fenced_tables() -> Iterator[str]:
    """Yield the tables that must have an RLS policy, by the models."""
    from xobito_app.models import TABLES_WITHOUT_ROW_SECURITY
    from xobito_app.models.base import metadata

    for name, table in metadata.tables.items():
        if "workspace_id" in table.columns and name not in TABLES_WITHOUT_ROW_SECURITY:
            yield name
