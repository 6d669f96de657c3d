"""Letting bots hear what waits for them: a batch of chats in one transaction, none held up.

What is heard, what comes of it, and that it was heard are one commit; a process that is killed has
done all of it or nothing. A batch that fails is done again one by one, so its culprit is alone.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from xobito_app.core import clock
from xobito_app.features.flows.job_types import FLOWS_RUN
from xobito_app.features.flows.repository import InputRepository, SessionRepository
from xobito_app.features.flows.running import hearing
from xobito_app.features.flows.running.chats import open_round
from xobito_app.features.flows.running.talking import Talking
from xobito_app.models.flows import FlowInput, FlowInputState
from xobito_app.persistence.leased_work import doubling
from xobito_app.persistence.trouble import Fault, fault_of
from xobito_app.persistence.unit_of_work import enqueue, unit_of_work

log = logging.getLogger(__name__)

BATCH = 50
"""Chats in one transaction."""
TRIES = 3
MOST_DUE = 500
UNHEARD = "The bots could not hear this: something unforeseen went wrong. The log says more."


async def run(workspace_id: UUID) -> int:
    """Let the bots of a workspace hear what waits; return how much they heard."""
    count = 0
    while heard := await _batch(workspace_id):
        count += heard
    return count


async def sweep(workspace_id: UUID) -> None:
    """Note the waits that have ended, and hear what was forgotten."""
    async with unit_of_work(workspace_id) as uow:
        talks = await SessionRepository(uow.session, workspace_id).list_due(
            clock.business_now(), MOST_DUE
        )
        for talk in talks:
            await hearing.note(
                uow.session,
                workspace_id,
                kind=hearing.TIMER,
                key=f"{hearing.TIMER}:{talk.id}:{talk.state['wait']['token']}",
                conversation_id=talk.conversation_id,
                contact_id=talk.contact_id,
                content={"session": str(talk.id), "token": talk.state["wait"]["token"]},
            )
    await run(workspace_id)


async def _batch(workspace_id: UUID) -> int:
    try:
        return len(await _hear(workspace_id, None, BATCH))
    except Exception as error:
        if fault_of(error) is Fault.DATABASE:
            raise
        log.warning("flows.batch_failed", extra={"reason": type(error).__name__})
    return await _one_by_one(workspace_id)


async def _one_by_one(workspace_id: UUID) -> int:
    async with unit_of_work(workspace_id) as uow:
        waiting = await InputRepository(uow.session, workspace_id).lock_first(clock.now(), BATCH)
        input_ids = [row.id for row in waiting]
    for input_id in input_ids:
        try:
            await _hear(workspace_id, [input_id], 1)
        except Exception as error:
            if fault_of(error) is Fault.DATABASE:
                raise
            log.exception("flows.input_failed", extra={"input_id": str(input_id)})
            await _count_failure(workspace_id, input_id)
    return len(input_ids)


async def _hear(
    workspace_id: UUID, only: Collection[UUID] | None, limit: int
) -> Sequence[FlowInput]:
    async with unit_of_work(workspace_id) as uow:
        inputs = InputRepository(uow.session, workspace_id)
        rows = await inputs.lock_first(clock.now(), limit, only=only)
        if not rows:
            return []
        batch = await open_round(uow.session, workspace_id, {row.conversation_id for row in rows})
        talking = Talking(batch)
        await talking.hear_all(rows)
        await inputs.forget([row.id for row in rows])
    return rows


async def _count_failure(workspace_id: UUID, input_id: UUID) -> None:
    """Count a failure in a transaction of its own; after the third, people are told."""
    async with unit_of_work(workspace_id) as uow:
        row = await InputRepository(uow.session, workspace_id).find(input_id)
        if row is None:
            return
        row.attempts += 1
        pause = doubling(row.attempts, first=2.0, longest=60.0)
        row.next_try_at = clock.now() + timedelta(seconds=pause)
        if row.attempts >= TRIES:
            row.state, row.error = FlowInputState.FAILED, UNHEARD
            batch = await open_round(uow.session, workspace_id, [row.conversation_id])
            await Talking(batch).give_up(row.conversation_id, UNHEARD)
        else:
            enqueue(uow.session, FLOWS_RUN, workspace_id, delay=pause)
        uow.session.add(row)
