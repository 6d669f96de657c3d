"""Campaigns as they are shown: with their counts and with what is missing before a launch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.views import taken_from
from xobito_app.features.campaigns.repository import CampaignRepository
from xobito_app.features.campaigns.schemas import Audience, CampaignLine, CampaignView, Value
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import service as templates
from xobito_app.models.campaigns import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    RecipientState,
)
from xobito_app.persistence.arrays import any_of
from xobito_app.whatsapp.templates import Template, VariableKind

MEDIA_KEY = "header.media"


def audience_of(row: Campaign) -> Audience:
    """Return who is meant, as it was chosen."""
    return Audience.model_validate(row.audience)


def values_of(row: Campaign) -> dict[str, Value]:
    """Return what fills each blank."""
    return {key: Value.model_validate(value) for key, value in row.variables.items()}


async def load_templates(session: AsyncSession, row: Campaign) -> tuple[Template, ...]:
    """Return what is sent: frozen since the launch, before it as it is now; one, or two of A/B."""
    frozen = [raw for raw in (row.template, row.template_b) if raw]
    if frozen:
        return tuple(Template.of(raw) for raw in frozen)
    found = [
        await templates.find_row(session, row.workspace_id, template_id)
        for template_id in (row.template_id, row.template_b_id)
        if template_id
    ]
    return tuple(templates.read_template(one) for one in found if one)


def counts_with_sum(counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many are in each state, and in all."""
    return {
        "audience": sum(counts.values()),
        **{str(state): counts.get(str(state), 0) for state in RecipientState},
    }


async def load_lines(session: AsyncSession, rows: Sequence[Campaign]) -> list[CampaignLine]:
    """Return campaigns of one workspace as lists show them."""
    if not rows:
        return []
    counts = await CampaignRepository(session, rows[0].workspace_id).counts_of(
        [row.id for row in rows]
    )
    answers = await load_answers(session, rows)
    return [
        taken_from(
            row, CampaignLine, counts=counts_with_sum(counts[row.id]), **asdict(answers[row.id])
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Answers:
    """How many people of a campaign answered it."""

    replied: int = 0
    opted_out: int = 0


async def load_answers(session: AsyncSession, rows: Sequence[Campaign]) -> dict[UUID, Answers]:
    """Return how many people of each campaign of one workspace replied and opted out."""
    replied, opted_out = col(CampaignRecipient.replied_at), col(CampaignRecipient.opted_out_at)
    statement = (
        select(col(CampaignRecipient.campaign_id), func.count(replied), func.count(opted_out))
        .where(col(CampaignRecipient.workspace_id) == rows[0].workspace_id)
        .where(any_of(col(CampaignRecipient.campaign_id), [row.id for row in rows]))
        # Each has an index of its own, of those few alone.
        .where(or_(replied.is_not(None), opted_out.is_not(None)))
        .group_by(col(CampaignRecipient.campaign_id))
    )
    found = {row[0]: Answers(row[1], row[2]) for row in await session.exec(statement)}
    return {row.id: found.get(row.id, Answers()) for row in rows}


async def load_view(session: AsyncSession, row: Campaign) -> CampaignView:
    """Return a campaign whole."""
    counts = await CampaignRepository(session, row.workspace_id).counts_of([row.id])
    answers = await load_answers(session, [row])
    chosen = await load_templates(session, row)
    has_number = bool(
        row.number_id and await connection.lines_of(session, row.workspace_id, [row.number_id])
    )
    is_open = row.status == CampaignStatus.SENDING and row.begins_at and row.begins_at > clock.now()
    return taken_from(
        row,
        CampaignView,
        audience=audience_of(row),
        variables=values_of(row),
        problems=dict(problems_of(row, chosen, has_number=has_number)),
        counts=counts_with_sum(counts[row.id]),
        **asdict(answers[row.id]),
        undo_until=row.begins_at if is_open else None,
    )


def problems_of(
    row: Campaign, chosen: Sequence[Template], *, has_number: bool
) -> Iterator[tuple[str, str]]:
    """Yield what is missing before a launch: the field and what to do."""
    if not row.name:
        yield "name", "Give the campaign a name."
    if not has_number:
        yield "number_id", "Choose the number to send from."
    if not chosen or (row.template_b_id and len(chosen) < 2 and not row.template):
        yield "template_id", "Choose a template."
    for template in chosen:
        if not template.is_sendable:
            yield "template_id", _not_sendable(template)
    if audience_of(row).ways != 1:
        yield "audience", "Choose who gets it."
    values = values_of(row)
    for variable in dict.fromkeys(v for template in chosen for v in template.variables):
        if variable.kind is VariableKind.MEDIA:
            if not row.header_media_id:
                yield "header_media_id", "Choose the file of the header."
        elif not variable.optional and variable.key not in values:
            yield f"variables.{variable.key}", f"{variable.label}: say what stands here."


def _not_sendable(template: Template) -> str:
    if template.unsupported:
        return f"“{template.name}” has parts that campaigns cannot fill. Choose another template."
    return f"Meta has “{template.name}” as {template.status.lower()}. Choose an approved template."
