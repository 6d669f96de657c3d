"""`/templates`: written, judged by the linter, submitted to Meta, deleted and synced."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field, JsonValue

from xobito_app.api.rest.requests import json_body
from xobito_app.api.rest.route import Call, RestRoute, current_call, needs, not_found
from xobito_app.api.rest.shapes import In, Moment, Out, Page, PageQuery, limited
from xobito_app.api.v1 import template_samples
from xobito_app.api.v1.template_bodies import CHANGED, EXAMPLE, TemplateChange, TemplateNew
from xobito_app.core.errors import Invalid
from xobito_app.features.templates import removing, service as templates, sync
from xobito_app.features.templates.schemas import DraftView, TemplateView
from xobito_app.features.templates.writing import drafts, submitting
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.whatsapp.drafting.problems import Problem

router = APIRouter(tags=["Templates"], route_class=RestRoute)
_THING = "Template"


class TemplateButtonOut(Out):
    """A button under a template."""

    type: str
    text: str
    url: str | None


class TemplateOut(Out):
    """A template as Meta holds it, or as it is written while Meta never saw it."""

    id: UUID
    name: str
    language: str
    category: str
    status: str = Field(description="Meta's word, or `DRAFT`.")
    quality: str
    header_format: str
    header: str
    body: str
    footer: str
    buttons: list[TemplateButtonOut]
    variables: list[str] = Field(description="Its blanks: `header.1`, `body.1`, `button.0` …")
    last_used_at: Moment | None
    synced_at: Moment | None

    @classmethod
    def of(cls, view: TemplateView) -> TemplateOut:
        """Take a template over."""
        made = {"buttons", "variables", "components", "cards"}
        plain = {name: getattr(view, name) for name in cls.model_fields if name not in made}
        buttons = [{"type": b.type, "text": b.text, "url": b.url} for b in view.buttons]
        more = {"components": list(view.components)} if "components" in cls.model_fields else {}
        variables = [variable.key for variable in view.variables]
        return cls.model_validate({**plain, **more, "buttons": buttons, "variables": variables})


class TemplateDetail(TemplateOut):
    """A template whole."""

    parameter_format: str
    components: list[dict[str, JsonValue]] = Field(description="In Meta's own shape.")
    source: str = Field(description="`AUTO_GENERATED` when Meta made it of a message.")
    rejected_reason: str
    rejection: str = Field(description="Why Meta rejected it, and what to do.")
    previous_category: str
    upcoming_category: str = Field(description="The category Meta has announced for it.")
    pause: str = Field(description="`none`, `quality` (lifts by itself) or `pacing`.")
    has_draft: bool = Field(description="Another version of it is being written.")


class ProblemOut(Out):
    """A rule a template breaks."""

    rule: str
    code: str = Field(description="Meta's number of the error it would answer with, or empty.")
    title: str
    place: str = Field(description="`name`, `header`, `body`, `button.0`, `sample.body.1` …")
    sentence: str
    is_warning: bool = Field(description="Meta takes it, but likely not as it is meant.")


class Submitted(Out):
    """What became of a template that was handed in."""

    id: UUID
    status: str = Field(description="`DRAFT` when problems keep it from Meta.")
    category: str = Field(description="Meta's answer; it may be another than the one asked for.")
    problems: list[ProblemOut]


class Linted(Out):
    """What the linter says."""

    problems: list[ProblemOut]


class Synced(Out):
    """How many templates Meta has."""

    count: int


class TemplateQuery(PageQuery):
    """Which templates are wanted."""

    search: Annotated[str, limited(200)] = ""
    status: Annotated[str, limited(40)] = Field(default="", description="Like APPROVED or DRAFT.")
    category: Annotated[str, limited(40)] = Field(default="", description="Like MARKETING.")
    language: Annotated[str, limited(16)] = Field(default="", description="Like en_US.")


class Deleting(In):
    """What goes along when a template is deleted."""

    all_languages: bool = Field(default=False, description="All languages of its name go.")


_New = Annotated[TemplateNew, json_body(EXAMPLE)]
_Change = Annotated[TemplateChange, json_body(CHANGED)]


@router.get("/templates")
async def list_templates(
    call: Annotated[Call, needs("templates.read")], query: Annotated[TemplateQuery, Query()]
) -> Page[TemplateOut]:
    """List templates, by name; drafts among them."""
    found = await templates.page_templates(
        call.session,
        call.actor,
        wanted=templates.Wanted(
            search=query.search,
            status=query.status.upper(),
            category=query.category.upper(),
            language=query.language,
        ),
        page=query.page,
        per_page=query.per_page,
    )
    return Page[TemplateOut].shown(
        call, found.map(TemplateOut.of), page=query.page, per_page=query.per_page
    )


@router.post("/templates/lint")
async def lint_template(call: Annotated[Call, needs("templates.create")], body: _New) -> Linted:
    """Judge a template without keeping or sending it.

    A `media_url` counts as an example without being fetched.
    """
    given = template_samples.assumed(body.body())
    problems = await drafts.lint_body(call.session, call.actor, body=given)
    return Linted(problems=_problems(problems))


@dataclass(frozen=True, slots=True)
class _Handed:
    """A template that was handed in, before the transaction of the answer: Meta was asked."""

    view: TemplateView
    problems: tuple[Problem, ...]

    def answer(self) -> Submitted:
        return Submitted(
            id=self.view.id,
            status=self.view.status,
            category=self.view.category,
            problems=_problems(self.problems),
        )


async def _create(
    call: Annotated[Call, Depends(current_call)], body: _New
) -> AsyncGenerator[_Handed]:
    await call.require_first()
    given = await template_samples.fetched(call.actor, body.body())
    async with unit_of_work(call.actor.workspace_id) as uow:
        draft = await drafts.start_draft(
            uow.session, call.actor, body=given, template_id=_id_of(call)
        )
    if not draft.is_new:
        # The request was made before, and its answer was lost: Meta has the template.
        yield await _as_it_is(call, draft)
        return
    try:
        handed = await _hand_in(call, draft)
    except Invalid:
        # What Meta refuses is told; a draft of it would only be in the way of the next try.
        async with unit_of_work(call.actor.workspace_id) as uow:
            await drafts.discard_draft(uow.session, call.actor, template_id=draft.id)
        raise
    yield handed


async def _change(
    call: Annotated[Call, Depends(current_call)], template_id: UUID, body: _Change
) -> AsyncGenerator[_Handed]:
    given = await template_samples.fetched(call.actor, body.body())
    async with unit_of_work(call.actor.workspace_id) as uow:
        held = await drafts.read_draft(uow.session, call.actor, template_id=template_id)
        draft = await drafts.save_draft(
            uow.session, call.actor, template_id=template_id, body={**held.body, **given}
        )
    yield await _hand_in(call, draft)


def _id_of(call: Call) -> UUID | None:
    """Return the id that the repeats of one request share, so that they are one template."""
    if not call.key:
        return None
    return UUID(bytes=hashlib.sha256(call.message_key.encode()).digest()[:16], version=4)


async def _hand_in(call: Call, draft: DraftView) -> _Handed:
    """Submit what the linter lets pass; the rest stays a draft with its problems."""
    if any(not problem.is_warning for problem in draft.problems):
        return await _as_it_is(call, draft)
    view = await submitting.submit(call.actor, template_id=draft.id)
    return _Handed(view, draft.problems)


async def _as_it_is(call: Call, draft: DraftView) -> _Handed:
    async with unit_of_work(call.actor.workspace_id) as uow:
        view = await templates.get(uow.session, call.actor, draft.id)
    return _Handed(view, draft.problems)


def _problems(problems: tuple[Problem, ...]) -> list[ProblemOut]:
    return [ProblemOut.of(problem) for problem in problems]


@router.post("/templates", status_code=201, response_description="Template handed in")
async def create_template(
    call: Annotated[Call, needs("templates.create")],
    body: _New,
    handed: Annotated[_Handed, Depends(_create, scope="function")],
) -> Submitted:
    """Submit a template to Meta's review.

    With problems that are no warnings it is kept as a draft instead, and can be put right with
    PUT. Meta may answer with another category than the one asked for.
    """
    return handed.answer()


async def _synced(call: Annotated[Call, Depends(current_call)]) -> AsyncGenerator[int]:
    await call.require_first()
    yield await sync.sync_now(call.actor)


@router.post("/templates/sync", response_description="Templates synced")
async def sync_templates(
    call: Annotated[Call, needs("templates.create")],
    count: Annotated[int, Depends(_synced, scope="function")],
) -> Synced:
    """Take over all templates from Meta now; every hour it happens by itself."""
    return Synced(count=count)


@router.get("/templates/{template_id}", responses=not_found(_THING))
async def get_template(
    call: Annotated[Call, needs("templates.read")], template_id: UUID
) -> TemplateDetail:
    """Get a template."""
    view = await templates.get(call.session, call.actor, template_id)
    return TemplateDetail.model_validate(TemplateDetail.of(view))


@router.put(
    "/templates/{template_id}",
    response_description="Template handed in",
    responses=not_found(_THING),
)
async def update_template(
    call: Annotated[Call, needs("templates.create")],
    template_id: UUID,
    body: _Change,
    handed: Annotated[_Handed, Depends(_change, scope="function")],
) -> Submitted:
    """Replace what a template says, and submit it anew.

    Meta takes new versions of approved, rejected and paused templates: of approved ones one a day
    and ten in 30 days.
    """
    return handed.answer()


async def _deleted(
    call: Annotated[Call, Depends(current_call)],
    template_id: UUID,
    query: Annotated[Deleting, Query()],
) -> AsyncGenerator[int]:
    yield await removing.delete_template(
        call.actor, template_id=template_id, all_languages=query.all_languages
    )


@router.delete(
    "/templates/{template_id}",
    response_description="Template deleted",
    responses=not_found(_THING),
)
async def delete_template(
    call: Annotated[Call, needs("templates.delete")],
    template_id: UUID,
    query: Annotated[Deleting, Query()],
    count: Annotated[int, Depends(_deleted, scope="function")],
) -> None:
    """Delete a template at Meta, in its language or in all.

    Meta keeps the name of an approved one for 30 days.
    """
