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
FROM json_to_recordset(CAST(:people AS json)) AS given (
  id uuid, contact_id uuid, phone text, user_id text, name text, country text, filled json,
  variant int, state text, exclusion text, reason text, due_at timestamptz)
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
    people = [_document(judged, due, variants) for judged, due in piece]
    given: dict[str, Any] = {
        "workspace_id": course.row.workspace_id,
        "campaign_id": course.row.id,
        "number_id": course.number.id,
        "now": clock.now(),
        # One document: the driver takes arrays of texts apart mark by mark.
        "people": json.dumps(people, default=str),
    }
    await (await course.session.connection()).execute(_INSERT, given)


def _document(judged: Judgement, due: datetime | None, variants: Variants) -> dict[str, Any]:
    one = judged.candidate
    return {
        "id": ids.new(),
        "contact_id": one.contact_id,
        "phone": one.phone,
        "user_id": one.user_id,
        "name": shorten(one.name, 191),
        "country": country_code(one),
        "filled": judged.values,
        "variant": 0 if judged.exclusion else variants.take(),
        "state": RecipientState.EXCLUDED if judged.exclusion else RecipientState.QUEUED,
        "exclusion": judged.exclusion or "",
        "reason": judged.sentence,
        "due_at": due,
    }
