"""Finding out what became of submissions nobody waits for any more."""

from __future__ import annotations

import logging
from uuid import UUID

from xobito_app.core import clock
from xobito_app.core.errors import AppError
from xobito_app.features.connection import service as connection
from xobito_app.features.templates import reading, rules
from xobito_app.features.templates.repository import TemplateRepository
from xobito_app.features.templates.writing import submitting
from xobito_app.features.templates.writing.submitting import Claim
from xobito_app.models.templates import Submission
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

NEVER_ARRIVED = "Meta never got this template. Submit it again."


async def settle(workspace_id: UUID) -> int:
    """Look up the submissions whose outcome is unknown; return how many are settled.

    What Meta has is taken over, what it does not have goes back to whoever wrote it. One that
    cannot be looked up waits for the next time.
    """
    settled = 0
    for claim in await _list_open(workspace_id):
        try:
            if not await submitting.find_out(claim):
                await submitting.release(claim, NEVER_ARRIVED)
        except AppError as error:
            log.warning("template.not_settled", extra={"reason": type(error).__name__})
        else:
            settled += 1
    return settled


async def _list_open(workspace_id: UUID) -> list[Claim]:
    now = clock.now()
    claims: list[Claim] = []
    async with unit_of_work(workspace_id) as uow:
        templates = TemplateRepository(uow.session, workspace_id)
        for row in await templates.list_submitted(now - rules.MAY_STILL_APPEAR):
            if not rules.is_cut_off(Submission(row.submission), row.submitted_at, now):
                continue
            account = await connection.lock_connected(uow.session, workspace_id, row.connection_id)
            if account is not None:
                claims.append(submitting.claim_of(row, account, reading.written_draft(row)))
    return claims
