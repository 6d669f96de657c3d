"""Deleting templates at Meta, and letting one go out again that was paused for pacing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import service as connection
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.templates import history, rules
from xobito_app.features.templates.history import News
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.models.connection import Connection
from xobito_app.models.templates import DRAFT, Pause, Submission, Template
from xobito_app.persistence.unit_of_work import announce, unit_of_work
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.errors import GraphError

_BLOCKED_FOR = timedelta(days=limits.TEMPLATE_NAME_BLOCKED_DAYS)
_NO_SUCH_TEMPLATE = 2593002
_DISCONNECTED = "This WhatsApp account is disconnected. Connect it again first."


async def delete_template(actor: Actor, *, template_id: UUID, all_languages: bool = False) -> int:
    """Delete a template in one language or in all; return how many languages went.

    Meta keeps the name of an approved one for 30 days. A draft is only thrown away.

    Raises:
        Forbidden: The actor may not delete templates.
        NotFound: The workspace has no such template.
        Invalid: It cannot be deleted, or Meta refuses it.
        Unavailable: Meta does not answer; deleting again does no harm.
    """
    require(actor, Permission.TEMPLATES_DELETE)
    async with unit_of_work(actor.workspace_id) as uow:
        templates = TemplateRepository(uow.session, actor.workspace_id)
        row = await templates.get(template_id, lock=True)
        if why_not := rules.why_not_delete(row.status, row.source, Submission(row.submission)):
            raise Invalid(why_not)
        if row.status == DRAFT:
            _log(uow.session, actor, "templates.deleted", row)
            announce(uow.session, row.workspace_id, Topic.TEMPLATE, row.id)
            await templates.delete(row)
            return 1
        if row.gone_at is not None:
            return 0
        account = await _account(uow.session, row)
        doomed = [row]
        if all_languages:
            doomed = list(await templates.list_languages(row.connection_id, row.name))
    await _at_meta(account, row, None if all_languages else row.meta_id)
    async with unit_of_work(actor.workspace_id) as uow:
        templates = TemplateRepository(uow.session, actor.workspace_id)
        for one in doomed:
            await _note_deleted(uow.session, actor, await templates.get(one.id, lock=True))
    return len(doomed)


async def _at_meta(account: Connection, row: Template, meta_id: str | None) -> None:
    client = await client_for(account)
    try:
        await client.delete_template(
            credentials_of(account), account.waba_id, row.name, template_id=meta_id
        )
    except GraphError as error:
        # What is gone already is what was wanted.
        if error.subcode != _NO_SUCH_TEMPLATE:
            raise _refused(error) from None


async def _note_deleted(session: AsyncSession, actor: Actor, row: Template) -> None:
    now = clock.now()
    if row.status == "APPROVED":
        row.name_blocked_until = now + _BLOCKED_FOR
    row.draft = {}
    await history.mark_gone(session, row, now)
    _log(session, actor, "templates.deleted", row)
    announce(session, row.workspace_id, Topic.TEMPLATE, row.id)


async def unpause(actor: Actor, *, template_id: UUID) -> None:
    """Let a template go out again that Meta paused for pacing.

    Raises:
        Forbidden: The actor may not edit templates.
        NotFound: The workspace has no such template.
        Invalid: It is not paused, or its pause lifts by itself; or Meta refuses it.
        Unavailable: Meta does not answer.
    """
    require(actor, Permission.TEMPLATES_EDIT)
    async with unit_of_work(actor.workspace_id) as uow:
        row = await TemplateRepository(uow.session, actor.workspace_id).get(template_id)
        if row.status != "PAUSED":
            raise Invalid("This template is not paused.")
        if row.pause != Pause.PACING:
            raise Invalid("Meta paused it for low quality: that ends by itself. Wait until then.")
        account = await _account(uow.session, row)
    client = await client_for(account)
    try:
        await client.unpause_template(credentials_of(account), row.meta_id)
    except GraphError as error:
        raise _refused(error) from None
    async with unit_of_work(actor.workspace_id) as uow:
        row = await TemplateRepository(uow.session, actor.workspace_id).get(template_id, lock=True)
        row.pause = Pause.NONE
        await history.take_news(uow.session, row, News(status="APPROVED", by=actor.name))
        _log(uow.session, actor, "templates.unpaused", row)
        announce(uow.session, row.workspace_id, Topic.TEMPLATE, row.id)


async def _account(session: AsyncSession, row: Template) -> Connection:
    account = await connection.lock_connected(session, row.workspace_id, row.connection_id)
    if account is None:
        raise Invalid(_DISCONNECTED)
    return account


def _refused(error: GraphError) -> Invalid:
    return Invalid(f"{error.message} {error.details or ''}".strip())


def _log(session: AsyncSession, actor: Actor, action: str, row: Template) -> None:
    activity.record(
        session,
        actor,
        action,
        about="template",
        object_id=row.id,
        name=row.name or "untitled",
        language=row.language,
    )
