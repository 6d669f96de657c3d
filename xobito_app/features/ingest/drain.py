"""Reading stored deliveries: one drainer at a time, in small transactions, none held up."""

from __future__ import annotations

import logging
from datetime import datetime

from xobito_app.core import clock
from xobito_app.features.ingest.repository import DeliveryRepository
from xobito_app.features.ingest.turns import Desk
from xobito_app.persistence.trouble import Fault, fault_of
from xobito_app.persistence.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


async def drain() -> int:
    """Read all waiting deliveries and return how many were taken in hand.

    Only one process drains at a time, which is what keeps a contact's messages in order. A
    process that finds another at work leaves; the one at work looks once more after it let go,
    so nothing that came meanwhile is forgotten.

    Raises:
        Exception: The database is in trouble: nothing is lost, and the next pass goes on.
    """
    count = 0
    while True:
        began = clock.now()
        taken = await _pass(began)
        if taken is None:
            return count
        count += taken
        async with unit_of_work() as uow:
            if not await DeliveryRepository(uow.session).has_waiting(begun_before=began):
                return count


async def _pass(began: datetime) -> int | None:
    """Read until nothing waits that this pass has not begun; None when another is draining."""
    desk = Desk(began)
    # The lock ends with its transaction, so a killed process leaves none behind. The work is
    # done in transactions of its own beside it.
    async with unit_of_work() as uow:
        lock = DeliveryRepository(uow.session)
        if not await lock.try_lock():
            return None
        try:
            while await desk.take_up() or desk.has_work:
                await desk.turn()
                # Should the connection that holds the lock be gone, so is the right to go on.
                await lock.check()
        except Exception as error:
            if fault_of(error) is Fault.DATABASE:
                await _give_back(desk)
            raise
    return desk.count


async def _give_back(desk: Desk) -> None:
    try:
        async with unit_of_work() as uow:
            await DeliveryRepository(uow.session).give_back(desk.blameless)
    except Exception as error:
        # It is still in trouble; one attempt too many is counted, of three.
        log.warning("inbound.not_given_back", extra={"reason": type(error).__name__})
