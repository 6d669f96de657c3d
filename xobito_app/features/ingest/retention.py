"""How long raw deliveries are kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from xobito_app.core import clock
from xobito_app.persistence.unit_of_work import unit_of_work

KEPT_FOR = timedelta(days=30)
BATCH = 5000


async def drop_old_deliveries() -> int:
    """Delete deliveries that were read without trouble, or were nobody's, over 30 days ago.

    What failed stays until somebody has looked at it.

    Returns:
        How many.
    """
    count = 0
    while True:
        async with unit_of_work() as uow:
            connection = await uow.session.connection()
            gone = await connection.execute(
                text(
                    "DELETE FROM inbound_event WHERE id IN (SELECT id FROM inbound_event "
                    "WHERE received_at < :before "
                    "AND state IN ('done', 'split', 'unclaimed', 'refused') LIMIT :limit)"
                ),
                {"before": clock.now() - KEPT_FOR, "limit": BATCH},
            )
        count += gone.rowcount
        if gone.rowcount < BATCH:
            return count
