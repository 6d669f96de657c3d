"""A campaign under fire, small: each recipient ends as the table says, none twice, none lost.

What is judged is the simulator's own record. The whole of it, with 10,000 people, is
`python -m bench.campaign_run`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.fire.deadly import under_fire
from tests.e2e.fire.faulty import SPOKEN, send_with_faults
from tests.e2e.fire.site import Site, wait_until
from tests.e2e.fire.workers import Workers
from tests.e2e.installation import Installation

PEOPLE = 400
WORKERS = 2

pytestmark = pytest.mark.reliability("campaigns")


@pytest.fixture
def fire(place: Installation) -> Iterator[tuple[Site, Workers]]:
    """The installation all whole-app tests share, with a second bulk worker beside its own."""
    pool = Workers(place, WORKERS)
    site = Site(place)
    try:
        site.prepare()
        pool.start()
        wait_until(lambda: len(pool.process_ids()) == WORKERS, seconds=60, what="every worker")
        yield site, pool
    finally:
        site.faults({})
        site.close()
        pool.stop()


def test_each_recipient_ends_as_the_table_of_codes_says_and_no_second_holds_too_many(fire):
    site, _ = fire
    told = send_with_faults(site, people=PEOPLE, workers=WORKERS, shares=SPOKEN)
    assert (told["twice"], told["first_wrong"]) == (0, [])
    assert told["busiest_second"] <= told["limit"]
    assert (told["status"], told["ok"]) == ("completed", True)
    assert told["requests"] > PEOPLE, "some were tried again"
    assert told["ends"].keys() == {"delivered", "failed"}


def test_nobody_is_sent_to_twice_or_lost_whatever_is_killed(fire):
    site, pool = fire
    told = under_fire(site, pool, people=PEOPLE, kills=3, is_patient=False)
    assert (told["twice"], told["first_lost"]) == (0, [])
    assert told["unresolved"] <= told["in_flight_when_killed"]
    assert told["resolved_by_status"] == told["unresolved"]
    assert (told["status"], told["ok"]) == ("completed", True)
