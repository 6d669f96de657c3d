"""Work that waits for a database that is away, and work that does not."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from xobito_app.persistence import trouble
from xobito_app.persistence.leased_work import GroupCommit
from xobito_app.persistence.trouble import patiently

AWAY = OperationalError("COMMIT", {}, psycopg.errors.AdminShutdown("terminating connection"))
DEADLOCK = OperationalError("UPDATE", {}, psycopg.errors.DeadlockDetected("deadlock detected"))
WRONG = IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("duplicate key"))


def failing(*errors: Exception):
    """Return work that fails with each of these in turn and then gives how often it was done."""
    left = list(errors)
    done: list[int] = []

    async def work() -> int:
        done.append(1)
        if left:
            raise left.pop(0)
        return len(done)

    return work


@pytest.mark.parametrize("error", [AWAY, DEADLOCK])
async def test_work_is_done_again_until_the_database_is_back(monkeypatch, error):
    monkeypatch.setattr(trouble, "FIRST_PAUSE", 0.001)
    assert await patiently(failing(error, error), seconds=5) == 3


async def test_work_that_is_wrong_is_done_once():
    work = failing(WRONG, WRONG)
    with pytest.raises(IntegrityError):
        await patiently(work, seconds=5)
    with pytest.raises(IntegrityError):
        await work()


async def test_patience_ends(monkeypatch):
    monkeypatch.setattr(trouble, "FIRST_PAUSE", 0.01)
    with pytest.raises(OperationalError):
        await patiently(failing(*[AWAY] * 100), seconds=0.05)


async def test_a_group_fails_together_while_the_database_is_away():
    asked: list[int] = []

    async def perform(items):
        asked.append(len(items))
        raise AWAY

    group = GroupCommit(perform)
    came = await asyncio.gather(*(group.add(n) for n in range(5)), return_exceptions=True)
    assert came == [AWAY] * 5
    assert asked == [5], "alone it would be no better"


async def test_a_group_is_done_one_by_one_when_one_of_it_is_wrong():
    async def perform(items):
        if 3 in items:
            raise WRONG
        return items

    group = GroupCommit(perform)
    came = await asyncio.gather(*(group.add(n) for n in range(5)), return_exceptions=True)
    assert came == [0, 1, 2, WRONG, 4]
