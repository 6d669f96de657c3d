"""Reading templates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, tuple_
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlmodel import col, or_, select

from xobito_app.core import paging
from xobito_app.models.connection import Template
from xobito_app.persistence.repository import Repository


def cursor_of(row: Template) -> str:
    """Return the cursor of a row in the order of `TemplateRepository.page`."""
    return paging.encode_words(row.name, row.language, str(row.connection_id))


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

    async def page(
        self, *, search: str, status: str, category: str, language: str, cursor: str, limit: int
    ) -> Sequence[Template]:
        """Return templates that Meta still has, by name and language."""
        statement = self.scoped().where(
            *_present(search=search, status=status, category=category, language=language)
        )
        order = (col(Template.name), col(Template.language), col(Template.connection_id))
        if cursor:
            name, code, connection_id = paging.decode_words(cursor, 3)
            statement = statement.where(tuple_(*order) > (name, code, connection_id))
        return await self.all(statement.order_by(*order).limit(limit))

    async def numbered_page(
        self, *, search: str, status: str, category: str, language: str, skip: int, limit: int
    ) -> tuple[Sequence[Template], int]:
        """Return templates that Meta still has, by name and language, and how many there are."""
        wanted = _present(search=search, status=status, category=category, language=language)
        counted = select(func.count()).select_from(Template)
        total = await self.session.exec(
            counted.where(col(Template.workspace_id) == self.workspace_id, *wanted)
        )
        order = (col(Template.name), col(Template.language), col(Template.connection_id))
        rows = await self.all(
            self.scoped().where(*wanted).order_by(*order).offset(skip).limit(limit)
        )
        return rows, total.one()

    async def list_approved(
        self, connection_id: UUID, *, search: str, limit: int
    ) -> Sequence[Template]:
        """Return approved templates of a connection, the most used first."""
        statement = (
            self.scoped()
            .where(col(Template.connection_id) == connection_id)
            .where(col(Template.status) == "APPROVED", col(Template.gone_at).is_(None))
        )
        if search.strip():
            statement = statement.where(_matches(search))
        return await self.all(
            statement.order_by(
                col(Template.use_count).desc(),
                col(Template.last_used_at).desc().nulls_last(),
                col(Template.name),
                col(Template.language),
            ).limit(limit)
        )

    async def find_present(self, connection_id: UUID, name: str, language: str) -> Template | None:
        """Return a connection's template by name and language, unless it is gone."""
        rows = await self.all(
            self.scoped()
            .where(col(Template.connection_id) == connection_id)
            .where(col(Template.name) == name, col(Template.language) == language)
            .where(col(Template.gone_at).is_(None))
            .limit(1)
        )
        return rows[0] if rows else None

    async def list_kinds(self) -> Sequence[tuple[str, str, str]]:
        """Return each status, category and language that occurs together."""
        statement = (
            select(Template.status, Template.category, Template.language)
            .where(col(Template.workspace_id) == self.workspace_id)
            .where(col(Template.gone_at).is_(None))
            .distinct()
            .limit(2000)
        )
        return (await self.session.exec(statement)).all()

    async def count_present(self) -> int:
        """Return how many templates Meta still has."""
        statement = (
            select(func.count())
            .select_from(Template)
            .where(col(Template.workspace_id) == self.workspace_id)
            .where(col(Template.gone_at).is_(None))
        )
        return (await self.session.exec(statement)).one()


def _present(
    *, search: str, status: str, category: str, language: str
) -> list[ColumnElement[bool]]:
    wanted = ((Template.status, status), (Template.category, category))
    return [
        col(Template.gone_at).is_(None),
        *(col(column) == word for column, word in (*wanted, (Template.language, language)) if word),
        *([_matches(search)] if search.strip() else []),
    ]


def _matches(search: str) -> ColumnElement[bool]:
    words = search.strip()
    body = cast(
        func.jsonb_path_query_array(col(Template.components), cast("$[*].text", JSONPATH)), Text
    )
    return or_(
        col(Template.name).icontains(words.replace(" ", "_"), autoescape=True),
        body.icontains(words, autoescape=True),
    )
