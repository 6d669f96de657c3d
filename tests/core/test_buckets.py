"""A bucket gives what it holds, then what it makes up for."""

import pytest

from xobito_app.core.buckets import Bucket


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_so_many_at_once_and_not_one_more():
    bucket = Bucket(3, 1, Clock())
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(("seconds", "given"), [(0.49, 0), (0.5, 1), (1.0, 2), (60, 3)])
def test_it_makes_up_with_time_but_never_holds_more_than_its_burst(seconds, given):
    clock = Clock()
    bucket = Bucket(3, 2, clock)
    while bucket.take():
        pass
    clock.now += seconds
    assert sum(bucket.take() for _ in range(10)) == given


def test_a_full_one_has_nothing_to_remember():
    clock = Clock()
    bucket = Bucket(2, 1, clock)
    bucket.take()
    assert not bucket.is_full
    clock.now += 1
    assert bucket.is_full
