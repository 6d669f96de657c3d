"""Identifiers: unique, of version 7, and in the order in which a process made them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from xobito_app.core import clock, ids
from xobito_app.core.errors import NotFound

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def stopped(monkeypatch):
    """A clock that stands still until it is put elsewhere."""
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    def put(moment: datetime) -> None:
        now[0] = moment

    yield put
    put(NOON + timedelta(days=1))
    ids.new()


def test_ids_of_one_moment_stand_in_the_order_they_were_made(stopped):
    made = [ids.new() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}


def test_later_ids_are_greater_and_tell_the_millisecond(stopped):
    first = ids.new()
    stopped(NOON + timedelta(seconds=1))
    second = ids.new()
    assert first < second
    assert second.int >> 80 == int((NOON + timedelta(seconds=1)).timestamp() * 1000)


def test_a_clock_that_is_put_back_starts_anew(stopped):
    ids.new()
    stopped(NOON - timedelta(days=1))
    assert ids.new().int >> 80 == int((NOON - timedelta(days=1)).timestamp() * 1000)


def test_a_clock_that_is_a_little_slow_does_not_turn_the_order_round(stopped):
    first = ids.new()
    stopped(NOON - timedelta(milliseconds=30))
    assert first < ids.new()


@pytest.mark.parametrize("text", ["", "x", None, 7, "0" * 31, "<reflex.Var>"])
def test_what_is_no_id_is_answered_like_one_nobody_has(text):
    with pytest.raises(NotFound):
        ids.parse(text)
