"""Writing templates: drafts that keep themselves, judged by the linter with every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock, ids
from xobito_app.core.errors import Conflict, Invalid
from xobito_app.core.events import Topic
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.activity import service as activity
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import reading, rules
from xobito_app.features.templates.reading import SAMPLE
from xobito_app.features.templates.repository import SampleRepository, TemplateRepository
from xobito_app.features.templates.schemas import DraftView
from xobito_app.models.connection import Connection
from xobito_app.models.templates import DRAFT, Submission, Template
from xobito_app.persistence.unit_of_work import announce
from xobito_app.whatsapp import limits
from xobito_app.whatsapp.drafting.draft import Draft, Part
from xobito_app.whatsapp.drafting.lint import lint
from xobito_app.whatsapp.drafting.meta_shape import create_body, draft_of
from xobito_app.whatsapp.drafting.problems import Problem, Surroundings

LONGEST_TEXT = 4000
"""Characters kept of each text: enough to see by how much it is too long."""
_ON_ITS_WAY = "This template is on its way to Meta. Wait until that is settled."


async def start_draft(
    session: AsyncSession,
    actor: Actor,
    *,
    body: Mapping[str, Any] | None = None,
    template_id: UUID | None = None,
) -> DraftView:
    """Begin a template, empty or with what is already written.

    Args:
        session: Where it is kept.
        actor: Who writes it.
        body: What Meta's create call would be given, as far as it is known.
        template_id: Under which it is kept; beginning it twice is once, as it was the first time.

    Raises:
        Forbidden: The actor may not create templates.
        Conflict: It is begun by another request at this very moment.
        Invalid: No account is connected.
    """
    require(actor, Permission.TEMPLATES_CREATE)
    account = await connection.find_active(session, actor.workspace_id)
    if account is None:
        raise Invalid("Connect WhatsApp first: templates are submitted there.")
    templates = TemplateRepository(session, actor.workspace_id)
    if template_id and (begun := await templates.find(template_id)):
        return await view_of(session, begun)
    row = await templates.begin(template_id or ids.new(), account.id)
    await _write(session, row, draft_of(body or {"category": "UTILITY", "language": "en_US"}))
    _record(session, actor, "templates.drafted", row)
    return await view_of(session, row)


async def read_draft(session: AsyncSession, actor: Actor, *, template_id: UUID) -> DraftView:
    """Return a template as it is being written; nothing is changed by looking.

    Raises:
        Forbidden: The actor may not write templates.
        NotFound: The workspace has no such template.
    """
    require(actor, Permission.TEMPLATES_CREATE, Permission.TEMPLATES_EDIT)
    return await view_of(
        session, await TemplateRepository(session, actor.workspace_id).get(template_id)
    )


async def save_draft(
    session: AsyncSession,
    actor: Actor,
    *,
    template_id: UUID,
    body: Mapping[str, Any],
    rev: int | None = None,
) -> DraftView:
    """Keep what is written, whatever the linter says of it.

    Args:
        session: Where it is kept.
        actor: Who writes it.
        template_id: Ours.
        body: In the shape of Meta's create call. Of a template Meta has, name, language and kind
            of parameters stay, and the category of an approved one.
        rev: The revision it was made of; None takes any.

    Raises:
        Forbidden: The actor may not change this template.
        NotFound: The workspace has no such template.
        Conflict: Somebody else has written meanwhile.
        Invalid: It is on its way to Meta, or cannot be changed at all.
    """
    row = await lock_for_writing(session, actor, template_id)
    if rev is not None and rev != row.draft_rev:
        raise Conflict("Somebody else has changed this template meanwhile. Reload the page.")
    if not row.draft:
        _record(session, actor, "templates.drafted", row)
    await _write(session, row, draft_of(body))
    return await view_of(session, row)


async def discard_draft(session: AsyncSession, actor: Actor, *, template_id: UUID) -> None:
    """Throw away what is written; of a template Meta has, that stays.

    Raises:
        Forbidden: The actor may not change this template.
        NotFound: The workspace has no such template.
        Invalid: It is on its way to Meta.
    """
    row = await lock_for_writing(session, actor, template_id)
    _record(session, actor, "templates.draft_discarded", row)
    announce(session, row.workspace_id, Topic.TEMPLATE, row.id)
    if row.status == DRAFT:
        await TemplateRepository(session, row.workspace_id).delete(row)
        return
    row.draft, row.submit_error = {}, ""
    row.draft_rev += 1
    session.add(row)


async def duplicate(
    session: AsyncSession, actor: Actor, *, template_id: UUID, language: str
) -> UUID:
    """Begin a draft that says the same, for another language or under another name.

    Its name is kept for another language, and left free otherwise.

    Raises:
        Forbidden: The actor may not create templates.
        NotFound: The workspace has no such template.
        Invalid: It was made for login codes, or the account is not connected.
    """
    require(actor, Permission.TEMPLATES_CREATE)
    original = await TemplateRepository(session, actor.workspace_id).get(template_id)
    draft = reading.written_draft(original)
    if original.category == "AUTHENTICATION":
        raise Invalid("Templates for login codes are made in WhatsApp Manager. Copy it there.")
    is_other = bool(language) and language != original.language
    copied = replace(
        draft,
        name=original.name if is_other else _free_name(original.name),
        language=language or original.language,
    )
    view = await start_draft(session, actor, body=create_body(copied))
    return view.id


def _free_name(name: str) -> str:
    return f"{name[: limits.TEMPLATE_NAME - 5]}_copy"


async def lint_body(
    session: AsyncSession, actor: Actor, *, body: Mapping[str, Any]
) -> tuple[Problem, ...]:
    """Return what the linter says of a template that is not kept anywhere.

    Raises:
        Forbidden: The actor may not see templates.
    """
    require(actor, Permission.TEMPLATES_VIEW)
    draft = draft_of(body)
    account = await connection.find_active(session, actor.workspace_id)
    if account is None:
        return lint(draft)
    return lint(draft, await _around_new(session, account, draft))


async def lock_for_writing(session: AsyncSession, actor: Actor, template_id: UUID) -> Template:
    """Return a template locked for change by somebody who may change it.

    Raises:
        Forbidden: The actor may not change this template.
        NotFound: The workspace has no such template.
        Invalid: It is on its way to Meta, or Meta made it itself.
    """
    row = await TemplateRepository(session, actor.workspace_id).get(template_id, lock=True)
    require_writer(actor, row)
    if row.submission != Submission.NONE:
        raise Invalid(_ON_ITS_WAY)
    if row.source == rules.GENERATED or row.gone_at is not None:
        raise Invalid(await reading.why_not_edit(session, row))
    return row


def require_writer(actor: Actor, row: Template) -> None:
    """Let those pass who may change a template: whoever creates them may finish a new one.

    Raises:
        Forbidden: The actor may not.
    """
    if row.status == DRAFT:
        require(actor, Permission.TEMPLATES_CREATE, Permission.TEMPLATES_EDIT)
    else:
        require(actor, Permission.TEMPLATES_EDIT)


async def view_of(session: AsyncSession, row: Template) -> DraftView:
    """Return a template as it is being written, with what the linter finds."""
    draft = reading.written_draft(row)
    rejection, likely = reading.rejection_of(row)
    is_new = row.status == DRAFT
    around = None
    if is_new:
        account = await connection.get_account(session, row.workspace_id, row.connection_id)
        around = await _around_new(session, account, draft)
    return DraftView(
        id=row.id,
        rev=row.draft_rev,
        draft=draft,
        body=create_body(draft),
        problems=lint(draft, around),
        status=row.status,
        is_new=is_new,
        is_category_fixed=row.status == "APPROVED",
        is_changed=is_new or (bool(row.draft) and draft != reading.held_draft(row)),
        submission=row.submission,
        submit_error=row.submit_error,
        rejection=rejection,
        rejection_advice=row.rejection_advice,
        rejected_rules=likely,
        why_not_edit=await reading.why_not_edit(session, row),
    )


async def _write(session: AsyncSession, row: Template, given: Draft) -> None:
    draft = _cut(given)
    if row.status != DRAFT:
        draft = replace(
            draft,
            name=row.name,
            language=row.language,
            named=row.parameter_format == "NAMED",
            category=row.category if row.status == "APPROVED" else draft.category,
        )
    draft = draft.with_media(await _own_samples(session, row, draft))
    row.draft = create_body(draft)
    row.draft_rev += 1
    row.submit_error = ""
    row.updated_at = clock.now()
    if row.status == DRAFT:
        row.name, row.language = draft.name[:512], draft.language[:16]
        row.category = draft.category[:40]
        row.parameter_format = "NAMED" if draft.named else "POSITIONAL"
    session.add(row)
    await session.flush()
    announce(session, row.workspace_id, Topic.TEMPLATE, row.id)


async def _own_samples(session: AsyncSession, row: Template, draft: Draft) -> dict[str, str]:
    """Return the samples that are files of this workspace: a handle of Meta's works once."""
    files = SampleRepository(session, row.workspace_id)
    kept: dict[str, str] = {}
    for place, header in draft.media_places:
        if not header.sample.startswith(SAMPLE):
            continue
        try:
            sample_id = UUID(header.sample.removeprefix(SAMPLE))
        except ValueError:
            continue
        file = await files.find(sample_id)
        if file and _fits(file.mime, header.format):
            kept[place] = header.sample
    return kept


def _fits(mime: str, header_format: str) -> bool:
    family = {"image": "IMAGE", "video": "VIDEO"}.get(mime.partition("/")[0], "DOCUMENT")
    return family == header_format


def _cut(draft: Draft) -> Draft:
    """Return a draft without what no linter needs to see: texts many times too long."""

    def part(whole: Part) -> Part:
        buttons = tuple(
            replace(b, text=b.text[:LONGEST_TEXT], url=b.url[:LONGEST_TEXT])
            for b in whole.buttons[: 2 * limits.TEMPLATE_BUTTONS]
        )
        header = replace(whole.header, text=whole.header.text[:LONGEST_TEXT])
        return replace(whole, header=header, body=whole.body[:LONGEST_TEXT], buttons=buttons)

    return replace(
        draft,
        name=draft.name[:LONGEST_TEXT],
        part=part(draft.part),
        footer=draft.footer[:LONGEST_TEXT],
        cards=tuple(part(card) for card in draft.cards[: 2 * limits.CARDS]),
        samples={key: text[:LONGEST_TEXT] for key, text in draft.samples.items()},
    )


async def _around_new(session: AsyncSession, account: Connection, draft: Draft) -> Surroundings:
    templates = TemplateRepository(session, account.workspace_id)
    key = (account.id, draft.name, draft.language)
    return Surroundings(
        taken=await templates.find_present(*key) is not None,
        blocked_until=await templates.find_block(*key, clock.now()),
    )


def _record(session: AsyncSession, actor: Actor, action: str, row: Template) -> None:
    activity.record(
        session, actor, action, about="template", object_id=row.id, name=row.name or "untitled"
    )
