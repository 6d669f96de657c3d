"""Templates as people find, preview and choose them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core.errors import NotFound
from xobito_app.core.paging import WINDOW, Page
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import reading
from xobito_app.features.templates.bubbles import bubble_of as bubble_of, words_of as words_of
from xobito_app.features.templates.filling import (
    ColumnValue as ColumnValue,
    FieldValue as FieldValue,
    FixedValue as FixedValue,
    Missing as Missing,
    Rendered as Rendered,
    Value as Value,
    read_values as read_values,
    render as render,
)
from xobito_app.features.templates.insights import (
    ask_anew as ask_anew,
    load_insights as load_insights,
)
from xobito_app.features.templates.news import take_template_event as take_template_event
from xobito_app.features.templates.reading import raw_of as raw_of, read_template as read_template
from xobito_app.features.templates.repository import (
    EventRepository,
    TemplateRepository,
    Wanted as Wanted,
    cursor_of,
)
from xobito_app.features.templates.schemas import (
    FilterChoices,
    HistoryEntry,
    SendableTemplate,
    SyncStamp,
    TemplateLine,
    TemplateView,
)
from xobito_app.models.templates import Template, TemplateChange

SENDABLE_LIMIT = 50
"""Templates a picker shows; searching finds the others."""
ANY = Wanted()


async def list_templates(
    session: AsyncSession,
    actor: Actor,
    *,
    wanted: Wanted = ANY,
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
        wanted, cursor=cursor, limit=limit + 1
    )
    window = rows[:limit]
    more = len(rows) > limit
    return Page(
        tuple(reading.line_of(row) for row in window), cursor_of(window[-1]) if more else ""
    )


async def read_lines(
    session: AsyncSession, actor: Actor, *, template_ids: Sequence[UUID]
) -> tuple[TemplateLine, ...]:
    """Return the templates among these ids that the workspace has.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    rows = await TemplateRepository(session, actor.workspace_id).list_by_ids(template_ids)
    return tuple(reading.line_of(row) for row in rows.values())


async def page_templates(
    session: AsyncSession, actor: Actor, *, wanted: Wanted = ANY, page: int = 1, per_page: int = 15
) -> Page[TemplateView]:
    """Return a numbered page of templates by name.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    rows, total = await TemplateRepository(session, actor.workspace_id).numbered_page(
        wanted, skip=(page - 1) * per_page, limit=per_page
    )
    return Page(tuple(reading.view_of(row) for row in rows), total=total)


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
    """Return the statuses, categories, languages and qualities a workspace's templates have.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    repository = TemplateRepository(session, actor.workspace_id)
    columns = zip(*await repository.list_kinds(), strict=True)
    found = [tuple(sorted({word for word in column if word})) for column in columns]
    return FilterChoices(*(found or [()] * 4))


async def get(session: AsyncSession, actor: Actor, template_id: UUID) -> TemplateView:
    """Return a template whole.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The workspace has no such template.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    row = await get_row(session, actor, template_id=template_id)
    return reading.view_of(row, await reading.why_not_edit(session, row))


async def list_languages(
    session: AsyncSession, actor: Actor, template_id: UUID
) -> Sequence[TemplateLine]:
    """Return a template in all languages Meta has it in, itself among them.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The workspace has no such template.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    templates = TemplateRepository(session, actor.workspace_id)
    row = await templates.get(template_id)
    listed = await templates.list_languages(row.connection_id, row.name)
    return [reading.line_of(one) for one in listed]


async def read_history(
    session: AsyncSession, actor: Actor, template_id: UUID
) -> Sequence[HistoryEntry]:
    """Return how a template's status, category and quality changed, the newest first.

    Raises:
        Forbidden: The actor may not see templates.
        NotFound: The workspace has no such template.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    await get_row(session, actor, template_id=template_id)
    events = EventRepository(session, actor.workspace_id)
    return [
        HistoryEntry(e.id, e.at, e.kind, e.before, e.after, e.note, e.actor_name)
        for e in await events.list_of(template_id, list(TemplateChange))
    ]


async def get_row(session: AsyncSession, actor: Actor, *, template_id: UUID) -> Template:
    """Return a template as stored, for features that fill it in.

    Raises:
        NotFound: The workspace has no such template.
    """
    return await TemplateRepository(session, actor.workspace_id).get(template_id)


async def list_approved_named(
    session: AsyncSession,
    workspace_id: UUID,
    connection_id: UUID,
    keys: Collection[tuple[str, str]],
) -> Sequence[Template]:
    """Return an account's approved templates among these names and languages, as stored."""
    templates = TemplateRepository(session, workspace_id)
    return await templates.list_approved_named(keys, connection_id=connection_id)


async def list_approved_anywhere(
    session: AsyncSession, workspace_id: UUID, keys: Collection[tuple[str, str]]
) -> Sequence[Template]:
    """Return the approved templates of any account among these names and languages."""
    return await TemplateRepository(session, workspace_id).list_approved_named(keys)


async def list_all_approved(
    session: AsyncSession, workspace_id: UUID, *, limit: int
) -> Sequence[Template]:
    """Return approved templates of all accounts by name, as stored."""
    return await TemplateRepository(session, workspace_id).list_all_approved(limit)


async def list_sendable(
    session: AsyncSession, workspace_id: UUID, *, number_id: UUID, search: str = ""
) -> tuple[SendableTemplate, ...]:
    """Return the approved templates of a number's account, the most used first.

    Those with parts Xobito cannot fill are left out.
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


async def find_row(session: AsyncSession, workspace_id: UUID, template_id: UUID) -> Template | None:
    """Return a template as stored, unless it is gone at Meta; the caller judges who may see it."""
    row = await TemplateRepository(session, workspace_id).find(template_id)
    return row if row and row.gone_at is None else None
