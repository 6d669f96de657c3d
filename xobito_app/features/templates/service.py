"""Templates as people find, preview and choose them."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import NotFound
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.core.views import taken_from
from xobito_app.features.connection import service as connection
from xobito_app.features.templates.news import take_template_event as take_template_event
from xobito_app.features.templates.repository import TemplateRepository, cursor_of
from xobito_app.features.templates.schemas import (
    FilterChoices,
    SendableTemplate,
    SyncStamp,
    TemplateLine,
    TemplateView,
)
from xobito_app.models.connection import Template
from xobito_app.whatsapp import templates as meta

SENDABLE_LIMIT = 50
"""Templates a picker shows; searching finds the others."""


async def list_templates(
    session: AsyncSession,
    actor: Actor,
    *,
    search: str = "",
    status: str = "",
    category: str = "",
    language: str = "",
    cursor: str = "",
    limit: int = WINDOW,
) -> Page[TemplateLine]:
    """Return a window of templates by name; those gone at Meta are left out.

    Raises:
        Forbidden: The actor may not see templates.
        Invalid: The cursor is damaged.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    rows = await TemplateRepository(session, actor.workspace_id).page(
        search=search,
        status=status,
        category=category,
        language=language,
        cursor=cursor,
        limit=limit + 1,
    )
    window = rows[:limit]
    more = len(rows) > limit
    return Page(tuple(_line(row) for row in window), cursor_of(window[-1]) if more else "")


async def page_templates(
    session: AsyncSession,
    actor: Actor,
    *,
    search: str = "",
    status: str = "",
    category: str = "",
    language: str = "",
    page: int = 1,
    per_page: int = 15,
) -> Page[TemplateView]:
    """Return a numbered page of templates by name.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    rows, total = await TemplateRepository(session, actor.workspace_id).numbered_page(
        search=search,
        status=status,
        category=category,
        language=language,
        skip=(page - 1) * per_page,
        limit=per_page,
    )
    return Page(tuple(_view(row) for row in rows), total=total)


async def find_by_name(
    session: AsyncSession, actor: Actor, *, number_id: UUID, name: str, language: str
) -> Template:
    """Return the template of a number's account with this name and language.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The account has no such template.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    account_id = await connection.connection_of(session, actor.workspace_id, number_id)
    templates = TemplateRepository(session, actor.workspace_id)
    row = await templates.find_present(account_id, name, language.replace("-", "_"))
    if row is None:
        raise NotFound(TemplateRepository.missing)
    return row


async def read_choices(session: AsyncSession, actor: Actor) -> FilterChoices:
    """Return the statuses, categories and languages a workspace's templates have.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    repository = TemplateRepository(session, actor.workspace_id)
    found = await repository.list_kinds()
    return FilterChoices(
        statuses=tuple(sorted({status for status, _, _ in found})),
        categories=tuple(sorted({category for _, category, _ in found})),
        languages=tuple(sorted({language for _, _, language in found})),
    )


async def get(session: AsyncSession, actor: Actor, template_id: UUID) -> TemplateView:
    """Return a template whole.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The workspace has no such template.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    return _view(await TemplateRepository(session, actor.workspace_id).get(template_id))


def _view(row: Template) -> TemplateView:
    read = read_template(row)
    return taken_from(
        row,
        TemplateView,
        header_format=read.header_format or "",
        header=read.header_text or "",
        body=read.body,
        footer=read.footer or "",
        buttons=read.buttons,
        variables=read.variables,
        unsupported=read.unsupported,
        is_gone=row.gone_at is not None,
    )


async def get_row(session: AsyncSession, actor: Actor, *, template_id: UUID) -> Template:
    """Return a template as stored, for features that fill it in.

    Raises:
        NotFound: The workspace has no such template.
    """
    return await TemplateRepository(session, actor.workspace_id).get(template_id)


async def list_sendable(
    session: AsyncSession, workspace_id: UUID, *, number_id: UUID, search: str = ""
) -> tuple[SendableTemplate, ...]:
    """Return the approved templates of a number's account, the most used first.

    Those with parts Xobito cannot fill (carousels, offers) are left out.
    """
    connection_id = await connection.connection_of(session, workspace_id, number_id)
    rows = await TemplateRepository(session, workspace_id).list_approved(
        connection_id, search=search, limit=SENDABLE_LIMIT
    )
    found = ((row, read_template(row)) for row in rows)
    return tuple(
        SendableTemplate(row.id, row.name, row.language, row.category, read.body, row.use_count)
        for row, read in found
        if read.is_sendable
    )


async def read_stamp(session: AsyncSession, actor: Actor) -> SyncStamp:
    """Return when templates were last synced.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    active = await connection.find_active(session, actor.workspace_id)
    count = await TemplateRepository(session, actor.workspace_id).count_present()
    return SyncStamp(
        at=active.templates_synced_at if active else None,
        count=count,
        is_connected=active is not None,
    )


def read_template(row: Template) -> meta.Template:
    """Return a stored template with its variables found, for previews and payloads."""
    return meta.Template.of(
        {
            "id": row.meta_id,
            "name": row.name,
            "language": row.language,
            "status": row.status,
            "category": row.category,
            "parameter_format": row.parameter_format,
            "components": row.components,
            "rejected_reason": row.rejected_reason,
            "quality_score": {"score": row.quality},
        }
    )


def _line(row: Template) -> TemplateLine:
    return taken_from(row, TemplateLine, body=read_template(row).body)


async def find_row(session: AsyncSession, workspace_id: UUID, template_id: UUID) -> Template | None:
    """Return a template as stored, unless it is gone at Meta; the caller judges who may see it."""
    row = await TemplateRepository(session, workspace_id).find(template_id)
    return row if row and row.gone_at is None else None
