"""Counting tries: how many are free, and when counting begins anew."""

from datetime import timedelta
from uuid import uuid4

import pytest

from xobito_app.core import clock
from xobito_app.core.errors import TooMany
from xobito_app.features.accounts import rules, tries
from xobito_app.persistence.unit_of_work import unit_of_work

pytestmark = pytest.mark.usefixtures("_migrated")
MOMENT = timedelta(microseconds=1)


async def claims(subjects) -> int:
    """Claim until it is too many; return how many were had."""
    for count in range(100):
        try:
            async with unit_of_work() as uow:
                await tries.claim(uow.session, subjects)
        except TooMany:
            return count
    return 100


@pytest.mark.parametrize("device", ["", "a browser"])
def test_an_account_is_counted_under_its_address_as_it_is_stored(device):
    first, *_ = tries.subjects_of(f" Ana@{'x' * 300} ", address="203.0.113.1", device=device)
    assert first.rpartition(":")[2] == f"ana@{'x' * 187}"


@pytest.mark.parametrize(
    ("later", "had"),
    [(rules.FORGIVEN_AFTER, 1), (rules.FORGIVEN_AFTER + MOMENT, rules.FREE_TRIES + 1)],
    ids=["an hour", "more than an hour"],
)
async def test_without_a_failure_for_an_hour_counting_begins_anew(later, had):
    begun = clock.now()
    clock.use(lambda: begun)
    try:
        subjects = tries.subjects_of_session(uuid4())
        assert await claims(subjects) == rules.FREE_TRIES + 1
        clock.use(lambda: begun + later)
        assert await claims(subjects) == had
    finally:
        clock.use(None)
