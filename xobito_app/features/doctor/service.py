"""The doctor: measures everything the link to WhatsApp depends on, for the page and the CLI."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from xobito_app.core import clock
from xobito_app.core.permissions import Actor, Permission, require
from xobito_app.features.campaigns import service as campaigns
from xobito_app.features.connection import service as connection
from xobito_app.features.doctor import rules
from xobito_app.features.doctor.rules import Check, Vitals
from xobito_app.features.inbox import service as inbox
from xobito_app.features.ingest import service as ingest
from xobito_app.features.mail import service as mail
from xobito_app.persistence import rls
from xobito_app.persistence.unit_of_work import unit_of_work


async def examine(
    actor: Actor, *, lane_ages: Mapping[str, float | None] | None
) -> tuple[Check, ...]:
    """Run every check of the actor's workspace.

    Args:
        actor: Who asks.
        lane_ages: Of `jobs.heartbeats.read_ages`; None when Redis does not answer.

    Raises:
        Forbidden: The actor may not see the connection.
    """
    require(actor, Permission.CONNECTION_VIEW, Permission.CONNECTION_MANAGE)
    async with unit_of_work(actor.workspace_id) as uow:
        vitals = await _read_vitals(uow.session, actor, lane_ages)
        account = await connection.find_probed_account(uow.session, actor.workspace_id)
        stamps = await connection.load_stamps(uow.session, actor.workspace_id, account)
    house = tuple(rules.judge_house(vitals, clock.now()))
    if account is None or stamps is None:
        return (*house, rules.not_connected())
    probe = await connection.probe_account(account)
    return (*house, *rules.judge_account(probe, stamps, clock.now()))


async def _read_vitals(
    session: AsyncSession, actor: Actor, lane_ages: Mapping[str, float | None] | None
) -> Vitals:
    return Vitals(
        lane_ages=lane_ages,
        backlog=await ingest.read_backlog(session),
        queued_since=await inbox.oldest_queued(session, actor.workspace_id),
        mail_problem=await mail.last_problem(session),
        campaign_late=await campaigns.find_late(session, actor.workspace_id),
        owns_tables=await rls.could_be_switched_off(session),
    )
