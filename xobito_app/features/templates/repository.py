"""Reading templates, their history and their samples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, tuple_
from sqlalchemy.dialects.postgresql import JSONPATH, insert
from sqlmodel import col, or_, select

from xobito_app.core import ids, paging
from xobito_app.core.errors import Conflict
from xobito_app.models.templates import (
    DRAFT,
    Submission,
    Template,
    TemplateChange,
    TemplateEvent,
    TemplateSample,
)
from xobito_app.persistence.arrays import any_of, any_pair
from xobito_app.persistence.repository import Repository

SETTLED_AT_ONCE = 100
HISTORY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which templates are looked for; empty is any."""

    search: str = ""
    status: str = ""
    category: str = ""
    language: str = ""
    quality: str = ""


def cursor_of(row: Template) -> str:
    """Return the cursor of a row in the order of `TemplateRepository.page`."""
    return paging.encode_words(row.name, row.language, str(row.id))


class TemplateRepository(Repository[Template]):
    """Templates of one workspace: those Meta holds, and drafts."""

    missing = "This template does not exist."

    async def known(self, connection_id: UUID, names: Collection[str]) -> list[Template]:
        """Return the templates of a connection with these names, gone ones included.

        Drafts are among them while they are on their way to Meta.
        """
        found = await self.all_any(col(Template.name), names)
        return [
            row
            for row in found
            if row.connection_id == connection_id
            and (row.status != DRAFT or row.submission != Submission.NONE)
        ]

    async def begin(self, template_id: UUID, connection_id: UUID) -> Template:
        """Insert an empty draft.

        Raises:
            Conflict: Another transaction has begun the same one.
        """
        row = Template(
            id=template_id,
            workspace_id=self.workspace_id,
            connection_id=connection_id,
            name="",
            language="",
            status=DRAFT,
        )
        statement = insert(Template).values(row.model_dump()).on_conflict_do_nothing()
        inserted = await self.session.exec(statement.returning(col(Template.id)))
        if inserted.first() is None:
            raise Conflict("This template is being written right now. Try again.")
        return await self.get(template_id)

    async def list_not_synced(
        self, connection_id: UUID, since: datetime, limit: int
    ) -> Sequence[Template]:
        """Return present templates of a connection that Meta did not list since a moment."""
        return await self.all(
            self.scoped()
            .where(col(Template.connection_id) == connection_id)
            .where(col(Template.gone_at).is_(None), col(Template.status) != DRAFT)
            .where(or_(col(Template.synced_at).is_(None), col(Template.synced_at) < since))
            .limit(limit)
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
            .where(col(Template.gone_at).is_(None))
            .where(or_(col(Template.status) != DRAFT, col(Template.submission) != Submission.NONE))
            .order_by(col(Template.status) == DRAFT)
            .limit(1)
        )
        return rows[0] if rows else None

    async def page(self, wanted: Wanted, *, cursor: str, limit: int) -> Sequence[Template]:
        """Return drafts and what Meta still has, by name and language."""
        statement = self.scoped().where(*_present(wanted))
        order = (col(Template.name), col(Template.language), col(Template.id))
        if cursor:
            name, code, row_id = paging.decode_words(cursor, 3)
            statement = statement.where(tuple_(*order) > (name, code, ids.parse(row_id)))
        return await self.all(statement.order_by(*order).limit(limit))

    async def numbered_page(
        self, wanted: Wanted, *, skip: int, limit: int
    ) -> tuple[Sequence[Template], int]:
        """Return drafts and what Meta still has, by name and language, and how many there are."""
        conditions = _present(wanted)
        counted = select(func.count()).select_from(Template)
        total = await self.session.exec(
            counted.where(col(Template.workspace_id) == self.workspace_id, *conditions)
        )
        order = (col(Template.name), col(Template.language), col(Template.id))
        rows = await self.all(
            self.scoped().where(*conditions).order_by(*order).offset(skip).limit(limit)
        )
        return rows, total.one()

    async def list_approved_named(
        self, keys: Collection[tuple[str, str]], *, connection_id: UUID | None = None
    ) -> Sequence[Template]:
        """Return the approved templates among these names and languages, of one account or all."""
        if not keys:
            return []
        statement = self.scoped()
        if connection_id:
            statement = statement.where(col(Template.connection_id) == connection_id)
        return await self.all(
            statement.where(
                col(Template.status) == "APPROVED", col(Template.gone_at).is_(None)
            ).where(any_pair(col(Template.name), col(Template.language), keys))
        )

    async def list_all_approved(self, limit: int) -> Sequence[Template]:
        """Return approved templates of all accounts by name."""
        return await self.all(
            self.scoped()
            .where(col(Template.status) == "APPROVED", col(Template.gone_at).is_(None))
            .order_by(col(Template.name), col(Template.language))
            .limit(limit)
        )

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
        """Return a connection's template by name and language, unless it is gone or a draft."""
        rows = await self.all(
            self.scoped()
            .where(col(Template.connection_id) == connection_id)
            .where(col(Template.name) == name, col(Template.language) == language)
            .where(col(Template.gone_at).is_(None), col(Template.status) != DRAFT)
            .limit(1)
        )
        return rows[0] if rows else None

    async def list_languages(self, connection_id: UUID, name: str) -> Sequence[Template]:
        """Return all languages of a template that Meta has, by language."""
        return await self.all(
            self.scoped()
            .where(col(Template.connection_id) == connection_id, col(Template.name) == name)
            .where(col(Template.gone_at).is_(None), col(Template.status) != DRAFT)
            .order_by(col(Template.language))
            .limit(200)
        )

    async def find_block(
        self, connection_id: UUID, name: str, language: str, now: datetime
    ) -> datetime | None:
        """Return until when Meta keeps a name and language of a deleted template."""
        rows = await self.all(
            self.scoped()
            .where(col(Template.connection_id) == connection_id)
            .where(col(Template.name) == name, col(Template.language) == language)
            .where(col(Template.name_blocked_until) > now)
            .order_by(col(Template.name_blocked_until).desc())
            .limit(1)
        )
        return rows[0].name_blocked_until if rows else None

    async def list_submitted(self, before: datetime) -> Sequence[Template]:
        """Return what is on its way to Meta since before a moment, the oldest first."""
        return await self.all(
            self.scoped()
            .where(col(Template.submission) != Submission.NONE)
            .where(or_(col(Template.submitted_at).is_(None), col(Template.submitted_at) <= before))
            .order_by(col(Template.submitted_at))
            .limit(SETTLED_AT_ONCE)
        )

    async def list_kinds(self) -> Sequence[tuple[str, str, str, str]]:
        """Return each status, category, language and quality that occurs together."""
        statement = (
            select(Template.status, Template.category, Template.language, Template.quality)
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
            .where(col(Template.gone_at).is_(None), col(Template.status) != DRAFT)
        )
        return (await self.session.exec(statement)).one()


class EventRepository(Repository[TemplateEvent]):
    """Histories of templates of one workspace."""

    async def list_of(
        self, template_id: UUID, kinds: Collection[TemplateChange], *, limit: int = HISTORY_LIMIT
    ) -> Sequence[TemplateEvent]:
        """Return changes of a template, the newest first."""
        return await self.all(
            self.scoped()
            .where(col(TemplateEvent.template_id) == template_id)
            .where(any_of(col(TemplateEvent.kind), kinds))
            .order_by(col(TemplateEvent.at).desc(), col(TemplateEvent.id).desc())
            .limit(limit)
        )


class SampleRepository(Repository[TemplateSample]):
    """Sample files of one workspace."""

    missing = "This example file is gone. Attach it again."

    async def list_unused(self, before: datetime, limit: int) -> Sequence[TemplateSample]:
        """Return older samples that no draft and no template shows."""
        shown = select(Template.id).where(
            col(Template.workspace_id) == self.workspace_id,
            or_(
                cast(col(Template.samples), Text).contains(cast(col(TemplateSample.id), Text)),
                cast(col(Template.draft), Text).contains(cast(col(TemplateSample.id), Text)),
            ),
        )
        return await self.all(
            self.scoped()
            .where(col(TemplateSample.created_at) < before, ~shown.exists())
            .limit(limit)
        )


def _present(wanted: Wanted) -> list[ColumnElement[bool]]:
    pairs = (
        (Template.status, wanted.status),
        (Template.category, wanted.category),
        (Template.language, wanted.language),
        (Template.quality, wanted.quality),
    )
    return [
        col(Template.gone_at).is_(None),
        *(col(column) == word for column, word in pairs if word),
        *([_matches(wanted.search)] if wanted.search.strip() else []),
    ]


def _matches(search: str) -> ColumnElement[bool]:
    words = search.strip()

    def texts(document: Any, path: str) -> ColumnElement[str]:
        return cast(func.jsonb_path_query_array(document, cast(path, JSONPATH)), Text)

    return or_(
        col(Template.name).icontains(words.replace(" ", "_"), autoescape=True),
        texts(col(Template.components), "$[*].text").icontains(words, autoescape=True),
        texts(col(Template.draft), "$.components[*].text").icontains(words, autoescape=True),
    )
