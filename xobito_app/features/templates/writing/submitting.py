"""Submitting a template to Meta: never twice, and with an outcome that is found out in the end.

The claim is committed before the request leaves. When no answer comes, the template is looked up
at Meta by its name and language, or its id, before anything is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import AppError, Conflict, Invalid, Unavailable
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import service as connection
from xobito_app.features.connection.service import client_for, credentials_of
from xobito_app.features.templates import history, reading, rules, samples
from xobito_app.features.templates.history import News
from xobito_app.features.templates.job_types import TEMPLATES_SETTLE
from xobito_app.features.templates.reading import SAMPLE
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.features.templates.schemas import TemplateView
from xobito_app.features.templates.sync import take_listed
from xobito_app.features.templates.writing import drafts
from xobito_app.models.connection import Connection
from xobito_app.models.templates import DRAFT, Submission, Template, TemplateChange
from xobito_app.persistence.unit_of_work import announce, enqueue, unit_of_work
from xobito_app.whatsapp import coerce, templates as meta
from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.meta_shape import components_of, create_body, draft_of
from xobito_app.whatsapp.drafting.problems import Problem
from xobito_app.whatsapp.errors import GraphError, OutcomeUnknown

_SERVER_FAULT = 500
_LOST = (
    "Meta did not answer. Whether the template arrived is looked up by itself within some minutes."
)
_NOT_YET = "Whether Meta has this template is not known yet. Try again in a minute."


@dataclass(frozen=True, slots=True)
class Claim:
    """A template in this submission's hands.

    Attributes:
        is_new: Meta never saw it: it is created, not changed.
        is_again: An earlier request may have arrived: it is looked up first.
        earlier_at: When that one left.
    """

    template_id: UUID
    workspace_id: UUID
    connection: Connection
    meta_id: str
    draft: Draft
    is_new: bool
    is_approved: bool
    category: str
    is_again: bool
    earlier_at: datetime | None


async def submit(actor: Actor, *, template_id: UUID) -> TemplateView:
    """Submit what is written to Meta's review.

    Raises:
        Forbidden: The actor may not change this template.
        NotFound: The workspace has no such template.
        Conflict: It is being submitted right now.
        Invalid: The linter or Meta finds something wrong; `fields` names the places.
        Unavailable: Meta does not answer; nothing was sent, or it is looked up what became of it.
    """
    claim = await _claim(actor, template_id)
    if claim.is_again and await _arrived(claim, actor):
        return await _view(actor, template_id)
    try:
        answer = await _send(claim)
    except OutcomeUnknown:
        await _leave_open(claim)
        raise Unavailable(_LOST) from None
    except AppError as error:
        await release(claim, error.message)
        raise _as_invalid(error) from None
    except BaseException:
        # Cut off between claim and outcome: what became of it is looked up.
        await _leave_open(claim)
        raise
    await _record(claim, actor, answer)
    return await _view(actor, template_id)


async def _arrived(claim: Claim, actor: Actor) -> bool:
    """Look up an earlier submission; what cannot be looked up now stays open."""
    try:
        return await find_out(claim, actor)
    except AppError:
        await _leave_open(claim)
        raise


async def _claim(actor: Actor, template_id: UUID) -> Claim:
    now = clock.now()
    async with unit_of_work(actor.workspace_id) as uow:
        session = uow.session
        row = await TemplateRepository(session, actor.workspace_id).get(template_id, lock=True)
        drafts.require_writer(actor, row)
        is_again = rules.is_cut_off(Submission(row.submission), row.submitted_at, now)
        if row.submission != Submission.NONE and not is_again:
            raise Conflict("This template is being submitted right now.")
        earlier_at = row.submitted_at if is_again else None
        if is_again and earlier_at and earlier_at > now - rules.MAY_STILL_APPEAR:
            raise Conflict(_NOT_YET)
        view = await drafts.view_of(session, row)
        _check(view.why_not_edit, view.problems)
        if not view.is_changed and row.status == "APPROVED":
            raise Invalid("Nothing was changed. Change something before you submit it again.")
        account = await connection.lock_connected(session, actor.workspace_id, row.connection_id)
        if account is None:
            raise Invalid("This WhatsApp account is disconnected. Connect it again first.")
        row.submission, row.submitted_at, row.status_at = Submission.SENDING, now, None
        session.add(row)
        announce(session, row.workspace_id, Topic.TEMPLATE, row.id)
        return claim_of(row, account, view.draft, is_again=is_again, earlier_at=earlier_at)


def claim_of(
    row: Template,
    account: Connection,
    draft: Draft,
    *,
    is_again: bool = True,
    earlier_at: datetime | None = None,
) -> Claim:
    """Return what is needed to go on with a template's submission outside a transaction."""
    return Claim(
        template_id=row.id,
        workspace_id=row.workspace_id,
        connection=account,
        meta_id=row.meta_id,
        draft=draft,
        is_new=row.status == DRAFT,
        is_approved=row.status == "APPROVED",
        category=row.category,
        is_again=is_again,
        earlier_at=earlier_at,
    )


def _check(why_not: str, problems: tuple[Problem, ...]) -> None:
    if why_not:
        raise Invalid(why_not)
    errors = [problem for problem in problems if not problem.is_warning]
    if errors:
        fields: dict[str, list[str]] = {}
        for problem in errors:
            fields.setdefault(problem.place, []).append(problem.sentence)
        raise Invalid(errors[0].sentence, fields)


async def _send(claim: Claim) -> dict[str, Any]:
    """Upload the samples and submit; return Meta's answer, with a category in any case.

    Raises:
        OutcomeUnknown: Meta may have taken it.
        GraphError: Meta refuses it.
        Unavailable: Nothing has left.
        Invalid: A sample is gone.
    """
    client, credentials = await client_for(claim.connection), credentials_of(claim.connection)
    handles: dict[str, str] = {}
    for place, header in claim.draft.media_places:
        sample_id = UUID(header.sample.removeprefix(SAMPLE))
        file, content = await samples.read_bytes(claim.workspace_id, sample_id)
        try:
            handles[place] = await client.upload_sample(
                credentials, claim.connection.app_id, content, file.mime, file.filename
            )
        except OutcomeUnknown as error:
            # A sample that may lie at Meta twice is no template that does.
            raise Unavailable(error.message) from error
    ready = claim.draft.with_media(handles)
    try:
        if claim.is_new:
            return await client.create_template(
                credentials, claim.connection.waba_id, create_body(ready)
            )
        changes: dict[str, Any] = {"components": components_of(ready)}
        if not claim.is_approved:
            changes["category"] = ready.category
        await client.edit_template(credentials, claim.meta_id, changes)
    except GraphError as error:
        if error.http_status >= _SERVER_FAULT:
            # Meta broke while it worked: it may have been done.
            raise OutcomeUnknown(error.message) from error
        raise
    return {"id": claim.meta_id, "status": "PENDING", "category": ready.category}


async def find_out(claim: Claim, actor: Actor | None = None) -> bool:
    """Look up at Meta whether an earlier submission arrived; take it over if it did.

    Raises:
        GraphError: Meta refuses to say.
        Unavailable: Meta does not answer.
    """
    client, credentials = await client_for(claim.connection), credentials_of(claim.connection)
    if claim.is_new:
        name, language = claim.draft.name, claim.draft.language
        listed = await client.list_templates(credentials, claim.connection.waba_id, name=name)
        found = next((t for t in map(meta.Template.of, listed) if _is(t, name, language)), None)
    else:
        found = meta.Template.of(await client.template(credentials, claim.meta_id))
        held = draft_of(found.raw)
        if not rules.says_the_same(held, claim.draft):
            found = None
    if found is None:
        return False
    await _adopt(claim, found, actor)
    return True


def _is(template: meta.Template, name: str, language: str) -> bool:
    return (template.name, template.language) == (name, language)


async def _adopt(claim: Claim, found: meta.Template, actor: Actor | None) -> None:
    async with unit_of_work(claim.workspace_id) as uow:
        row = await TemplateRepository(uow.session, claim.workspace_id).get(
            claim.template_id, lock=True
        )
        if claim.is_approved:
            _count_edit(uow.session, row, actor)
        _settle(row, claim.draft)
        _note_category(uow.session, row, claim.draft.category, found.category)
        await take_listed(uow.session, row, found, clock.now())
        _log(uow.session, row, actor)


async def _record(claim: Claim, actor: Actor, answer: dict[str, Any]) -> None:
    status = meta.upper(answer.get("status")) or "PENDING"
    category = meta.upper(answer.get("category")) or claim.draft.category
    async with unit_of_work(claim.workspace_id) as uow:
        session = uow.session
        row = await TemplateRepository(session, claim.workspace_id).get(
            claim.template_id, lock=True
        )
        if claim.is_approved:
            _count_edit(session, row, actor)
        row.meta_id = (coerce.identifier(answer.get("id")) or row.meta_id)[:64]
        row.components = components_of(claim.draft)
        _settle(row, claim.draft)
        _note_category(session, row, claim.draft.category, category)
        # A webhook may have come before the answer: it knows better.
        told = row.status if row.status_at else status
        await history.take_news(
            session, row, News(status=told[:40], category=category[:40], by=actor.name)
        )
        row.status = told[:40]
        _log(session, row, actor)


def _settle(row: Template, draft: Draft) -> None:
    row.submission, row.draft, row.submit_error = Submission.NONE, {}, ""
    row.rejected_reason = row.rejection_advice = ""
    row.samples = {
        place: header.sample.removeprefix(SAMPLE) for place, header in draft.media_places
    }


def _note_category(session: AsyncSession, row: Template, asked: str, answered: str) -> None:
    """Keep that Meta gave a new template another category than the one asked for."""
    if row.status != DRAFT or not answered or asked == answered:
        return
    note = "Meta chose this category instead of the one submitted."
    news = News(note=note)
    history.note(session, row, TemplateChange.CATEGORY, before=asked, after=answered, news=news)
    row.previous_category, row.category = asked, answered


def _count_edit(session: AsyncSession, row: Template, actor: Actor | None) -> None:
    news = News(by=actor.name if actor else history.META)
    history.note(session, row, TemplateChange.EDITED, before="", after="", news=news)


def _log(session: AsyncSession, row: Template, actor: Actor | None) -> None:
    session.add(row)
    announce(session, row.workspace_id, Topic.TEMPLATE, row.id)
    if actor is not None:
        activity.record(
            session,
            actor,
            "templates.submitted",
            about="template",
            object_id=row.id,
            name=row.name,
            language=row.language,
        )


async def release(claim: Claim, reason: str) -> None:
    """Give a template back to whoever writes it: nothing arrived at Meta."""
    async with unit_of_work(claim.workspace_id) as uow:
        row = await TemplateRepository(uow.session, claim.workspace_id).get(
            claim.template_id, lock=True
        )
        row.submission, row.submit_error = Submission.NONE, reason
        uow.session.add(row)
        announce(uow.session, row.workspace_id, Topic.TEMPLATE, row.id)


async def _leave_open(claim: Claim) -> None:
    async with unit_of_work(claim.workspace_id) as uow:
        row = await TemplateRepository(uow.session, claim.workspace_id).get(
            claim.template_id, lock=True
        )
        row.submission, row.submit_error = Submission.UNKNOWN, _LOST
        uow.session.add(row)
        announce(uow.session, row.workspace_id, Topic.TEMPLATE, row.id)
        delay = rules.MAY_STILL_APPEAR.total_seconds()
        enqueue(uow.session, TEMPLATES_SETTLE, row.workspace_id, delay=delay)


def _as_invalid(error: AppError) -> AppError:
    """Say a refusal of Meta's in its own words too, as something that can be put right."""
    if not isinstance(error, GraphError):
        return error
    told = error.details or error.meta_message or ""
    return Invalid(f"{error.message} {told}".strip())


async def _view(actor: Actor, template_id: UUID) -> TemplateView:
    async with unit_of_work(actor.workspace_id) as uow:
        row = await TemplateRepository(uow.session, actor.workspace_id).get(template_id)
        return reading.view_of(row, await reading.why_not_edit(uow.session, row))
