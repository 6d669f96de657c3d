"""Going on in a list: from a position, and never with it again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import DateTime, Uuid, literal, select

from xobito_app.persistence import keyset
from xobito_app.persistence.unit_of_work import unit_of_work

AT, ROW = datetime(2026, 3, 1, 12, tzinfo=UTC), UUID(int=5)
MOMENT = timedelta(microseconds=1)


@pytest.mark.usefixtures("_migrated")
@pytest.mark.parametrize(
    ("at", "row", "is_older", "is_newer"),
    [
        (AT, ROW, False, False),
        (AT, UUID(int=4), True, False),
        (AT, UUID(int=6), False, True),
        (AT - MOMENT, UUID(int=9), True, False),
        (AT + MOMENT, UUID(int=1), False, True),
    ],
)
async def test_a_position_itself_is_neither_before_nor_after_it(at, row, is_older, is_newer):
    place = literal(at, DateTime(timezone=True)), literal(row, Uuid())
    asked = select(keyset.before((AT, ROW), *place), keyset.after((AT, ROW), *place))
    async with unit_of_work() as uow:
        found = (await (await uow.session.connection()).execute(asked)).one()
    assert tuple(found) == (is_older, is_newer)
