"""Reading what people say of a campaign: each field with its rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.errors import Findings, NotFound
from xobito_app.core.text import one_line
from xobito_app.features.campaigns.schemas import Audience, CampaignDraft, Value
from xobito_app.features.campaigns.views import MEDIA_KEY, audience_of
from xobito_app.features.connection import service as connection
from xobito_app.features.contacts import service as contacts
from xobito_app.features.inbox import service as inbox
from xobito_app.features.templates import service as templates
from xobito_app.models.campaigns import Campaign
from xobito_app.whatsapp.templates import VariableKind

LONGEST_NAME = 191
LONGEST_SKIP = 90 * 24 * 3600
MOST_CANARY = 10_000
LARGEST_CAP = Decimal(1_000_000_000)


async def apply(session: AsyncSession, row: Campaign, draft: CampaignDraft) -> None:
    """Write what is given into a campaign.

    Raises:
        Invalid: `fields` names each that breaks its rule.
    """
    findings = Findings()
    _plain(row, draft, findings)
    await _chosen(session, row, draft, findings)
    if "audience" in draft:
        await _audience(session, row, draft["audience"] or Audience(), findings)
    if "variables" in draft:
        await _variables(session, row, draft["variables"], findings)
    findings.check()
    row.updated_at = clock.now()
    session.add(row)


def _plain(row: Campaign, draft: CampaignDraft, findings: Findings) -> None:
    if "name" in draft:
        row.name = one_line(draft["name"])
        findings.expect(
            1 <= len(row.name) <= LONGEST_NAME,
            "name",
            f"Write a name of 1 to {LONGEST_NAME} characters.",
        )
    if "skip_seconds" in draft:
        row.skip_seconds = draft["skip_seconds"]
        findings.expect(
            0 <= row.skip_seconds <= LONGEST_SKIP, "skip_contacted_within", "Choose up to 90 days."
        )
    if "canary" in draft:
        row.canary = draft["canary"]
        findings.expect(
            0 <= row.canary <= MOST_CANARY, "canary", f"Choose 0 to {MOST_CANARY:,} people."
        )
    if "spend_cap" in draft:
        row.spend_cap = draft["spend_cap"]
        findings.expect(
            row.spend_cap is None or 0 < row.spend_cap < LARGEST_CAP,
            "spend_cap",
            "Write an amount above 0, or leave it out.",
        )
    if "scheduled_at" in draft:
        row.scheduled_at = _moment(draft["scheduled_at"], findings)
    if "splits_days" in draft:
        row.splits_days = draft["splits_days"]


def _moment(at: datetime | None, findings: Findings) -> datetime | None:
    findings.expect(at is None or at > clock.now(), "scheduled_at", "Choose a time to come.")
    return at


async def _chosen(
    session: AsyncSession, row: Campaign, draft: CampaignDraft, findings: Findings
) -> None:
    """Take over the number, the templates and the file of the header."""
    if "number_id" in draft:
        row.number_id = await _number(session, row, draft["number_id"], findings)
    if "template_b_id" in draft:
        row.template_b_id = await _template(
            session, row, "template_b_id", draft["template_b_id"], findings
        )
    if "template_id" in draft:
        row.template_id = await _template(
            session, row, "template_id", draft["template_id"], findings
        )
        first = row.template_id and await templates.find_row(
            session, row.workspace_id, row.template_id
        )
        row.template_name = first.name if first else ""
        row.template_language = first.language if first else ""
        row.category = first.category if first else ""
    if "header_media_id" in draft:
        row.header_media_id = draft["header_media_id"]
        if row.header_media_id:
            known = await inbox.type_of(session, row.workspace_id, row.header_media_id)
            findings.expect(known, "header_media_id", "This file is gone. Upload it again.")


async def _number(
    session: AsyncSession, row: Campaign, number_id: UUID | None, findings: Findings
) -> UUID | None:
    if number_id and not await connection.lines_of(session, row.workspace_id, [number_id]):
        findings.add("number_id", "This number is not of this workspace.")
        return None
    return number_id


async def _template(
    session: AsyncSession, row: Campaign, name: str, template_id: UUID | None, findings: Findings
) -> UUID | None:
    if template_id is None:
        return None
    found = await templates.find_row(session, row.workspace_id, template_id)
    if found is None:
        findings.add(name, "This template is gone. Choose another one.")
        return None
    if row.number_id:
        account = await connection.connection_of(session, row.workspace_id, row.number_id)
        findings.expect(
            account == found.connection_id,
            name,
            "This template belongs to another WhatsApp account than the number.",
        )
    return template_id


async def _audience(
    session: AsyncSession, row: Campaign, audience: Audience, findings: Findings
) -> None:
    kept = audience_of(row).file
    if audience.file is not None:
        # What a file holds is known by having read it, not by being told.
        audience = audience.model_copy(update={"file": kept})
    findings.expect(audience.ways <= 1, "audience", "Choose one way to say who gets it.")
    if audience.segment_id:
        try:
            await contacts.load_segment(session, row.workspace_id, audience.segment_id)
        except NotFound as error:
            findings.add("audience", error.message)
    row.audience = audience.model_dump(mode="json", exclude_defaults=True)


async def _variables(
    session: AsyncSession, row: Campaign, given: Mapping[str, Value], findings: Findings
) -> None:
    known = {name for name, _ in await contacts.list_placeholders(session, row.workspace_id)}
    file = audience_of(row).file
    columns = file.columns if file else None
    kinds = await _kinds(session, row)
    for key, value in given.items():
        where = f"variables.{key}"
        if kinds and key not in kinds:
            findings.add(where, "The template has no such blank.")
        elif kinds.get(key) is VariableKind.MEDIA or key == MEDIA_KEY:
            findings.add(where, "Give the file of the header by itself.")
        _source(where, value, known, columns, findings)
    row.variables = {
        key: value.model_dump(mode="json", exclude_defaults=True) for key, value in given.items()
    }


def _source(
    where: str,
    value: Value,
    known: Collection[str],
    columns: Collection[str] | None,
    findings: Findings,
) -> None:
    if value.field is not None and value.field not in known:
        findings.add(where, f"Contacts have no field “{value.field}”.")
    if value.column is not None and columns is not None and value.column not in columns:
        findings.add(where, f"The file has no column “{value.column}”.")
    if value.value is not None:
        findings.expect(one_line(value.value), where, "Write what stands here.")


async def _kinds(session: AsyncSession, row: Campaign) -> dict[str, Any]:
    wanted = [one for one in (row.template_id, row.template_b_id) if one]
    rows = [await templates.find_row(session, row.workspace_id, one) for one in wanted]
    return {
        variable.key: variable.kind
        for found in rows
        if found
        for variable in templates.read_template(found).variables
    }
