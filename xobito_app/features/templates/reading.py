"""From stored templates to what is shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.features.templates import rules
from xobito_app.features.templates.repository import EventRepository
from xobito_app.features.templates.schemas import TemplateLine, TemplateView
from xobito_app.models.templates import DRAFT, Template, TemplateChange
from xobito_app.whatsapp import templates as meta
from xobito_app.whatsapp.drafting.draft import Draft
from xobito_app.whatsapp.drafting.lint import explain_rejection
from xobito_app.whatsapp.drafting.meta_shape import draft_of
from xobito_app.whatsapp.drafting.problems import Problem

REJECTED = "REJECTED"
SAMPLE = "sample:"
"""Stands before the id of a file of ours where Meta wants a header's handle."""


def components_of(row: Template) -> list[dict[str, Any]]:
    """Return what a template says: what Meta holds, or what is written while Meta has nothing."""
    if row.status == DRAFT:
        return row.draft.get("components") or []
    return row.components


def read_template(row: Template) -> meta.Template:
    """Return a stored template with its variables found, for previews and payloads."""
    return meta.Template.of(raw_of(row))


def raw_of(row: Template) -> dict[str, Any]:
    """Return a stored template in the shape Meta lists it."""
    return {
        "id": row.meta_id,
        "name": row.name,
        "language": row.language,
        "status": row.status,
        "category": row.category,
        "parameter_format": row.parameter_format,
        "components": components_of(row),
        "rejected_reason": row.rejected_reason,
        "quality_score": {"score": row.quality},
        "source": row.source,
    }


def held_draft(row: Template) -> Draft:
    """Return what Meta holds as a draft, its media samples ours: Meta shows only links."""
    held = draft_of(
        {
            "name": row.name,
            "language": row.language,
            "category": row.category,
            "parameter_format": row.parameter_format,
            "components": row.components,
        }
    )
    ours = {place: f"{SAMPLE}{sample_id}" for place, sample_id in row.samples.items()}
    return held.with_media(ours)


def written_draft(row: Template) -> Draft:
    """Return what is being written, which begins with what Meta holds."""
    return draft_of(row.draft) if row.draft else held_draft(row)


async def load_edits(session: AsyncSession, row: Template) -> Sequence[datetime]:
    """Return when a template was submitted anew while it was approved."""
    events = EventRepository(session, row.workspace_id)
    rows = await events.list_of(row.id, [TemplateChange.EDITED], limit=20)
    return [event.at for event in rows]


async def why_not_edit(session: AsyncSession, row: Template) -> str:
    """Return why a template cannot be submitted now, whatever it says; nothing when it can."""
    if row.gone_at is not None:
        return "Meta no longer has this template. Duplicate it instead."
    edits = await load_edits(session, row)
    return rules.why_not_edit(row.status, row.source, edits, clock.now())


def rejection_of(row: Template) -> tuple[str, tuple[Problem, ...]]:
    """Return why Meta rejected a template, and the rules it likely broke; nothing otherwise."""
    if row.status != REJECTED:
        return "", ()
    return explain_rejection(row.rejected_reason, held_draft(row))


def view_of(row: Template, why_not_edit: str = "") -> TemplateView:
    """Return a template whole; `why_not_edit` is found out only where somebody may edit it."""
    read = read_template(row)
    rejection, likely = rejection_of(row)
    return TemplateView(
        id=row.id,
        name=row.name,
        language=row.language,
        category=row.category,
        status=row.status,
        quality=row.quality,
        pause=row.pause,
        rejected_reason=row.rejected_reason,
        rejection=rejection,
        rejected_rules=likely,
        rejection_advice=row.rejection_advice,
        previous_category=row.previous_category,
        upcoming_category=row.upcoming_category,
        upcoming_category_at=row.upcoming_category_at,
        parameter_format=row.parameter_format,
        components=tuple(components_of(row)),
        header_format=read.header_format or "",
        header=read.header_text or "",
        body=read.body,
        footer=read.footer or "",
        buttons=read.buttons,
        offer=read.offer,
        cards=read.cards,
        variables=read.variables,
        unsupported=read.unsupported,
        sample_id=sample_of(row),
        source=row.source,
        has_draft=has_draft(row),
        submission=row.submission,
        submit_error=row.submit_error,
        why_not_edit=why_not_edit,
        why_not_delete=rules.why_not_delete(row.status, row.source, row.submission),
        last_used_at=row.last_used_at,
        use_count=row.use_count,
        synced_at=row.synced_at,
        is_gone=row.gone_at is not None,
    )


def has_draft(row: Template) -> bool:
    """Tell whether another version of what Meta holds is being written."""
    return row.status != DRAFT and bool(row.draft)


def sample_of(row: Template) -> str:
    """Return the id of our file of the header; empty without one."""
    if row.status != DRAFT:
        return row.samples.get("header", "")
    return written_draft(row).part.header.sample.removeprefix(SAMPLE)


def line_of(row: Template) -> TemplateLine:
    """Return a template as lists show it."""
    return TemplateLine(
        id=row.id,
        name=row.name,
        language=row.language,
        category=row.category,
        status=row.status,
        quality=row.quality,
        body=read_template(row).body,
        last_used_at=row.last_used_at,
        use_count=row.use_count,
        has_draft=has_draft(row),
        submission=row.submission,
    )
