"""Writing an audience down: what each recipient gets is fixed from then on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from xobito_app.core import clock, ids
from xobito_app.core.text import shorten
from xobito_app.features.campaigns.launching.allotting import Variants
from xobito_app.features.campaigns.launching.dry_run import Course, country_code
from xobito_app.features.campaigns.launching.judging import Judgement
from xobito_app.models.campaigns import RecipientState

_INSERT = text("""
INSERT INTO campaign_recipient (
  id, workspace_id, campaign_id, number_id, contact_id, phone, user_id, name, country, values,
  variant, state, exclusion, reason, attempts, due_at, updated_at)
SELECT id, :workspace_id, :campaign_id, :number_id, contact_id, phone, user_id, name, country,
  CAST(filled AS jsonb), variant, state, exclusion, reason, 0, due_at, :now
FROM unnest(
  CAST(:ids AS uuid[]), CAST(:contact_ids AS uuid[]), CAST(:phones AS text[]),
  CAST(:user_ids AS text[]), CAST(:names AS text[]), CAST(:countries AS text[]),
  CAST(:filled AS text[]), CAST(:variants AS int[]), CAST(:states AS text[]),
  CAST(:exclusions AS text[]), CAST(:reasons AS text[]), CAST(:due AS timestamptz[]))
AS given (id, contact_id, phone, user_id, name, country, filled, variant, state, exclusion, reason,
  due_at)
""")


async def freeze(course: Course) -> None:
    """Write everybody of an audience down as a recipient, in pieces."""
    variants = Variants(course.row.id, 2 if course.row.template_b_id else 1)
    async for piece in course.walk():
        if piece:
            await _write(course, piece, variants)


async def _write(
    course: Course, piece: Sequence[tuple[Judgement, datetime | None]], variants: Variants
) -> None:
    people = [judged.candidate for judged, _ in piece]
    given: dict[str, Any] = {
        "workspace_id": course.row.workspace_id,
        "campaign_id": course.row.id,
        "number_id": course.number.id,
        "now": clock.now(),
        "ids": [ids.new() for _ in piece],
        "contact_ids": [one.contact_id for one in people],
        "phones": [one.phone for one in people],
        "user_ids": [one.user_id for one in people],
        "names": [shorten(one.name, 191) for one in people],
        "countries": [country_code(one) for one in people],
        "filled": [json.dumps(dict(judged.values)) for judged, _ in piece],
        "variants": [0 if judged.exclusion else variants.take() for judged, _ in piece],
        "states": [
            str(RecipientState.EXCLUDED if judged.exclusion else RecipientState.QUEUED)
            for judged, _ in piece
        ],
        "exclusions": [str(judged.exclusion or "") for judged, _ in piece],
        "reasons": [judged.sentence for judged, _ in piece],
        "due": [due for _, due in piece],
    }
    await (await course.session.connection()).execute(_INSERT, given)
